package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// source is one Go file of the tree, parsed.
type source struct {
	path      string // relative to the root, with slashes
	dir       string // its folder: "." for the root
	test      bool   // a _test.go file
	generated bool
	lines     int
	head      string // the first lines, where a long file gives its reason
	imports   []string
	tree      *ast.File
	positions *token.FileSet
}

// read parses every Go file below root, whatever its build tags: a rule that
// holds for one build holds for all. testdata and folders that Go ignores too
// are left out, and so is internal/tools, which has no code.
func read(root string) ([]source, error) {
	var sources []source
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			ignored := name == "testdata" || name == "node_modules" || name == "vendor" ||
				strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
			if ignored && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
			return nil
		}
		s, err := readFile(root, path)
		if err == nil {
			sources = append(sources, s)
		}
		return err
	})
	return sources, err
}

func readFile(root, path string) (source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return source{}, err
	}
	positions := token.NewFileSet()
	tree, err := parser.ParseFile(positions, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, fmt.Errorf("house: %w", err)
	}
	relative, err := filepath.Rel(root, path)
	if err != nil {
		return source{}, err
	}
	relative = filepath.ToSlash(relative)
	s := source{
		path: relative, dir: filepath.ToSlash(filepath.Dir(relative)),
		test: strings.HasSuffix(relative, "_test.go"), generated: ast.IsGenerated(tree),
		lines: bytes.Count(text, []byte("\n")), head: string(text[:min(len(text), 2000)]),
		tree: tree, positions: positions,
	}
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return source{}, fmt.Errorf("house: %s: import %s: %w", relative, spec.Path.Value, err)
		}
		s.imports = append(s.imports, imported)
	}
	return s, nil
}

// at says where a node stands, as "dir/file.go:12".
func (s source) at(node ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.positions.Position(node.Pos()).Line)
}

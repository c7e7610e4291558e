package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

// module is our module's path, the prefix of our own imports.
const module = "paylink"

// Check returns every violation of the house rules in the tree at root, each
// as a sentence that says what to do, in the order of the files.
func Check(root string) ([]string, error) {
	sources, err := read(root)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, s := range sources {
		for _, rule := range []func(source) []string{importRule, testingRule, floatRule, skipRule, lengthRule, nameRule} {
			found = append(found, rule(s)...)
		}
	}
	return append(found, docRule(sources)...), nil
}

// fits says whether a folder is one of those that a pattern of rules.go means.
func fits(pattern, dir string) bool {
	switch {
	case pattern == "...":
		return true
	case strings.HasSuffix(pattern, "/..."):
		base := strings.TrimSuffix(pattern, "/...")
		return dir == base || strings.HasPrefix(dir, base+"/")
	case strings.HasSuffix(pattern, "/*"):
		return path.Dir(dir) == strings.TrimSuffix(pattern, "/*")
	}
	return dir == pattern
}

func fitsAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return fits(pattern, dir) })
}

// groups are the folders whose folders are each a house of their own:
// gateway/sandbox and all below it is one gateway.
var groups = []string{"store", "gateway", "dialect", "web", "internal", "cmd"}

// family is the folder of the whole that a package is a part of. Its parts may
// import each other.
func family(dir string) string {
	parts := strings.Split(dir, "/")
	if len(parts) > 1 && slices.Contains(groups, parts[0]) {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// roomOf finds a package's room, or its family's.
func roomOf(dir string) (room, bool) {
	for _, d := range []string{dir, family(dir)} {
		for _, r := range rooms {
			if fits(r.path, d) {
				return r, true
			}
		}
	}
	return room{}, false
}

func importRule(s source) []string {
	r, known := roomOf(s.dir)
	if !known {
		return []string{fmt.Sprintf("%s: the folder %s is in no room; give it a line in internal/house/rules.go", s.path, s.dir)}
	}
	var found []string
	for _, imported := range s.imports {
		dir, ours := ownDir(imported)
		switch {
		case !ours && r.stdOnly && !s.test && strings.Contains(firstElement(imported), "."):
			found = append(found, fmt.Sprintf("%s imports %s: %s may use the standard library only, because %s", s.path, imported, r.path, r.why))
		case ours && !mayImport(r, s, dir):
			found = append(found, fmt.Sprintf("%s imports %s: %s may import only {%s} of ours, because %s (internal/house/rules.go)", s.path, imported, r.path, strings.Join(r.mayImport, ", "), r.why))
		}
	}
	return found
}

func mayImport(r room, s source, dir string) bool {
	return family(dir) == family(s.dir) || fitsAny(r.mayImport, dir) ||
		s.test && fitsAny(testsMayAlso, dir)
}

func ownDir(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

func firstElement(imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	return first
}

// testPackage says whether a package exists for tests, as its name tells.
func testPackage(s source) bool { return strings.HasSuffix(s.tree.Name.Name, "test") }

// testingRule forbids what belongs to tests in what production compiles.
func testingRule(s source) []string {
	if s.test || testPackage(s) || fitsAny([]string{"e2e/...", "bench/..."}, s.dir) {
		return nil
	}
	var found []string
	for _, imported := range s.imports {
		dir, ours := ownDir(imported)
		forTests := imported == "testing" || strings.HasPrefix(imported, "testing/") ||
			ours && strings.HasSuffix(path.Base(dir), "test")
		if forTests {
			found = append(found, fmt.Sprintf("%s imports %s: production code has nothing of tests in it; move this into a _test.go file or a package named …test", s.path, imported))
		}
	}
	return found
}

func floatRule(s source) []string {
	if s.test || s.generated || testPackage(s) || !fitsAny(exactRooms, s.dir) || floatsAllowed[s.path] != "" {
		return nil
	}
	var found []string
	add := func(node ast.Node, what string) {
		found = append(found, fmt.Sprintf("%s uses %s: money is paylink.Money, and nothing here is floating point; what is not money needs a line in floatsAllowed (internal/house/rules.go)", s.at(node), what))
	}
	ast.Inspect(s.tree, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.Ident:
			if slices.Contains([]string{"float32", "float64", "complex64", "complex128"}, n.Name) {
				add(n, n.Name)
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT {
				add(n, n.Value)
			}
		case *ast.SelectorExpr:
			if slices.Contains([]string{"ParseFloat", "FormatFloat", "AppendFloat", "BigFloat"}, n.Sel.Name) || isSelector(n, "big", "Float") {
				add(n, n.Sel.Name)
			}
		}
		return true
	})
	return found
}

func isSelector(n *ast.SelectorExpr, pkg, name string) bool {
	x, ok := n.X.(*ast.Ident)
	return ok && x.Name == pkg && n.Sel.Name == name
}

// skipRule finds tests that can leave without an answer.
func skipRule(s source) []string {
	if !slices.Contains(s.imports, "testing") {
		return nil
	}
	var found []string
	ast.Inspect(s.tree, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, selector.Sel.Name) {
			found = append(found, fmt.Sprintf("%s calls %s: a test proves or fails; what it needs is installed by make setup", s.at(call), selector.Sel.Name))
		}
		return true
	})
	return found
}

func lengthRule(s source) []string {
	if s.generated || s.lines <= maxLines || strings.Contains(s.head, longBecause) {
		return nil
	}
	return []string{fmt.Sprintf("%s has %d lines: split it at a seam, or say at its head %q and why", s.path, s.lines, longBecause+" …")}
}

func nameRule(s source) []string {
	if !slices.Contains(wideNames, s.tree.Name.Name) {
		return nil
	}
	return []string{fmt.Sprintf("%s: a package named %s says nothing; name it by what it knows", s.path, s.tree.Name.Name)}
}

// docRule asks for a doc.go with the package's comment wherever there is a
// package that others can import or run. A command may say it in main.go.
func docRule(sources []source) []string {
	documented := make(map[string]bool)
	var dirs []string
	for _, s := range sources {
		if s.test {
			continue
		}
		if !slices.Contains(dirs, s.dir) {
			dirs = append(dirs, s.dir)
		}
		base := path.Base(s.path)
		if s.tree.Doc != nil && (base == "doc.go" || base == "main.go" && s.tree.Name.Name == "main") {
			documented[s.dir] = true
		}
	}
	var found []string
	for _, dir := range dirs {
		if !documented[dir] {
			found = append(found, fmt.Sprintf("%s has no doc.go with a package comment; say what the package is for, and a handler package's URLs", dir))
		}
	}
	return found
}

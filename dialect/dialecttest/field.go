package dialecttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// Field is one row of a contract's table of fields.
type Field struct {
	Path     string   // "order.charge.amount"; "lines[].amount" of an array's elements
	Kinds    []string // the JSON types that it takes: string, integer, number, boolean, object, array
	Required bool
	Nullable bool
	ReadOnly bool // in answers only: whatever a request says of it is passed over
	// Least and Most bound a text's characters, an array's items or a number, both
	// included; empty without a bound. They are plain decimals.
	Least, Most string
	Enum        []string // of texts; every other one is refused
	Format      string   // date, date-time, email, uuid, uri
	Unique      bool     // an array does not hold the same twice
}

// Schema reads the table out of a JSON Schema or OpenAPI document: the object that a
// JSON pointer ("#/$defs/order") leads to, with all that is inside of it. Of a oneOf,
// the branch counts whose constants body, a value of the object as JSON, has.
func Schema(source []byte, pointer string, body string) ([]Field, error) {
	var doc any
	d := json.NewDecoder(bytes.NewReader(source))
	d.UseNumber() // bounds are exact
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	s := schemaReader{doc: doc}
	err := s.object(map[string]any{"$ref": pointer}, "", parsed(body))
	slices.SortFunc(s.out, func(a, b Field) int { return strings.Compare(a.Path, b.Path) })
	return s.out, err
}

type schemaReader struct {
	doc any
	out []Field
}

// follow gives the schema that a $ref leads to, and of a oneOf the branch that value is of.
func (s *schemaReader) follow(node map[string]any, value any) (map[string]any, error) {
	for {
		if ref, is := node["$ref"].(string); is {
			var at any = s.doc
			for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				m, _ := at.(map[string]any)
				at = m[name]
			}
			next, ok := at.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("%s leads nowhere", ref)
			}
			node = next
			continue
		}
		branches, is := node["oneOf"].([]any)
		if !is {
			return node, nil
		}
		found := false
		for _, one := range branches {
			branch, err := s.follow(one.(map[string]any), value)
			if err != nil {
				return nil, err
			}
			if found = s.fits(branch, value); found {
				node = branch
				break
			}
		}
		if !found {
			return nil, fmt.Errorf("the body is of no branch of %v", node["oneOf"])
		}
	}
}

// fits reports whether a value has a branch's constants.
func (s *schemaReader) fits(branch map[string]any, value any) bool {
	have, _ := value.(map[string]any)
	for name, one := range properties(branch) {
		if constant, is := one["const"]; is && have[name] != constant {
			return false
		}
	}
	return true
}

func properties(node map[string]any) map[string]map[string]any {
	out := map[string]map[string]any{}
	all, _ := node["properties"].(map[string]any)
	for name, one := range all {
		if m, is := one.(map[string]any); is {
			out[name] = m
		}
	}
	return out
}

func (s *schemaReader) object(node map[string]any, path string, value any) error {
	node, err := s.follow(node, value)
	if err != nil {
		return err
	}
	needed, _ := node["required"].([]any)
	have, _ := value.(map[string]any)
	for name, one := range properties(node) {
		if err := s.field(one, path+name, slices.Contains(needed, any(name)), have[name]); err != nil {
			return err
		}
	}
	return nil
}

func (s *schemaReader) field(node map[string]any, path string, required bool, value any) error {
	readOnly, _ := node["readOnly"].(bool)
	node, err := s.follow(node, value)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f := Field{Path: path, Required: required, ReadOnly: readOnly || node["readOnly"] == true, Nullable: node["nullable"] == true,
		Unique: node["uniqueItems"] == true}
	switch kind := node["type"].(type) {
	case string:
		f.Kinds = []string{kind}
	case []any:
		for _, one := range kind {
			f.Kinds = append(f.Kinds, fmt.Sprint(one))
		}
	}
	words, _ := node["enum"].([]any)
	if constant, is := node["const"]; is {
		words = []any{constant}
	}
	for _, word := range words {
		if text, is := word.(string); is {
			f.Enum = append(f.Enum, text)
		}
	}
	if f.Kinds == nil && f.Enum != nil {
		f.Kinds = []string{"string"}
	}
	f.Format, _ = node["format"].(string)
	for _, bound := range []string{"minLength", "minItems", "minimum"} {
		f.Least = decimal(node[bound], f.Least)
	}
	for _, bound := range []string{"maxLength", "maxItems", "maximum"} {
		f.Most = decimal(node[bound], f.Most)
	}
	s.out = append(s.out, f)
	items, _ := node["items"].(map[string]any)
	switch {
	case f.ReadOnly: // what is inside is passed over with it
	case slices.Contains(f.Kinds, "object") || len(properties(node)) > 0:
		return s.object(node, path+".", value)
	case items != nil:
		list, _ := value.([]any)
		if len(list) == 0 { // no element to try it on
			return nil
		}
		if properties(items) != nil || items["$ref"] != nil {
			return s.object(items, path+"[].", list[0])
		}
	}
	return nil
}

func decimal(bound any, otherwise string) string {
	if bound == nil {
		return otherwise
	}
	return fmt.Sprint(bound)
}

// Columns are the names of a Markdown table's columns; Required and Limits may be
// empty where the table has none.
type Columns struct{ Field, Type, Required, Limits string }

var (
	rangeForm   = regexp.MustCompile(`([0-9.,]*[0-9]) ?\.\. ?([0-9][0-9.,]*)`)
	atLeastForm = regexp.MustCompile(`(?:≥|>=|min(?:imum)?) ?([0-9][0-9.,]*)`)
	atMostForm  = regexp.MustCompile(`(?:≤|<=|max(?:imum)?) ?([0-9][0-9.,]*)`)
	formatForm  = regexp.MustCompile(`(?i)\b(uuid|date-time|date|e-?mail|uri|url)\b`)
	wordsForm   = regexp.MustCompile("`([^`]+)`")
	requireForm = regexp.MustCompile(`(?i)^\**(yes|required|\*)`)
)

// Markdown reads the table out of a contract's page: the first table with these columns
// under a heading, found by how the heading begins. Names and words of an enum stand in
// `backticks`; bounds are written 1..100, 0.01 .. 100000, ≥1 or ≤255, in the column of
// types or of limits. What is required and has a default need not be there.
func Markdown(page, heading string, c Columns) ([]Field, error) {
	var out []Field
	var columns map[string]int
	under := false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			if columns != nil {
				break
			}
			under = strings.HasPrefix(strings.TrimLeft(line, "# "), heading)
		}
		if !under || !strings.HasPrefix(line, "|") {
			if columns != nil {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(strings.ReplaceAll(line, `\|`, "\x00"), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], "\x00", "|"))
		}
		switch {
		case columns == nil:
			at := map[string]int{}
			for i, name := range cells {
				at[name] = i
			}
			if _, has := at[c.Field]; has {
				columns = at
			}
		case strings.HasPrefix(cells[0], "-"): // the line under the head
		default:
			cell := func(name string) string {
				if at, has := columns[name]; has && at < len(cells) {
					return cells[at]
				}
				return ""
			}
			out = append(out, rows(cell(c.Field), cell(c.Type), cell(c.Required), cell(c.Limits))...)
		}
	}
	if out == nil {
		return nil, fmt.Errorf("there is no table with a column %q under %q", c.Field, heading)
	}
	return out, nil
}

// rows are the fields of a row, which may name several.
func rows(names, kind, required, limits string) (out []Field) {
	for _, name := range wordsForm.FindAllStringSubmatch(names, -1) {
		f := Field{Path: name[1], Required: requireForm.MatchString(required) && !strings.Contains(required, "default")}
		text := kind + " " + limits
		word, _, _ := strings.Cut(strings.ToLower(strings.Trim(kind, "* ")), " ")
		switch word = strings.TrimRight(word, ",;"); {
		case word == "enum" || strings.HasPrefix(word, "`"):
			f.Kinds = []string{"string"}
			before, _, _ := strings.Cut(text, "default")
			for _, w := range wordsForm.FindAllStringSubmatch(before, -1) {
				f.Enum = append(f.Enum, w[1])
			}
		case word == "bool":
			f.Kinds = []string{"boolean"}
		case slices.Contains([]string{"string", "integer", "number", "boolean", "object", "array"}, word):
			f.Kinds = []string{word}
		}
		if m := formatForm.FindString(text); m != "" && word == "string" {
			f.Format = map[string]string{"url": "uri", "e-mail": "email"}[strings.ToLower(m)]
			if f.Format == "" {
				f.Format = strings.ToLower(m)
			}
		}
		f.Least, f.Most = bounds(text)
		out = append(out, f)
	}
	return out
}

func bounds(text string) (least, most string) {
	plain := func(m []string, at int) string {
		if len(m) <= at {
			return ""
		}
		return strings.TrimRight(strings.ReplaceAll(m[at], ",", ""), ".")
	}
	if m := rangeForm.FindStringSubmatch(text); m != nil {
		return plain(m, 1), plain(m, 2)
	}
	return plain(atLeastForm.FindStringSubmatch(text), 1), plain(atMostForm.FindStringSubmatch(text), 1)
}

// beyond is a decimal's neighbour in its last place.
func beyond(bound string, by int64) string {
	n, ok := new(big.Rat).SetString(bound)
	if !ok {
		return bound
	}
	_, frac, _ := strings.Cut(bound, ".")
	step := new(big.Rat).SetFrac(big.NewInt(by), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(frac))), nil))
	return n.Add(n, step).FloatString(len(frac))
}

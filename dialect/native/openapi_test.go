package native_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"paylink/dialect/native"
)

// The document and the mux have the same routes, none more on either side.
func TestTheDocumentHasEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters  []map[string]any
			RequestBody map[string]any
			Responses   map[string]any
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var documented []string
	for path, methods := range doc.Paths {
		for method, op := range methods {
			documented = append(documented, strings.ToUpper(method)+" "+path)
			text, _ := json.Marshal(op.Parameters)
			if strings.Contains(path, "{id}") != strings.Contains(string(text), "parameters/Id\"") {
				t.Errorf("%s %s: its id is not among its parameters", method, path)
			}
			if (method == "post") != strings.Contains(string(text), "parameters/IdempotencyKey") {
				t.Errorf("%s %s: Idempotency-Key is for POST", method, path)
			}
			for _, status := range []string{"401"} {
				if _, told := op.Responses[status]; !told && path != "/openapi.json" {
					t.Errorf("%s %s does not tell of %s", method, path, status)
				}
			}
		}
	}
	served := append(native.Patterns(), "GET /openapi.json")
	slices.Sort(served)
	slices.Sort(documented)
	if !slices.Equal(served, documented) {
		t.Errorf("served:\n%s\ndocumented:\n%s", strings.Join(served, "\n"), strings.Join(documented, "\n"))
	}
}

// Every reference in the document leads somewhere.
func TestTheDocumentsReferencesExist(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	refs := regexp.MustCompile(`"\$ref": "#/([^"]+)"`).FindAllStringSubmatch(string(raw), -1)
	if len(refs) < 50 {
		t.Fatalf("%d references", len(refs))
	}
	for _, ref := range refs {
		at := doc
		for _, name := range strings.Split(ref[1], "/") {
			m, _ := at.(map[string]any)
			at = m[name]
		}
		if at == nil {
			t.Errorf("%s leads nowhere", ref[0])
		}
	}
}

// The package's documentation and README.md name every route as well.
func TestTheRoutesAreWrittenDownForPeople(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"doc.go", "README.md"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(raw)), " ")
		for _, pattern := range native.Patterns() {
			method, path, _ := strings.Cut(pattern, " ")
			if !strings.Contains(text, method+" /api/v1"+path) && !strings.Contains(text, "`"+method+" "+path+"`") {
				t.Errorf("%s does not name %s", file, pattern)
			}
		}
	}
}

// The document's codes are README.md's: one list for programs, one for people.
func TestTheCodesAreTheSameInBothLists(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Problems []struct {
			Code   string
			Status int
		} `json:"x-problems"`
		Fields []string `json:"x-field-codes"`
	}
	if err := json.Unmarshal(native.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	var told, listed []string
	for _, line := range regexp.MustCompile("(?m)^\\| ((?:`[a-z_]+`(?:, )?)+) \\| (\\d{3}) ").FindAllStringSubmatch(string(readme), -1) {
		for _, code := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(line[1], -1) {
			told = append(told, line[2]+" "+code[1])
		}
	}
	for _, p := range doc.Problems {
		listed = append(listed, strconv.Itoa(p.Status)+" "+p.Code)
	}
	slices.Sort(told)
	slices.Sort(listed)
	if !slices.Equal(told, listed) || len(told) < 20 {
		t.Errorf("README.md:\n%v\nthe document:\n%v", told, listed)
	}
	_, fields, _ := strings.Cut(string(readme), "Codes in `errors`: ")
	fields, _, _ = strings.Cut(fields, ".\n")
	for _, code := range doc.Fields {
		if !strings.Contains(fields, "`"+code+"`") {
			t.Errorf("README.md does not know the field code %s", code)
		}
	}
	if n := strings.Count(fields, "`") / 2; n != len(doc.Fields) {
		t.Errorf("README.md has %d field codes, the document %d", n, len(doc.Fields))
	}
}

package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Model is everything that the page shows.
type Model struct {
	Title, Text         string
	Origin, Style, Icon string
	Root                string // "/api/v1"
	Groups              []Group
	Things              []Thing
	Problems            []Problem
	FieldCodes          []string
}

// Group is the operations about one kind of thing.
type Group struct {
	Name, Text string
	Operations []Operation
}

// Operation is one call.
type Operation struct {
	ID, Summary, Text string
	Method, Path      string
	Parameters        []Field
	Body              []Field
	BodyText          string
	Requests          []Example
	Answers           []Answer
}

// Field is a parameter or a member.
type Field struct {
	Name     string
	Type     string
	Facts    string // limits, in words
	Text     string
	Required bool
	Depth    int
}

// Example is a call as curl, and its answer.
type Example struct {
	Name, Curl string
	Answer     []Token
	Status     string
}

// Answer is a status with its meaning.
type Answer struct {
	Status, Text string
	Thing        string // the schema it shows, if it is among Things
}

// Thing is what answers hold.
type Thing struct {
	Name, Text string
	Fields     []Field
}

// Problem is a code of a refusal.
type Problem struct{ Code, Status, Text string }

// methods are what a path's members are named by where they are operations.
var methods = []string{"get", "post", "put", "patch", "delete"}

// reader makes a Model.
type reader struct {
	doc    value
	things []string // schemas shown by themselves
	ids    map[string]string
}

func read(document []byte) (*Model, error) {
	doc, err := parse(document)
	if err != nil {
		return nil, fmt.Errorf("the OpenAPI document: %w", err)
	}
	r := &reader{doc: doc, things: doc.at("x-things").texts(), ids: idsIn(document)}
	m := &Model{Title: doc.text("info", "title"), Text: doc.text("info", "description"), FieldCodes: doc.at("x-field-codes").texts()}
	if servers := doc.at("servers").items; len(servers) > 0 {
		m.Root = servers[0].text("url")
	}
	for _, tag := range doc.at("tags").items {
		g := Group{Name: tag.text("name"), Text: tag.text("description")}
		for _, path := range doc.at("paths").members {
			for _, op := range path.members {
				if method := op.name; slices.Contains(methods, method) && slices.Contains(op.at("tags").texts(), g.Name) {
					g.Operations = append(g.Operations, r.operation(path.name, method, op.value, m.Root))
				}
			}
		}
		m.Groups = append(m.Groups, g)
	}
	for _, name := range r.things {
		schema := doc.at("components", "schemas", name)
		m.Things = append(m.Things, Thing{Name: name, Text: schema.text("description"), Fields: r.fields(schema, "", 0)})
	}
	for _, p := range doc.at("x-problems").items {
		m.Problems = append(m.Problems, Problem{p.text("code"), p.text("status"), p.text("meaning")})
	}
	return m, nil
}

// idForm finds ids in the examples, so that paths can show one of the right kind.
var idForm = regexp.MustCompile(`"([a-z]{3})_[0-9a-z]{26}"`)

func idsIn(document []byte) map[string]string {
	out := map[string]string{}
	for _, m := range idForm.FindAllStringSubmatch(string(document), -1) {
		if out[m[1]] == "" {
			out[m[1]] = strings.Trim(m[0], `"`)
		}
	}
	return out
}

func (r *reader) operation(path, method string, op value, root string) Operation {
	o := Operation{ID: op.text("operationId"), Summary: op.text("summary"), Text: op.text("description"), Method: strings.ToUpper(method), Path: path}
	for _, p := range op.at("parameters").items {
		p, _ = p.follow(r.doc)
		f := r.field(p.text("name"), p.at("schema"), p.text("required") == "true", 0)
		if t := p.text("description"); t != "" {
			f.Text = t
		}
		if p.text("style") == "deepObject" {
			f.Name += "[key]"
		}
		if in := p.text("in"); in != "query" {
			f.Type += ", in the " + in
		}
		o.Parameters = append(o.Parameters, f)
	}
	body := op.at("requestBody", "content", "application/json")
	if schema, _ := body.at("schema").follow(r.doc); schema.there() {
		o.Body, o.BodyText = r.fields(schema, "", 0), schema.text("description")
	}
	good := ""
	for _, response := range op.at("responses").members {
		one, _ := response.follow(r.doc)
		a := Answer{Status: response.name, Text: one.text("description")}
		if _, name := one.at("content", "application/json", "schema").follow(r.doc); slices.Contains(r.things, name) {
			a.Thing = name
		}
		if response.name[0] == '2' {
			good = max(good, response.name)
		}
		o.Answers = append(o.Answers, a)
	}
	slices.SortStableFunc(o.Answers, func(a, b Answer) int { return strings.Compare(a.Status, b.Status) })
	answers := op.at("responses", good, "content", "application/json", "examples")
	requests := body.at("examples").members
	if len(requests) == 0 {
		requests = []member{{name: "answer"}}
	}
	for _, req := range requests {
		e := Example{Name: req.text("summary"), Curl: r.curl(o, root, req.at("value"), op.text("x-example-query")), Status: good}
		if a := answers.at(req.name, "value"); a.there() {
			e.Answer = tint(a.raw)
		}
		o.Requests = append(o.Requests, e)
	}
	return o
}

// curl is a call as a person types it.
func (r *reader) curl(o Operation, root string, body value, query string) string {
	path := o.Path
	if strings.Contains(path, "{id}") {
		of := strings.Split(path, "/")[1]
		if id := r.ids[r.doc.text("x-id-prefixes", of)]; id != "" {
			path = strings.Replace(path, "{id}", id, 1)
		}
	}
	target, flags := "$PAYLINK_URL"+root+path, ""
	if query != "" {
		target, flags = target+"?"+query, " -g"
	}
	lines := []string{`curl` + flags + ` "` + target + `"`, `-H "Authorization: Bearer $PAYLINK_SECRET_KEY"`}
	if o.Method != "GET" && (o.Method != "POST" || !body.there()) {
		lines[0] = "curl -X " + o.Method + strings.TrimPrefix(lines[0], "curl")
	}
	if o.Method == "POST" {
		lines = append(lines, `-H "Idempotency-Key: $(uuidgen)"`)
	}
	if body.there() {
		var b bytes.Buffer
		if json.Indent(&b, body.raw, "  ", "  ") != nil {
			b.Write(body.raw)
		}
		lines = append(lines, `-H "Content-Type: application/json"`, "-d '"+strings.ReplaceAll(b.String(), "'", `'\''`)+"'")
	}
	return strings.Join(lines, " \\\n  ")
}

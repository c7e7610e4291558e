package dialecttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Contract is a body that an API takes, with the table of its fields.
type Contract struct {
	Fields []Field
	// Body is one that is taken, as JSON, with as many of the fields as can stand
	// together. Of those that it lacks nothing is tried but that a required one must be
	// there.
	Body string
	// Send sends a body and gives the answer's status and body.
	Send func(t *testing.T, body string) (status int, answer string)
	// Refused holds a refusal against the API's own form, and whether it names the
	// field, of which an array's elements are "lines[0].amount"; nil is well.
	Refused func(path, answer string) error
	// Count tells how many things were made so far.
	Count func(t *testing.T) int
	// Text makes a text of n characters that a field of a form of its own takes (a URL,
	// a mail address); without one it is letters.
	Text map[string]func(n int) string
	// NullIsAbsent is why a null is read as if the field were absent; empty where it is
	// a value of a wrong type.
	NullIsAbsent string
	// Except lists where our reading differs from the table, each with its reason. What
	// is listed must behave the other way; what would not is an error, too.
	Except []Exception
}

// Exception is where an API is read otherwise than its table says.
type Exception struct {
	Path string // "*" for all fields
	Case string // as the sub-test is called, or what it begins with: "wrong type"
	Why  string
}

// attempt is one value of one field.
type attempt struct {
	name   string
	value  any
	absent bool
	taken  bool // what the table says
}

// Run tries every field of the table: a value that is taken, its bounds, one past each
// of them, values of other types, null, and absence.
func (c Contract) Run(t *testing.T) {
	t.Helper()
	for _, failure := range c.Failures(t) {
		t.Error(failure)
	}
}

// Failures is what Run finds wrong: "path: case: what happened", or what is wrong with
// the whole.
func (c Contract) Failures(t *testing.T) (out []string) {
	t.Helper()
	if status, answer := c.Send(t, c.Body); status/100 != 2 {
		t.Fatalf("the body itself is answered %d %s", status, answer)
	}
	fail := func(form string, args ...any) { out = append(out, fmt.Sprintf(form, args...)) }
	before, made, tried := c.Count(t), 0, 0
	used := make([]bool, len(c.Except))
	for _, f := range c.Fields {
		good, there := valueAt(parsed(c.Body), f.Path)
		for _, a := range c.attempts(f, good, there) {
			tried++
			for i, e := range c.Except {
				if (e.Path == "*" || e.Path == f.Path) && strings.HasPrefix(a.name, e.Case) {
					used[i] = true
					a.taken = !a.taken
				}
			}
			taken, wrong := c.try(t, f.Path, a)
			if taken {
				made++
			}
			if wrong != "" {
				fail("%s: %s: %s", f.Path, a.name, wrong)
			}
		}
	}
	if got := c.Count(t) - before; got != made {
		fail("%d were taken and %d were made", made, got)
	}
	for i, is := range used {
		if !is {
			fail("the exception %q of %q is of nothing that was tried", c.Except[i].Case, c.Except[i].Path)
		}
	}
	if tried < 2*len(c.Fields) {
		fail("%d values for %d fields: the body lacks too many", tried, len(c.Fields))
	}
	return out
}

// try sends the body with an attempt in it, and tells what is wrong with the answer.
func (c Contract) try(t *testing.T, path string, a attempt) (taken bool, wrong string) {
	t.Helper()
	body := c.with(path, a)
	status, answer := c.Send(t, body)
	taken = status/100 == 2
	switch {
	case taken != a.taken || (!taken && (status < 400 || status > 499)):
		return taken, fmt.Sprintf("%.400s is answered %d %.400s; taken should be %t", body, status, answer, a.taken)
	case !taken && c.Refused != nil:
		if err := c.Refused(strings.ReplaceAll(path, "[]", "[0]"), answer); err != nil {
			return taken, fmt.Sprintf("%.400s is answered %.400s: %v", body, answer, err)
		}
	}
	return taken, ""
}

// others are a value of each JSON type.
var others = []struct {
	kind  string
	value any
}{
	{"string", "text"}, {"integer", json.Number("7")}, {"number", json.Number("7.5")}, {"boolean", true},
	{"object", map[string]any{"x": json.Number("1")}}, {"array", []any{"x"}},
}

func (c Contract) attempts(f Field, good any, there bool) (out []attempt) {
	absent := attempt{name: "absent", absent: true, taken: !f.Required || f.ReadOnly}
	if f.ReadOnly {
		return []attempt{absent, {name: "read-only", value: []any{"whatever"}, taken: true}, {name: "read-only null", taken: true}}
	}
	if !there {
		if _, around := valueAt(parsed(c.Body), outer(f.Path)); f.Required && around {
			return []attempt{absent}
		}
		return nil // the body itself was taken without it, or without what it is inside of
	}
	out = append(out, attempt{name: "accepted", value: good, taken: true}, absent, attempt{name: "null", taken: f.Nullable || (c.NullIsAbsent != "" && !f.Required)})
	for _, o := range others {
		if !slices.Contains(f.Kinds, o.kind) && (o.kind != "integer" || !slices.Contains(f.Kinds, "number")) && len(f.Kinds) > 0 {
			out = append(out, attempt{name: "wrong type: " + o.kind, value: o.value})
		}
	}
	switch v := good.(type) {
	case string:
		out = append(out, c.texts(f)...)
	case json.Number:
		for _, b := range []struct {
			bound string
			by    int64
		}{{f.Least, -1}, {f.Most, 1}} {
			if b.bound != "" {
				out = append(out, attempt{name: "limit " + b.bound, value: json.Number(b.bound), taken: true},
					attempt{name: "one past the limit " + b.bound, value: json.Number(beyond(b.bound, b.by))})
			}
		}
	case []any:
		out = append(out, arrays(f, v)...)
	}
	return out
}

func (c Contract) texts(f Field) (out []attempt) {
	if f.Enum != nil {
		// Of a long list the ends are enough.
		for i, word := range f.Enum {
			if i < 8 || i == len(f.Enum)-1 {
				out = append(out, attempt{name: "limit " + word, value: word, taken: true})
			}
		}
		last := f.Enum[len(f.Enum)-1]
		return append(out, attempt{name: "one past the limit: another word", value: last + "x"},
			attempt{name: "one past the limit: another case", value: strings.ToUpper(last[:1]) + strings.ToLower(last[1:]) + " "})
	}
	if bad := map[string]string{"date": "2031-13-01", "date-time": "2031-13-01T00:00:00Z", "email": "nobody", "uuid": "8e03978e", "uri": "no uri"}[f.Format]; bad != "" {
		out = append(out, attempt{name: "one past the limit: no " + f.Format, value: bad})
	}
	text := c.Text[f.Path]
	if text == nil {
		text = func(n int) string { return strings.Repeat("a", n) }
	}
	if n, err := strconv.Atoi(f.Most); err == nil {
		out = append(out, attempt{name: "limit " + f.Most, value: text(n), taken: true}, attempt{name: "one past the limit " + f.Most, value: text(n + 1)})
	}
	if n, err := strconv.Atoi(f.Least); err == nil && n > 0 {
		out = append(out, attempt{name: "least " + f.Least, value: text(n), taken: true}, attempt{name: "one past the least " + f.Least, value: text(n - 1)})
	}
	return out
}

func arrays(f Field, good []any) (out []attempt) {
	if f.Unique && len(good) > 0 {
		out = append(out, attempt{name: "one past the limit: the same twice", value: []any{good[0], good[0]}})
	}
	if len(good) == 0 {
		return out
	}
	fill := func(n int) (all []any) {
		for range n {
			all = append(all, good[0])
		}
		return all
	}
	if n, err := strconv.Atoi(f.Most); err == nil && !f.Unique {
		out = append(out, attempt{name: "limit " + f.Most, value: fill(n), taken: true}, attempt{name: "one past the limit " + f.Most, value: fill(n + 1)})
	}
	if n, err := strconv.Atoi(f.Least); err == nil && n > 0 {
		out = append(out, attempt{name: "least " + f.Least, value: fill(n), taken: true}, attempt{name: "one past the least " + f.Least, value: append([]any{}, fill(n-1)...)})
	}
	return out
}

// parsed reads JSON; its numbers keep their literals, as money must.
func parsed(text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		panic(fmt.Sprintf("dialecttest: a contract's body is no JSON: %v", err))
	}
	return v
}

// valueAt finds what stands at a path, in an array's first element.
func valueAt(v any, path string) (any, bool) {
	if path == "" {
		return v, true
	}
	for name := range strings.SplitSeq(path, ".") {
		name, list := strings.CutSuffix(name, "[]")
		m, _ := v.(map[string]any)
		next, there := m[name]
		if !there {
			return nil, false
		}
		if v = next; list {
			all, _ := v.([]any)
			if len(all) == 0 {
				return nil, false
			}
			v = all[0]
		}
	}
	return v, true
}

// outer is the path of what a path's end lies in; "" for the body.
func outer(path string) string { return path[:max(0, strings.LastIndex(path, "."))] }

// with is the body with an attempt at a path.
func (c Contract) with(path string, a attempt) string {
	body := parsed(c.Body)
	dir := outer(path)
	name := strings.TrimPrefix(strings.TrimPrefix(path, dir), ".")
	at, _ := valueAt(body, dir)
	if m, is := at.(map[string]any); is {
		if a.absent {
			delete(m, name)
		} else {
			m[name] = a.value
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		panic(fmt.Sprintf("dialecttest: %v", err))
	}
	return strings.TrimSpace(out.String())
}

// Near reports whether a refusal that names one path tells of another: it is the same,
// or lies inside of it.
func Near(named, path string) bool {
	rest, inside := strings.CutPrefix(named, path)
	return inside && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

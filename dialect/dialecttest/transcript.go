package dialecttest

import (
	"bufio"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// exchange is one request with the answer it must get.
type exchange struct {
	line    int // where it starts
	method  string
	target  string
	header  http.Header
	body    string
	status  int
	expects http.Header // header patterns
	absent  []string
	answer  string // body pattern
	anyBody bool   // no blank line: the body is not looked at
}

// parse reads a transcript.
func parse(text string) ([]exchange, error) {
	var out []exchange
	var req, res []string
	start := 0
	flush := func() error {
		if len(req) == 0 && len(res) == 0 {
			return nil
		}
		e, err := newExchange(req, res)
		if err != nil {
			return fmt.Errorf("line %d: %w", start, err)
		}
		e.line = start
		out, req, res = append(out, e), nil, nil
		return nil
	}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, ">"):
			if len(res) > 0 || len(req) == 0 {
				if err := flush(); err != nil {
					return nil, err
				}
				start = n
			}
			req = append(req, strings.TrimPrefix(strings.TrimPrefix(line, ">"), " "))
		case strings.HasPrefix(line, "<"):
			res = append(res, strings.TrimPrefix(strings.TrimPrefix(line, "<"), " "))
		case line != "" && !strings.HasPrefix(line, "#"):
			return nil, fmt.Errorf("line %d: %q starts with none of > < #", n, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return out, flush()
}

func newExchange(req, res []string) (e exchange, err error) {
	if len(req) == 0 || len(res) == 0 {
		return e, fmt.Errorf("a request without an answer, or an answer without a request")
	}
	var ok bool
	if e.method, e.target, ok = strings.Cut(req[0], " "); !ok {
		return e, fmt.Errorf("%q is no request line such as GET /path", req[0])
	}
	if e.status, err = strconv.Atoi(res[0]); err != nil {
		return e, fmt.Errorf("%q is no status", res[0])
	}
	head, body, _ := split(req[1:])
	e.body = body
	if e.header, _, err = headers(head); err != nil {
		return e, err
	}
	head, body, has := split(res[1:])
	e.answer, e.anyBody = body, !has
	e.expects, e.absent, err = headers(head)
	return e, err
}

// split parts headers from body at the first empty line.
func split(lines []string) (head []string, body string, has bool) {
	for i, line := range lines {
		if line == "" {
			return lines[:i], strings.Join(lines[i+1:], "\n"), true
		}
	}
	return lines, "", false
}

func headers(lines []string) (h http.Header, absent []string, err error) {
	h = http.Header{}
	for _, line := range lines {
		if name, ok := strings.CutPrefix(line, "- "); ok {
			absent = append(absent, name)
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, nil, fmt.Errorf("%q is no header", line)
		}
		// Names are sent as they are written, so that letter case can be tested.
		h[name] = append(h[name], strings.TrimSpace(value))
	}
	return h, absent, nil
}

var placeholder = regexp.MustCompile(`\{\{[a-z0-9_*]+\}\}`)

// fill puts known variables into a text; an unknown one is an error.
func fill(text string, vars map[string]string) (string, error) {
	var missing error
	out := placeholder.ReplaceAllStringFunc(text, func(m string) string {
		name := m[2 : len(m)-2]
		v, ok := vars[name]
		if !ok {
			missing = fmt.Errorf("no variable is called %s", name)
		}
		return v
	})
	return out, missing
}

// match holds a text against a pattern, and learns its unknown variables.
func match(pattern, text string, vars map[string]string) error {
	var names []string
	var re strings.Builder
	re.WriteString(`(?s)^`)
	last := 0
	for _, at := range placeholder.FindAllStringIndex(pattern, -1) {
		re.WriteString(regexp.QuoteMeta(pattern[last:at[0]]))
		name := pattern[at[0]+2 : at[1]-2]
		last = at[1]
		switch v, known := vars[name]; {
		case name == "*":
			re.WriteString(`.*?`)
		case known:
			re.WriteString(regexp.QuoteMeta(v))
		default:
			re.WriteString(`([^"]+?)`)
			names = append(names, name)
		}
	}
	re.WriteString(regexp.QuoteMeta(pattern[last:]) + `$`)
	got := regexp.MustCompile(re.String()).FindStringSubmatch(text)
	if got == nil {
		return fmt.Errorf("got  %s\nwant %s", text, pattern)
	}
	for i, name := range names {
		vars[name] = got[i+1]
	}
	return nil
}

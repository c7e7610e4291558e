package elevate

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"paylink"
)

const (
	mostPageSize = 1000 // Elevate: 1..1000
	// mostRows is how far the pages of a list reach, and mostSorted how many things can
	// be sorted: both are ours, against lists that cost more than anybody reads.
	mostRows   = 100_000
	mostSorted = 10_000
	// mostPassed is how many things that a filter turns down are looked at.
	mostPassed = 10_000
)

// reach is how many rows of the store a list looks through for what filters ask for.
type reach struct{ near, most int }

var usual = reach{near: 10_000, most: 300_000}

// query is the parameters of a list.
type query struct {
	page, size int
	sort       []sortBy
	fields     []string // none: all
	tests      []test
	skip       int // rows in front of the page that are yet to be passed over
	reach
}

type sortBy struct {
	name string
	down bool
}

// test is one filter: whether a value passes.
type test struct {
	name    string
	passes  func(value any) bool
	numbers []int64 // of a named field, whose refs pass that these numbers name
	refs    []ref   // see resolve
	kinds   []kind
	values  []string // of a word, one of which it must be; none: it is judged otherwise
	// from and till are the days that a date must lie between, till excluded; "" where
	// there is no bound.
	dated      bool
	from, till string
}

// resolve finds what the numbers in a query name, each once, in the order of its making.
// Unknown ones name nothing.
func (q *query) resolve(c call, r paylink.Reader) error {
	for i := range q.tests {
		t := &q.tests[i]
		t.refs = nil
		for _, n := range t.numbers {
			for _, k := range t.kinds {
				id, err := r.Number(c.series(k), n)
				switch {
				case err == nil:
					t.refs = append(t.refs, ref{k, id})
				case paylink.KindOf(err) != paylink.NotFound:
					return err
				}
			}
		}
		slices.SortFunc(t.refs, func(a, b ref) int { return strings.Compare(a.id, b.id) }) // ids begin with their time
	}
	return nil
}

// takes reports whether a record passes all filters.
func (q *query) takes(one record) bool {
	for _, t := range q.tests {
		if !t.passes(one[t.name]) {
			return false
		}
	}
	return true
}

// only is what a field must be, where a filter leaves a few: lists need not look at
// the rest.
func (q *query) only(name string) ([]ref, bool) {
	for _, t := range q.tests {
		if t.name == name && t.kinds != nil {
			return t.refs, true
		}
	}
	return nil, false
}

// parameters are a request's, each given once.
type parameters struct {
	url.Values
	faults *paylink.Faults
}

func (c call) parameters() (p parameters, err error) {
	p.faults = &paylink.Faults{}
	if p.Values, err = url.ParseQuery(c.URL.RawQuery); err != nil {
		return p, as(400, "The query can't be read")
	}
	for name, values := range p.Values {
		if len(values) > 1 {
			p.faults.Add(name, "twice", "must be given once")
		}
	}
	return p, nil
}

// whole reads a number that must be there.
func (p parameters) whole(name string, most int) int {
	n, err := strconv.Atoi(p.Get(name))
	switch {
	case !p.Has(name):
		p.faults.Add(name, "missing", "is required")
	case err != nil || n < 1 || n > most:
		p.faults.Add(name, "range", "must be a whole number from 1 to "+strconv.Itoa(most))
	}
	return n
}

// query reads the parameters of a list of such columns. Others are passed over.
func (c call) query(columns []column, filters ...string) (q query, err error) {
	p, err := c.parameters()
	if err != nil {
		return q, err
	}
	q.page, q.size = p.whole("page", mostRows), p.whole("pageSize", mostPageSize)
	if len(*p.faults) == 0 && q.page*q.size > mostRows {
		p.faults.Add("page", "range", "reaches beyond row "+strconv.Itoa(mostRows)+"; narrow the list by its filters")
	}
	known := func(param, name string) {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.name == name }) {
			p.faults.Add(param, "field", "must name fields of this resource")
		}
	}
	for _, part := range parts(p.Get("sort")) {
		name, way, directed := strings.Cut(part, ":")
		if known("sort", name); directed && way != "asc" && way != "desc" {
			p.faults.Add("sort", "direction", "must be like name or name:desc")
		}
		// The second time it decides nothing, and costs as much in each comparison.
		if slices.ContainsFunc(q.sort, func(s sortBy) bool { return s.name == name }) {
			p.faults.Add("sort", "twice", "must name each field once")
			break
		}
		q.sort = append(q.sort, sortBy{name, way == "desc"})
	}
	for _, name := range parts(p.Get("fields")) {
		known("fields", name)
		q.fields = append(q.fields, name)
	}
	for _, col := range columns {
		if !p.Has(col.name) || !slices.Contains(filters, col.name) {
			continue
		}
		t, wrong := filter(col, p.Get(col.name))
		if wrong != "" {
			p.faults.Add(col.name, "filter", wrong)
		}
		q.tests = append(q.tests, t)
	}
	for i := range q.tests { // the slice is whole: its places stay
		if t := &q.tests[i]; t.kinds != nil {
			t.passes = func(v any) bool { r, is := v.(ref); return is && slices.Contains(t.refs, r) }
		}
	}
	return q, p.faults.Err()
}

func parts(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// filter reads one filter (Elevate: "xyz", "in:x,y", "like:xyz"; of dates
// "yyyy-MM-dd", "lt:", "gt:", "gtn:").
func filter(col column, text string) (t test, wrong string) {
	t.name = col.name
	operator, rest, operated := strings.Cut(text, ":")
	if !operated {
		operator, rest = "", text
	}
	switch {
	case col.form == date:
		if t.passes, wrong = dateFilter(operator, rest); wrong == "" {
			t.between(operator, rest)
		}
		return t, wrong
	case col.form == word && operator == "like":
		part := strings.ToLower(rest)
		t.passes = func(v any) bool { s, _ := v.(string); return strings.Contains(strings.ToLower(s), part) }
		return t, ""
	case col.form == word && operator != "in":
		rest = text // a colon may be part of a text
	case operator != "" && operator != "in":
		return t, "must be a value, or in: and values"
	}
	values := []string{rest}
	if operator == "in" {
		if values = strings.Split(rest, ","); len(values) > mostPageSize {
			return t, "must be at most " + strconv.Itoa(mostPageSize) + " values"
		}
	}
	for _, s := range values {
		n, err := strconv.ParseInt(s, 10, 64)
		switch {
		case col.form == named && err != nil:
			return t, "must be an integer, or in: and integers"
		case col.form == named:
			if t.kinds = col.kinds; !slices.Contains(t.numbers, n) {
				t.numbers = append(t.numbers, n)
			}
		case col.form == flag && s != "true" && s != "false":
			return t, "must be true or false"
		}
	}
	if col.form == word {
		t.values = values
	}
	t.passes = func(v any) bool {
		if b, is := v.(bool); is {
			v = strconv.FormatBool(b)
		}
		s, is := v.(string)
		return is && slices.Contains(values, s)
	}
	return t, ""
}

// dateFilter compares days; gtn passes what is later, or has no date.
func dateFilter(operator, text string) (func(any) bool, string) {
	const wrong = "must be a date as yyyy-MM-dd, or lt:, gt: or gtn: and a date"
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return nil, wrong
	}
	at := day(text)
	switch operator {
	case "":
		return func(v any) bool { return v == any(at) }, ""
	case "lt":
		return func(v any) bool { d, is := v.(day); return is && d < at }, ""
	case "gt":
		return func(v any) bool { d, is := v.(day); return is && d > at }, ""
	case "gtn":
		return func(v any) bool { d, is := v.(day); return !is || d > at }, ""
	}
	return nil, wrong
}

package main

import (
	"fmt"
	"iter"
	"strings"
	"text/tabwriter"
)

// listing is a list as the terminal shows it: a table for people, one JSON object a
// line for programs.
type listing[T any] struct {
	head  []string // the columns, for people
	row   func(T) []string
	none  string // what people read where there is nothing
	limit int    // how many at the most; 0 is all
}

// print shows a list as it comes in, page after page.
func (l listing[T]) print(s *session, c *callerFlags, all iter.Seq2[T, error]) error {
	w := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
	n := 0
	for v, err := range all {
		if err != nil {
			return reached(err)
		}
		if n++; n == 1 && !c.JSON {
			_, _ = fmt.Fprintln(w, strings.Join(l.head, "\t"))
		}
		err := c.show(s, v, func() error {
			_, err := fmt.Fprintln(w, strings.Join(l.row(v), "\t"))
			return err
		})
		if err != nil {
			return err
		}
		if n == l.limit {
			break
		}
	}
	if n == 0 && !c.JSON {
		_, _ = fmt.Fprintln(s.stdout, l.none)
	}
	return w.Flush()
}

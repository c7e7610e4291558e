package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one line of the table.
type row struct {
	what    string
	paylink string
	bare    string // what it is compared with, or empty
	figure  string // the ratio, or the figure again where nothing is bare
	goal    string
	met     bool
	noGoal  bool
}

// compared is a row of two rates.
func compared(what string, ours, bare result, goal float64) row {
	ratio := ours.rate() / bare.rate()
	return row{
		what: what, paylink: describe(ours), bare: describe(bare),
		figure: fmt.Sprintf("%.2f", ratio), goal: fmt.Sprintf("≥ %.2f", goal), met: ratio >= goal,
	}
}

func describe(r result) string {
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", r.rate(), short(r.median()), short(r.slowest1()))
}

func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// write prints the rows as a Markdown table whose source is aligned too.
func write(w io.Writer, rows []row) error {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	line := func(cells ...string) { fmt.Fprintf(t, "| %s\t|\n", strings.Join(cells, "\t| ")) }
	line("what", "paylink", "bare", "ratio or figure", "goal", "met")
	line("---", "---", "---", "---", "---", "---")
	for _, r := range rows {
		met := "no"
		if r.met {
			met = "yes"
		}
		if r.noGoal {
			met = "–"
		}
		line(r.what, r.paylink, r.bare, r.figure, r.goal, met)
	}
	return t.Flush()
}

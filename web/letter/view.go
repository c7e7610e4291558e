package letter

import (
	"strings"

	"paylink/web/look"
)

// view is a letter in its parts. All amounts and times are written for its reader.
type view struct {
	look.Locale
	Subject  string
	Payee    string
	Heading  string // above the payee: "Payment to"
	Amount   string // "" where the payer chooses it
	Period   string // "a month", after the amount
	Title    string
	Text     string
	Greeting string
	Intro    []string

	People      []pair // whom it was sent to
	MessageHead string
	Message     string // the merchant's own words
	Lines       []pair // what is paid for
	Pairs       []pair // of a receipt

	Button  string // "" where there is none to press
	URLHead string
	URL     string
	Notes   []string // expiry, what to do if it comes unexpected

	Footer string // the merchant's own
	Why    []string
	Site   string // the merchant's
}

type pair struct{ Name, Value string }

// text is the letter for programs and people that read no HTML.
func (v view) text() string {
	var b strings.Builder
	put := func(parts ...string) {
		for _, p := range parts {
			if p != "" {
				b.WriteString(p + "\n\n")
			}
		}
	}
	pairs := func(list []pair, between string) {
		for _, p := range list {
			b.WriteString(strings.TrimSuffix(p.Name, ":") + between + p.Value + "\n")
		}
		if len(list) > 0 {
			b.WriteString("\n")
		}
	}
	put(v.Greeting)
	put(v.Intro...)
	for _, p := range v.People {
		b.WriteString(p.Name + " <" + p.Value + ">\n")
	}
	if len(v.People) > 0 {
		b.WriteString("\n")
	}
	if v.Message != "" {
		put(v.MessageHead, "> "+strings.Join(paragraphs(v.Message), "\n> "))
	}
	facts := strings.TrimSpace(v.Amount + " " + v.Period)
	put(strings.TrimSpace(v.Heading+" "+v.Payee+"\n"+facts), v.Title, strings.Join(paragraphs(v.Text), "\n"))
	pairs(v.Lines, "  ")
	pairs(v.Pairs, ": ")
	if v.URL != "" {
		head := v.URLHead
		if v.Button != "" {
			head = v.Button + ":"
		}
		put(head + "\n" + v.URL)
	}
	put(v.Notes...)
	put("-- ", strings.Join(paragraphs(v.Footer), "\n"))
	put(v.Why...)
	put(v.Site)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// paragraphs are the lines of somebody's plain text, whichever line breaks it has;
// nothing for an empty one.
func paragraphs(s string) []string {
	s = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s))
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

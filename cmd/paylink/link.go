package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"paylink/client"
	"paylink/internal/qrcode"
)

type linkCommand struct {
	Make  linkMake  `cmd:"" help:"Make a link; prints its URL, and a QR code on a terminal."`
	List  linkList  `cmd:"" name:"ls" help:"List links, newest first."`
	Show  linkShow  `cmd:"" help:"Show a link with its payments."`
	Close linkClose `cmd:"" help:"End a link for ever."`
}

type linkMake struct {
	Amount      string            `help:"What is paid: 25 or 25.00."`
	Line        []string          `help:"A line of the price, 'Two seats=50.00'; may be given many times, instead of --amount." sep:"none"`
	Min         string            `help:"With --max: the payer types the amount."`
	Max         string            `help:"The most that may be typed."`
	Currency    string            `env:"PAYLINK_CURRENCY" default:"USD" help:"ISO 4217, or USDC, EURC."`
	Title       string            `help:"What is paid for."`
	Description string            `help:"More about it."`
	Reference   string            `help:"Your own name for what is owed."`
	Metadata    map[string]string `help:"Your own words, order=42; links can be found by them."`
	MaxUses     *int              `help:"How often it may be paid: once if left out, 0 without end."`
	Expires     string            `help:"When it ends: a time like 2030-01-31T12:00:00Z, or from now, like 72h."`
	RedirectURL string            `name:"redirect-url" help:"Where the payer goes after paying."`
	Ask         []string          `help:"What the page asks for: name, email, address, phone, with commas."`
	Button      string            `help:"The pay button's text."`
	Language    string            `help:"Of the page, like fr-CA."`
	Country     string            `help:"Preselected on the page, like CA."`
	Hold        bool              `help:"Only authorize."`
	Embed       []string          `help:"Sites whose pages may show the link in a frame, with commas."`
	DryRun      bool              `help:"Show what would be made, and make nothing."`
	QR          *bool             `name:"qr" negatable:"" help:"Print the QR code; left out: on a terminal."`
	callerFlags `embed:""`
}

// order is the link that the flags ask for.
func (c *linkMake) order(now time.Time) (n client.NewLink, err error) {
	n = client.NewLink{Title: c.Title, Description: c.Description, Amount: c.Amount, Currency: strings.ToUpper(c.Currency), MaxUses: c.MaxUses,
		RedirectURL: c.RedirectURL, Reference: c.Reference, Metadata: c.Metadata, Language: c.Language, Country: strings.ToUpper(c.Country),
		Button: c.Button, Hold: c.Hold, EmbedOrigins: c.Embed}
	for _, line := range c.Line {
		at := strings.LastIndex(line, "=")
		if at < 0 {
			return n, &failure{2, "--line " + line + ": write the title, =, and the amount: 'Two seats=50.00'"}
		}
		n.Lines = append(n.Lines, client.NewLine{Title: line[:at], Amount: line[at+1:]})
	}
	if c.Min != "" || c.Max != "" {
		n.OpenAmount = &client.Range{Min: c.Min, Max: c.Max}
	}
	given := 0
	for _, is := range []bool{c.Amount != "", len(c.Line) > 0, n.OpenAmount != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return n, &failure{2, "say what is paid: --amount 25, or --line 'Cake=20' and more of them, or --min 1 --max 500 for the payer to choose"}
	}
	if n.OpenAmount != nil && (c.Min == "" || c.Max == "") {
		return n, &failure{2, "--min and --max belong together"}
	}
	if c.Expires != "" {
		if d, derr := time.ParseDuration(c.Expires); derr == nil {
			n.ExpiresAt = now.Add(d)
		} else if n.ExpiresAt, err = time.Parse(time.RFC3339, c.Expires); err != nil {
			return n, &failure{2, "--expires " + c.Expires + " is neither a time like 2030-01-31T12:00:00Z nor a span like 72h"}
		}
	}
	for _, what := range c.Ask {
		if n.Ask == nil {
			n.Ask = &client.Ask{}
		}
		to, known := map[string]*bool{"name": &n.Ask.Name, "email": &n.Ask.Email, "address": &n.Ask.Address, "phone": &n.Ask.Phone}[what]
		if !known {
			return n, &failure{2, "--ask takes name, email, address and phone, and not " + what}
		}
		*to = true
	}
	return n, nil
}

// Run makes the link.
func (c *linkMake) Run(s *session) error {
	n, err := c.order(time.Now())
	if err != nil {
		return err
	}
	api, err := c.client()
	if err != nil {
		return err
	}
	if c.DryRun {
		d, err := api.Links.Rehearse(s.ctx, n)
		if err != nil {
			return reached(err)
		}
		return c.show(s, d, func() error {
			_, err := fmt.Fprintf(s.stdout, "It would be made: %s. Nothing was.\n", linkLine(d.Result))
			return err
		})
	}
	l, err := api.Links.Make(s.ctx, n)
	if err != nil {
		return reached(err)
	}
	return c.show(s, l, func() error { return c.print(s, l) })
}

// print says the URL alone where a program reads it, and more to people.
func (c *linkMake) print(s *session, l client.Link) error {
	people := isTerminal(s.stdout)
	if _, err := fmt.Fprintln(s.stdout, l.URL); err != nil {
		return err
	}
	if (c.QR == nil && people) || (c.QR != nil && *c.QR) {
		code, err := qrcode.Of(l.URL)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprint(s.stdout, "\n"+code.Terminal(people && os.Getenv("NO_COLOR") == "")+"\n")
	}
	if people {
		_, _ = fmt.Fprintf(s.stdout, "%s\nSee it: paylink link show %s   End it: paylink link close %s\n", linkLine(l), l.ID, l.ID)
	}
	return nil
}

// linkLine is a link in one line.
func linkLine(l client.Link) string {
	parts := []string{priceOf(l), usesOf(l)}
	if l.Title != "" {
		parts = slices.Insert(parts, 0, l.Title)
	}
	if !l.ExpiresAt.IsZero() {
		parts = append(parts, "until "+shortTime(l.ExpiresAt))
	}
	return strings.Join(parts, ", ")
}

func priceOf(l client.Link) string {
	if l.Amount != nil {
		return l.Amount.String()
	}
	if len(l.Lines) == 1 && l.Lines[0].Min != nil && l.Lines[0].Max != nil {
		return l.Lines[0].Min.Decimal + " to " + l.Lines[0].Max.String()
	}
	return "the payer chooses, in " + l.Currency
}

func usesOf(l client.Link) string {
	switch l.MaxUses {
	case 0:
		return fmt.Sprintf("paid %d times, without end", l.PaidCount)
	case 1:
		return map[bool]string{true: "not paid", false: "paid"}[l.PaidCount == 0]
	}
	return fmt.Sprintf("paid %d of %d times", l.PaidCount, l.MaxUses)
}

type linkList struct {
	State       string            `enum:",open,closed" default:"" help:"open or closed."`
	Reference   string            `help:"Only with this reference."`
	Metadata    map[string]string `help:"Only with these words, order=42."`
	Limit       int               `default:"20" help:"How many; 0 is all."`
	callerFlags `embed:""`
}

// Run lists links.
func (c *linkList) Run(s *session) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return listing[client.Link]{
		head: []string{"LINK", "MADE", "STANDING", "PRICE", "PAID", "TITLE"},
		row: func(l client.Link) []string {
			return []string{l.ID, shortTime(l.CreatedAt), l.Standing, priceOf(l), fmt.Sprint(l.PaidCount), oneLine(l.Title)}
		},
		none:  `There are no such links. paylink link make --amount 25 --title "Invoice 42" makes one.`,
		limit: c.Limit,
	}.print(s, &c.callerFlags, api.Links.List(s.ctx, client.LinkFilter{State: c.State, Reference: c.Reference, Metadata: c.Metadata}))
}

// oneLine keeps a text from breaking a table, and a terminal from obeying it.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r <= 0x9f) {
			return ' '
		}
		return r
	}, text)
}

type linkShow struct {
	ID          string `arg:"" help:"The link's id, plk_…"`
	callerFlags `embed:""`
}

// Run shows a link.
func (c *linkShow) Run(s *session) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	l, err := api.Links.Show(s.ctx, c.ID)
	if err != nil {
		return reached(err)
	}
	return c.show(s, l, func() error {
		w := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
		row := func(name, value string) {
			if value != "" {
				_, _ = fmt.Fprintf(w, "%s\t%s\n", name, oneLine(value))
			}
		}
		row("Link", l.ID)
		row("URL", l.URL)
		row("Standing", l.Standing)
		row("Title", l.Title)
		row("Price", priceOf(l))
		row("Paid", usesOf(l))
		row("Reference", l.Reference)
		row("Made", shortTime(l.CreatedAt)+" by "+l.MadeBy)
		row("Expires", shortTime(l.ExpiresAt))
		row("Closed", shortTime(l.ClosedAt))
		for _, key := range sortedKeys(l.Metadata) {
			row("Metadata", key+"="+l.Metadata[key])
		}
		for p, err := range api.Payments.List(s.ctx, client.PaymentFilter{Link: l.ID}) {
			if err != nil {
				return reached(err)
			}
			row("Payment", paymentLine(p))
		}
		return w.Flush()
	})
}

type linkClose struct {
	ID          string `arg:"" help:"The link's id, plk_…"`
	Reason      string `help:"Why, for your own records."`
	callerFlags `embed:""`
}

// Run closes a link.
func (c *linkClose) Run(s *session) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	l, err := api.Links.Close(s.ctx, c.ID, c.Reason)
	if err != nil {
		return reached(err)
	}
	return c.show(s, l, func() error {
		_, err := fmt.Fprintf(s.stdout, "%s is closed: nobody can begin to pay it any more.\n", l.ID)
		return err
	})
}

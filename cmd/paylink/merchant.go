package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"paylink"
	"paylink/dialect/frontstream"
	"paylink/till"
)

// merchantCommand keeps the people of a store. What it makes is printed as JSON,
// secrets included, this once.
type merchantCommand struct {
	bookFlags `embed:""`
	Add       merchantAdd     `cmd:"" help:"Make a merchant."`
	List      merchantList    `cmd:"" help:"List merchants with their terminals."`
	Terminal  terminalCommand `cmd:"" help:"Where a merchant's money goes."`
	Key       keyCommand      `cmd:"" help:"Keys with which merchants call."`
	Debt      debtCommand     `cmd:"" help:"What is owed to a merchant: invoices."`
	Partner   partnerCommand  `cmd:"" help:"Integrators who act for merchants."`
	Scope     scopeCommand    `cmd:"" help:"Whether a source of references pays each only once."`
}

// AfterApply lets every command below open the book.
func (c *merchantCommand) AfterApply(s *session) error {
	s.book = &c.bookFlags
	return nil
}

// withNode opens the book for one command, without gateways. Where a server has the
// book, the server runs the command.
func withNode(s *session, f func(n *node) error) error {
	if s.node != nil {
		return f(s.node)
	}
	var wrong faults
	s.book.check(&wrong)
	if len(wrong) == 0 {
		if done, err := handOver(s, string(s.book.Database)); done {
			return err
		}
	}
	keys := s.book.keys(&wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	n, err := openNode(s.ctx, plan{database: string(s.book.Database), keys: keys, log: newLog(s.stderr, slog.LevelWarn)})
	if err != nil {
		return err
	}
	return errors.Join(f(n), n.close())
}

func printJSON(s *session, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.stdout, string(text))
	return err
}

// maxFooter is Payroc's (OpenAPI, footerNotes: maxLength 2000).
const maxFooter = 2000

type merchantAdd struct {
	Name    string `required:"" help:"As payers read it."`
	Email   string `help:"How payers reach the merchant."`
	URL     string `name:"url" help:"The merchant's own site."`
	Country string `help:"ISO 3166-1 alpha-2."`
	Footer  string `help:"Plain text at the foot of letters."`
}

// Run makes a merchant.
func (c *merchantAdd) Run(s *session) error {
	var f faults
	if err := paylink.CheckText(c.Name); err != nil || strings.TrimSpace(c.Name) == "" {
		f.add("name", "is empty or holds characters that people can't read")
	}
	if err := paylink.CheckText(c.Footer); err != nil || utf8.RuneCountInString(c.Footer) > maxFooter {
		f.add("footer", "is longer than %d characters or holds some that people can't read", maxFooter)
	}
	if c.URL != "" {
		if _, err := paylink.CheckURL(c.URL); err != nil {
			f.add("url", "%v", err)
		}
	}
	if c.Country = strings.ToUpper(c.Country); c.Country != "" && len(c.Country) != 2 {
		f.add("country", "%q is not a code of two letters", c.Country)
	}
	if err := f.err(); err != nil {
		return err
	}
	return withNode(s, func(n *node) error {
		out, err := n.till.Enrol(s.ctx, till.Enrolment{Merchant: &paylink.Merchant{Name: c.Name, Email: c.Email, URL: c.URL, Country: c.Country, Footer: c.Footer}})
		if err != nil {
			return err
		}
		return printJSON(s, map[string]string{"merchant": out.Merchant.ID, "name": out.Merchant.Name})
	})
}

type merchantList struct{}

type listedMerchant struct {
	Merchant  string           `json:"merchant"`
	Name      string           `json:"name"`
	Terminals []listedTerminal `json:"terminals"`
}

type listedTerminal struct {
	Terminal  string           `json:"terminal"`
	Name      string           `json:"name"`
	Gateway   string           `json:"gateway"`
	Account   string           `json:"account"`
	Currency  paylink.Currency `json:"currency"`
	Methods   []paylink.Method `json:"methods"`
	Processor string           `json:"processor_guid,omitempty"`
}

// Run prints one JSON object a merchant, newest first.
func (*merchantList) Run(s *session) error {
	return withNode(s, func(n *node) error {
		for page := (paylink.Paging{Limit: 200}); ; {
			var list []paylink.Merchant
			shown := map[string][]listedTerminal{}
			err := n.till.Read(s.ctx, func(r paylink.Reader) (err error) {
				if list, err = r.Merchants(page); err != nil {
					return err
				}
				for _, m := range list {
					terms, err := r.Terminals(m.ID)
					if err != nil {
						return err
					}
					shown[m.ID] = listTerminals(terms)
				}
				return nil
			})
			if err != nil || len(list) == 0 {
				return err
			}
			for _, m := range list {
				if err := printJSON(s, listedMerchant{m.ID, m.Name, shown[m.ID]}); err != nil {
					return err
				}
			}
			page.Before = list[len(list)-1].ID
		}
	})
}

func listTerminals(terms []paylink.Terminal) []listedTerminal {
	out := []listedTerminal{}
	for _, t := range terms {
		out = append(out, listedTerminal{t.ID, t.Name, t.Gateway, t.Account, t.Currency, t.Methods, t.Foreign})
	}
	return out
}

type partnerCommand struct {
	Add   partnerAdd   `cmd:"" help:"Make a partner that may act for a merchant; prints its ClientId and ClientSecret."`
	Grant partnerGrant `cmd:"" help:"Let a partner act for another merchant."`
}

type partnerAdd struct {
	Merchant string `arg:"" help:"The merchant's id."`
	Name     string `required:"" help:"The partner's name."`
}

// Run makes a partner with a client.
func (c *partnerAdd) Run(s *session) error {
	return withNode(s, func(n *node) error {
		client := uuid.NewString()
		out, err := n.till.Enrol(s.ctx, till.Enrolment{Merchant: &paylink.Merchant{ID: c.Merchant}, Partner: &paylink.Partner{Name: c.Name},
			Credentials: []till.NewCredential{{Dialect: "frontstream", Kind: "client", Lookup: client, ForPartner: true}}})
		if err != nil {
			return err
		}
		return printJSON(s, map[string]string{"partner": out.Partner.ID, "client_id": client, "client_secret": out.Secrets[0]})
	})
}

type partnerGrant struct {
	Partner  string `arg:"" help:"The partner's id."`
	Merchant string `arg:"" help:"The merchant's id."`
}

// Run lets the partner act.
func (c *partnerGrant) Run(s *session) error {
	return withNode(s, func(n *node) error {
		return n.till.Store.Update(s.ctx, func(tx paylink.Tx) error {
			if _, err := tx.Partner(c.Partner); err != nil {
				return err
			}
			if _, err := tx.Merchant(c.Merchant); err != nil {
				return err
			}
			return tx.Grant(c.Partner, c.Merchant)
		})
	})
}

// scopeCommand is FrontStream's DupCheckEnabled of one integration source.
type scopeCommand struct {
	Partner string `arg:"" help:"The partner's id."`
	Source  string `arg:"" help:"The IntegrationSource."`
	Once    bool   `negatable:"" default:"true" help:"Each reference is paid at most once; --no-once as often as people like."`
}

// Run switches the check for duplicates.
func (c *scopeCommand) Run(s *session) error {
	return withNode(s, func(n *node) error {
		scope := paylink.Scope{Name: frontstream.ScopeName(c.Partner, c.Source), Once: c.Once}
		err := n.till.Store.Update(s.ctx, func(tx paylink.Tx) error {
			if _, err := tx.Partner(c.Partner); err != nil {
				return err
			}
			return tx.PutScope(scope)
		})
		if err != nil {
			return err
		}
		return printJSON(s, map[string]any{"scope": scope.Name, "once": scope.Once})
	})
}

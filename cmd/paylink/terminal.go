package main

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"paylink"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
	"paylink/till"
)

type terminalCommand struct {
	Add terminalAdd `cmd:"" help:"Give a merchant a terminal at the sandbox."`
}

// terminalAdd makes a terminal. With the bank's admin key it makes the account there
// too; without, the account's own secrets must be given.
type terminalAdd struct {
	Merchant           string `arg:"" help:"The merchant's id."`
	Name               string `default:"Main" help:"For people who choose."`
	Currency           string `default:"USD" help:"ISO 4217, or USDC, EURC."`
	Methods            string `help:"card, bank, stablecoin, with commas; all that the currency is paid by if empty."`
	ProcessorGUID      string `name:"processor-guid" help:"FrontStream's name for the terminal; made up if empty."`
	Account            string `help:"The merchant's account at the gateway; made up if empty."`
	AccountKey         secret `env:"PAYLINK_ACCOUNT_KEY" help:"That account's API key."`
	AccountKeyFile     string `env:"PAYLINK_ACCOUNT_KEY_FILE" help:"A file that holds it instead."`
	CallbackSecret     secret `env:"PAYLINK_CALLBACK_SECRET" help:"What signs its callbacks."`
	CallbackSecretFile string `env:"PAYLINK_CALLBACK_SECRET_FILE" help:"A file that holds it instead."`
	BaseURL            string `name:"base-url" env:"PAYLINK_BASE_URL" help:"Where the gateway's callbacks reach the server; needed to make an account, with --sandbox-admin-key."`
	sandboxFlags       `embed:""`
}

func (c *terminalAdd) check() ([]paylink.Method, error) {
	var f faults
	c.sandboxFlags.check(&f)
	orFile(&f, "account-key", &c.AccountKey, &c.AccountKeyFile)
	orFile(&f, "callback-secret", &c.CallbackSecret, &c.CallbackSecretFile)
	checkSecret(&f, "account-key", c.AccountKey)
	checkSecret(&f, "callback-secret", c.CallbackSecret)
	if !paylink.Currency(c.Currency).Known() {
		f.add("currency", "%q is not known", c.Currency)
	}
	var methods []paylink.Method
	if c.Methods == "" {
		c.Methods = "card,bank"
		if paylink.Currency(c.Currency).Stablecoin() {
			c.Methods = "stablecoin"
		}
	}
	for _, m := range strings.Split(c.Methods, ",") {
		switch m := paylink.Method(strings.TrimSpace(m)); m {
		case paylink.Card, paylink.Bank, paylink.Stablecoin:
			methods = append(methods, m)
			if (m == paylink.Stablecoin) != paylink.Currency(c.Currency).Stablecoin() {
				f.add("methods", "USDC and EURC are paid by stablecoin, and nothing else is")
			}
		default:
			f.add("methods", "%q is none of card, bank, stablecoin", string(m))
		}
	}
	switch {
	case c.SandboxAdminKey != "":
		if c.SandboxURL == "" {
			f.add("sandbox-url", "is missing: the account is made there")
		}
		c.BaseURL = checkBase(&f, c.BaseURL)
	case c.Account == "" || c.AccountKey == "" || c.CallbackSecret == "":
		f.add("account", "give --account, --account-key and --callback-secret, or the bank's --sandbox-admin-key to make an account")
	}
	return methods, f.err()
}

// Run makes the terminal, and the account where it can.
func (c *terminalAdd) Run(s *session) error {
	methods, err := c.check()
	if err != nil {
		return err
	}
	return withNode(s, func(n *node) error {
		merchant, err := c.owner(s, n)
		if err != nil {
			return err
		}
		if err := c.account(s, merchant); err != nil {
			return err
		}
		if err := n.bank.keep(s.ctx, c.Account, sandbox.Secrets{Key: string(c.AccountKey), CallbackSecret: string(c.CallbackSecret)}); err != nil {
			return err
		}
		if c.ProcessorGUID == "" {
			c.ProcessorGUID = uuid.NewString()
		}
		out, err := n.till.Enrol(s.ctx, till.Enrolment{Merchant: &merchant, Terminals: []paylink.Terminal{{Name: c.Name, Gateway: sandboxName,
			Account: c.Account, Currency: paylink.Currency(c.Currency), Methods: methods, Foreign: c.ProcessorGUID}}})
		if err != nil {
			return err
		}
		return printJSON(s, listTerminals(out.Terminals)[0])
	})
}

func (c *terminalAdd) owner(s *session, n *node) (m paylink.Merchant, err error) {
	err = n.till.Read(s.ctx, func(r paylink.Reader) (err error) {
		m, err = r.Merchant(c.Merchant)
		return err
	})
	return m, err
}

// account makes the account at the bank, with secrets of our own making.
func (c *terminalAdd) account(s *session, m paylink.Merchant) error {
	if c.SandboxAdminKey == "" {
		return nil
	}
	if c.Account == "" {
		c.Account = "acct_" + paylink.NewToken()[:12]
	}
	if c.AccountKey == "" {
		c.AccountKey = secret(paylink.NewSecret("bank_"))
	}
	if c.CallbackSecret == "" {
		c.CallbackSecret = secret(paylink.NewSecret("cbs_"))
	}
	err := newBankClient(c.SandboxURL).putAccount(s.ctx, c.SandboxAdminKey, bank.Account{ID: c.Account, Name: m.Name, Key: string(c.AccountKey),
		CallbackURL: c.BaseURL + "/callbacks/" + sandboxName, CallbackSecret: string(c.CallbackSecret), Origins: []string{c.BaseURL}})
	if err != nil {
		return fmt.Errorf("the account was not made: %w", err)
	}
	return nil
}

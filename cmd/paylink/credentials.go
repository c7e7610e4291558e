package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"

	"paylink"
	"paylink/internal/signing"
)

// credentials are a demo's secrets and names. They are made up and written down
// before anything is made with them, so that a demo that is killed half way goes on
// with the same ones.
type credentials struct {
	NativeKey         string `json:"native_key"`
	PartnerID         string `json:"partner_id"`
	ClientID          string `json:"client_id"`
	ClientSecret      string `json:"client_secret"`
	APIKey            string `json:"api_key"`
	ProcessorGUID     string `json:"processor_guid"`
	TokenGUID         string `json:"token_guid"`
	IntegrationSource string `json:"integration_source"`
	BankAccount       string `json:"bank_account"`
	BankKey           secret `json:"bank_key"`
	CallbackSecret    string `json:"callback_secret"`
	BankAdminKey      secret `json:"bank_admin_key"`
	EndpointSecret    string `json:"endpoint_secret"`
	PayrocKey         string `json:"payroc_key"`
	ElevatePassword   string `json:"elevate_password"`
	DevdraftKey       string `json:"devdraft_key"`
	DevdraftSecret    string `json:"devdraft_secret"`
}

// payrocTerminal is the demo's processingTerminalId, that of Payroc's own examples.
const payrocTerminal = "1234001"

// The demo's user of Elevate's API.
const (
	elevateBrand = "demo"
	elevateUser  = "demo-api"
)

// loadCredentials reads the file, and makes it where there is none.
func loadCredentials(path string) (credentials, error) {
	var c credentials
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(text, &c); err != nil {
			return c, fmt.Errorf("%s can't be read; remove the directory to start anew: %w", path, err)
		}
		was := c
		if c.fill(); c == was {
			return c, nil
		}
		return c, writeReady(path, c)
	case !errors.Is(err, os.ErrNotExist):
		return c, err
	}
	c = credentials{
		NativeKey: paylink.NewSecret("sk_"), ClientID: uuid.NewString(), ClientSecret: paylink.NewSecret(""),
		APIKey: paylink.NewSecret(""), ProcessorGUID: uuid.NewString(), TokenGUID: uuid.NewString(),
		IntegrationSource: "paylink-demo", BankAccount: "acct_" + paylink.NewToken()[:12],
		BankKey: secret(paylink.NewSecret("bank_")), CallbackSecret: paylink.NewSecret("cbs_"),
		BankAdminKey: secret(paylink.NewSecret("adm_")), EndpointSecret: signing.NewSecret().Reveal(),
	}
	c.fill()
	return c, writeReady(path, c)
}

// fill makes what is missing: all that came after the first demo, which a directory of
// before has not.
func (c *credentials) fill() {
	if c.PayrocKey == "" {
		c.PayrocKey = paylink.NewSecret("")
	}
	if c.ElevatePassword == "" {
		c.ElevatePassword = paylink.NewSecret("")
	}
	if c.DevdraftKey == "" {
		c.DevdraftKey, c.DevdraftSecret = newClientKey(), paylink.NewSecret("")
	}
}

// demoReady is the ready file: where the demo is, and what opens it. Later APIs add
// their own objects.
type demoReady struct {
	BaseURL    string `json:"base_url"`
	GatewayURL string `json:"gateway_url"`
	Native     struct {
		SecretKey string `json:"secret_key"`
	} `json:"native"`
	FrontStream struct {
		ClientID          string `json:"client_id"`
		ClientSecret      string `json:"client_secret"`
		APIKey            string `json:"api_key"`
		ProcessorGUID     string `json:"processor_guid"`
		TokenGUID         string `json:"token_guid"`         // a saved test card
		IntegrationSource string `json:"integration_source"` // a source that checks for duplicates; any other does not
	} `json:"frontstream"`
	Payroc struct {
		APIKey     string `json:"api_key"`
		TerminalID string `json:"processing_terminal_id"`
	} `json:"payroc"`
	Elevate struct {
		Brand          string `json:"brand"`
		Username       string `json:"username"`
		Password       string `json:"password"`
		ProviderID     int64  `json:"payment_provider_id"`
		InvoiceID      int64  `json:"invoice_id"`
		AdhocInvoiceID int64  `json:"adhoc_invoice_id"`
		CustomerID     int64  `json:"customer_id"`
	} `json:"elevate"`
	Devdraft struct {
		ClientKey    string `json:"client_key"`
		ClientSecret string `json:"client_secret"`
		ProductID    string `json:"product_id"`
		TaxID        string `json:"tax_id"`
		CustomerID   string `json:"customer_id"`
	} `json:"devdraft"`
	// Sandbox is what tests of trouble need: the bank's admin key makes it, the
	// account is the merchant's.
	Sandbox struct {
		AdminKey   string `json:"admin_key"`
		Account    string `json:"account"`
		AccountKey string `json:"account_key"`
	} `json:"sandbox"`
}

// ready is the content of the ready file.
func (d *demo) ready() demoReady {
	var r demoReady
	r.BaseURL, r.GatewayURL = d.base, d.gate
	r.Native.SecretKey = d.known.NativeKey
	r.FrontStream.ClientID, r.FrontStream.ClientSecret = d.known.ClientID, d.known.ClientSecret
	r.FrontStream.APIKey, r.FrontStream.ProcessorGUID = d.known.APIKey, d.known.ProcessorGUID
	r.FrontStream.TokenGUID, r.FrontStream.IntegrationSource = d.known.TokenGUID, d.known.IntegrationSource
	r.Payroc.APIKey, r.Payroc.TerminalID = d.known.PayrocKey, payrocTerminal
	e := &r.Elevate
	e.Brand, e.Username, e.Password = elevateBrand, elevateUser, d.known.ElevatePassword
	e.ProviderID, e.InvoiceID, e.AdhocInvoiceID, e.CustomerID = d.billing.provider, d.billing.invoice, d.billing.adhoc, d.billing.customer
	r.Devdraft.ClientKey, r.Devdraft.ClientSecret = d.known.DevdraftKey, d.known.DevdraftSecret
	r.Devdraft.ProductID, r.Devdraft.TaxID, r.Devdraft.CustomerID = d.catalog[0], d.catalog[1], d.catalog[2]
	r.Sandbox.AdminKey, r.Sandbox.Account, r.Sandbox.AccountKey = string(d.GatewayAdminKey), d.known.BankAccount, string(d.known.BankKey)
	return r
}

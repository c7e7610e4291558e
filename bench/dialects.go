package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"
)

// accent makes links through one API. Whatever an API needs once in a while (a
// token) is got beforehand by open.
type accent struct {
	name string
	// open gets what the calls need: one of it, or, where it is spent by the call, one
	// for each.
	open func(c *client, p *program, count int) ([]string, error)
	make func(p *program, token string, n int64) *http.Request
	want int
}

// made numbers all links of a run, for what must differ between them.
var made atomic.Int64

// accents are the APIs, our own first: the others are compared with it.
func accents() []accent {
	return []accent{
		{"our own API", one(func(_ *client, p *program) (string, error) { return p.Native.SecretKey, nil }), native, http.StatusCreated},
		{"FrontStream's API", func(c *client, p *program, count int) ([]string, error) {
			tokens := make([]string, count)
			_, err := load(16, count, func(n int) (err error) {
				tokens[n], err = c.accessToken(p.ready)
				return err
			})
			return tokens, err
		}, frontStream, http.StatusOK},
		{"Payroc's API", one(payrocToken), payroc, http.StatusCreated},
		{"Devdraft's API", one(func(*client, *program) (string, error) { return "", nil }), devdraft, http.StatusCreated},
		{"Elevate's API", one(elevateToken), elevate, http.StatusCreated},
	}
}

// one is an open whose token is good for all calls.
func one(get func(c *client, p *program) (string, error)) func(*client, *program, int) ([]string, error) {
	return func(c *client, p *program, _ int) ([]string, error) {
		token, err := get(c, p)
		return []string{token}, err
	}
}

// dialects compares the making of a link through each API with that through our own.
func (e engine) dialects(p *program) error {
	all := accents()
	for _, other := range all[1:] {
		theirs, ours, err := against(
			func() (result, error) { return other.load(p, e.calls/rounds) },
			func() (result, error) { return all[0].load(p, e.calls/rounds) })
		if err != nil {
			return fmt.Errorf("%s: %w", other.name, err)
		}
		e.add(compared(fmt.Sprintf("make a link by %s, 16 at once, against our own API, %s", other.name, e.name), theirs, ours, 0.8))
	}
	return nil
}

func (a accent) load(p *program, count int) (result, error) {
	c := newClient(16)
	defer c.close()
	tokens, err := a.open(c, p, count)
	if err != nil {
		return result{}, err
	}
	return load(16, count, func(n int) error {
		_, _, err := c.do(a.make(p, tokens[n%len(tokens)], made.Add(1)), a.want)
		return err
	})
}

// post is a request with a body; header is names and values in turn.
func post(address, body string, header ...string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		panic(err) // the address is the program's own
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}

func native(p *program, token string, _ int64) *http.Request {
	return post(p.BaseURL+"/api/v1/links", `{"title":"Invoice 42","amount":"25.00","currency":"USD","reference":"42"}`,
		"Authorization", "Bearer "+token, "Idempotency-Key", uuid.NewString())
}

func frontStream(p *program, token string, _ int64) *http.Request {
	return post(p.BaseURL+"/api/paylink", `{"ApiKey":"`+p.FrontStream.APIKey+`","RedirectUrl":"https://merchant.example/thanks",
		"Email":"payer@example.com","FirstName":"Pat","LastName":"Payer","PaymentLines":[{"Amount":"25.00","Type":12,"Recurring":0}]}`,
		"AccessToken", token)
}

func payrocToken(c *client, p *program) (string, error) {
	return c.token(post(p.BaseURL+"/v1/authorize", "", "x-api-key", p.Payroc.APIKey), "access_token")
}

func payroc(p *program, token string, _ int64) *http.Request {
	return post(p.BaseURL+"/v1/processing-terminals/"+p.Payroc.TerminalID+"/payment-links",
		`{"type":"multiUse","merchantReference":"42","order":{"description":"Invoice 42","charge":{"type":"preset","amount":2500,"currency":"USD"}},
		"authType":"sale","paymentMethods":["card"]}`, "Authorization", "Bearer "+token, "Idempotency-Key", uuid.NewString())
}

func devdraft(p *program, _ string, n int64) *http.Request {
	return post(p.BaseURL+"/api/v0/payment-links", `{"title":"Invoice 42","url":"invoice-42-`+strconv.FormatInt(n, 10)+`","linkType":"INVOICE",
		"allowQuantityAdjustment":false,"allowMobilePayment":false,"currency":"usdc","amount":25.00,"collectTax":false,"collectAddress":false}`,
		"x-client-key", p.Devdraft.ClientKey, "x-client-secret", p.Devdraft.ClientSecret, "idempotency-key", uuid.NewString())
}

func elevateToken(c *client, p *program) (string, error) {
	return c.token(post(p.BaseURL+"/v1/authenticate", `{"brand":"`+p.Elevate.Brand+`","username":"`+p.Elevate.Username+
		`","password":"`+p.Elevate.Password+`"}`), "token")
}

// Elevate answers with the living link where there is one of the same debt and amount,
// so ours are links to pay in without a debt.
func elevate(p *program, token string, _ int64) *http.Request {
	return post(p.BaseURL+"/v1/payment-provider-payment-link", `{"paymentProviderId":`+strconv.Itoa(p.Elevate.PaymentProviderID)+
		`,"amountInMajorCurrency":25.00,"description":"Invoice 42","emailAddress":"payer@example.com"}`, "Authorization", "Bearer "+token)
}

// token asks for a token and gives the member of the answer that holds it.
func (c *client) token(r *http.Request, member string) (string, error) {
	body, _, err := c.do(r, http.StatusOK)
	if err != nil {
		return "", err
	}
	_, rest, _ := bytes.Cut(body, []byte(`"`+member+`":"`))
	token, _, found := bytes.Cut(rest, []byte(`"`))
	if !found {
		return "", fmt.Errorf("%s answered no %s: %w", r.URL, member, io.ErrUnexpectedEOF)
	}
	return string(token), nil
}

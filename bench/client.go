package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// client asks one server, over as many kept connections as there are callers.
type client struct {
	http *http.Client
	// known is the form of the first page: the links differ in the attempt alone, and
	// reading each whole would measure the reader.
	known atomic.Pointer[url.Values]
}

func newClient(callers int) *client {
	return &client{http: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: callers, MaxConnsPerHost: callers},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// do sends a request and returns the body; another status than wanted is an error.
func (c *client) do(r *http.Request, want int) ([]byte, http.Header, error) {
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != want {
		err = fmt.Errorf("%s %s answered %s, want %d: %.300s", r.Method, r.URL, answer.Status, want, body)
	}
	return body, answer.Header, err
}

func (c *client) postJSON(address string, header http.Header, in, out any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header = header.Clone()
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	r.Header.Set("Content-Type", "application/json")
	body, _, err := c.do(r, http.StatusOK)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, out)
}

// accessToken gets a one-time token of FrontStream's API.
func (c *client) accessToken(p ready) (string, error) {
	var answer struct{ Token string }
	err := c.postJSON(p.BaseURL+"/api/ClientSession", nil, map[string]string{
		"ClientId": p.FrontStream.ClientID, "ClientSecret": p.FrontStream.ClientSecret}, &answer)
	return answer.Token, err
}

// link makes a link through FrontStream's API and returns its address.
func (c *client) link(p ready, accessToken string) (string, error) {
	var answer struct{ PayLinkUrl string }
	err := c.postJSON(p.BaseURL+"/api/paylink", http.Header{"Accesstoken": {accessToken}}, map[string]any{
		"ApiKey": p.FrontStream.APIKey, "RedirectUrl": "https://merchant.example/thanks",
		"Email": "payer@example.com", "FirstName": "Pat", "LastName": "Payer",
		"PaymentLines": []map[string]any{{"Amount": "25.00", "Type": 12, "Recurring": 0}},
	}, &answer)
	if err == nil && answer.PayLinkUrl == "" {
		err = fmt.Errorf("%s/api/paylink answered no PayLinkUrl", p.BaseURL)
	}
	return answer.PayLinkUrl, err
}

// get reads a page.
func (c *client) get(address string) ([]byte, error) { return c.getAs(address, nil) }

// getZipped reads a page as it comes over the wire, and leaves it compressed.
func (c *client) getZipped(address string) ([]byte, error) {
	return c.getAs(address, http.Header{"Accept-Encoding": {"gzip"}})
}

func (c *client) getAs(address string, header http.Header) ([]byte, error) {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if header != nil {
		r.Header = header
	}
	body, _, err := c.do(r, http.StatusOK)
	return body, err
}

// pay does what a payer's browser does with a link: look at the page, enter a
// card in the sandbox's frame, send the form. It ends with the redirect that
// says the charge was made and settled.
func (c *client) pay(p ready, link string) error {
	page, err := c.get(link)
	if err != nil {
		return err
	}
	form := c.form(page)
	var token struct{ Token string }
	err = c.postJSON(p.GatewayURL+"/v1/tokens", http.Header{"Origin": {p.GatewayURL}}, map[string]string{
		"method": "card", "number": "4242424242424242", "expiry": time.Now().AddDate(2, 0, 0).Format("01/06"),
		"cvc": "123"}, &token)
	if err != nil {
		return err
	}
	form.Set("gateway_token", token.Token)
	r, err := http.NewRequest(http.MethodPost, link, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.BaseURL)
	_, header, err := c.do(r, http.StatusSeeOther)
	if err != nil {
		return err
	}
	return c.settled(p, header.Get("Location"))
}

// settled follows our own redirects until one leaves for the merchant, which
// is where a payer goes who has paid.
func (c *client) settled(p ready, location string) error {
	for hops := 0; hops < 5; hops++ {
		u, err := url.Parse(location)
		if err != nil {
			return err
		}
		if u.Host == "merchant.example" {
			return nil
		}
		r, err := http.NewRequest(http.MethodGet, mustAbsolute(p.BaseURL, u), nil)
		if err != nil {
			return err
		}
		_, header, err := c.do(r, http.StatusSeeOther)
		if err != nil {
			return err
		}
		location = header.Get("Location")
	}
	return fmt.Errorf("after 5 redirects the payer is at %s and not at the merchant's", location)
}

func mustAbsolute(base string, u *url.URL) string {
	if u.IsAbs() {
		return u.String()
	}
	return base + u.String()
}

var (
	control   = regexp.MustCompile(`<(?:input|textarea)\b[^>]*>|<select\b[^>]*>|<option\b[^>]* selected[^>]*>`)
	attribute = regexp.MustCompile(`\b(name|value|type)=(?:"([^"]*)"|([^\s">]+))`)
)

// typed is what our payer enters where the page leaves it open.
var typed = map[string]string{
	"method": "card", "first_name": "Pat", "last_name": "Payer", "email": "payer@example.com", "phone": "+12065550100",
	"country": "US", "street": "410 Terry Avenue North", "city": "Seattle", "state": "WA", "postal": "98109",
}

// form is what the payer sends back of a page.
func (c *client) form(page []byte) url.Values {
	known := c.known.Load()
	if known == nil {
		form := fields(page)
		known = &form
		c.known.Store(known)
	}
	form := maps.Clone(*known)
	const before = `name="attempt" value="`
	_, rest, _ := bytes.Cut(page, []byte(before))
	attempt, _, _ := bytes.Cut(rest, []byte(`"`))
	form["attempt"] = []string{html.UnescapeString(string(attempt))}
	return form
}

// fields are the controls of a page's form as a browser would send them back
// after the payer filled it in.
func fields(page []byte) url.Values {
	form := make(url.Values)
	choice := "" // the select whose options are read
	for _, tag := range control.FindAll(page, -1) {
		found := make(map[string]string)
		for _, match := range attribute.FindAllSubmatch(tag, -1) {
			found[string(match[1])] = html.UnescapeString(string(match[2]) + string(match[3]))
		}
		name := found["name"]
		switch {
		case bytes.HasPrefix(tag, []byte("<select")):
			choice, found["value"] = name, ""
		case bytes.HasPrefix(tag, []byte("<option")):
			name = choice
		case found["type"] == "checkbox" && !bytes.Contains(tag, []byte(" checked")):
			continue
		case found["type"] == "radio" && !bytes.Contains(tag, []byte(" checked")):
			if found["value"] != typed[name] {
				continue
			}
		}
		if found["value"] == "" {
			found["value"] = typed[name]
		}
		if name != "" {
			form.Set(name, found["value"])
		}
	}
	return form
}

package frontstream

import (
	"fmt"
	"strings"

	"paylink"
	"paylink/dialect"
)

// order is a PayLinkRequest that keeps all rules. Its JSON is what the link keeps as
// Foreign: without ApiKey and the tokens, which are secrets, and without the theme,
// which the link's Page has.
type order struct {
	APIKey             string   `json:"-"`
	ProcessorGUID      string   `json:"ProcessorGuid,omitempty"` // lower case
	IntegrationSource  string   `json:"IntegrationSource,omitempty"`
	IPAddress          string   `json:"IpAddress,omitempty"`
	RedirectURL        string   `json:"RedirectUrl"`
	Lines              []line   `json:"PaymentLines"`
	TranID             string   `json:"TranId,omitempty"`
	ShowTransactionID  bool     `json:"ShowTransactionId,omitempty"`
	TransactionIDText  string   `json:"TransactionIdText,omitempty"`
	PoweredByText      string   `json:"PoweredByText,omitempty"`
	PoweredByURL       string   `json:"PoweredByUrl,omitempty"`
	DonateButtonText   string   `json:"DonateButtonText,omitempty"`
	Language           string   `json:"Language,omitempty"`
	DefaultCountryCode string   `json:"DefaultCountryCode,omitempty"`
	Theme              string   `json:"-"`
	ThemeFonts         []string `json:"-"`
	payer
	TokenizeCard      bool   `json:"TokenizeCard,omitempty"`
	TokenGUID         string `json:"TokenGuid,omitempty"` // lower case
	CardToken         string `json:"-"`
	CheckToken        string `json:"-"`
	ExternalEventID   string `json:"ExternalEventId,omitempty"`
	ExternalEventName string `json:"ExternalEventName,omitempty"`
}

// orderNames are the members of PayLinkRequest (FrontStream OpenAPI).
var orderNames = []string{"ApiKey", "ProcessorGuid", "IntegrationSource", "IpAddress", "RedirectUrl", "PaymentLines",
	"TranId", "ShowTransactionId", "TransactionIdText", "PoweredByText", "PoweredByUrl", "DonateButtonText", "Language",
	"DefaultCountryCode", "Theme", "ThemeFonts", "FirstName", "LastName", "Email", "Street", "City", "Zip", "State",
	"Country", "Phone", "TokenizeCard", "TokenGuid", "ExternalCardToken", "ExternalCheckToken", "ExternalEventId",
	"ExternalEventName"}

// Longest values, in characters. FrontStream OpenAPI, maxLength, but for the first
// two: it has no bound for those, and everything that is stored needs one.
const (
	maxAPIKey        = 500
	maxSource        = 200
	maxIP            = 40
	maxURL           = 500
	maxTranID        = 100
	maxText          = 100
	maxLanguage      = 35
	maxTheme         = 5000
	maxFonts         = 50 // maxItems
	maxFont          = 200
	maxExternalToken = 200
	maxEventID       = 10
	maxEventName     = 500
)

// readOrder reads a PayLinkRequest and answers every broken rule at once.
func (h *Handler) readOrder(v dialect.Value) (o order, err error) {
	var rules brokenRules
	if v.Kind != dialect.Object {
		return o, broken(CodeBody, "the body must be a JSON object")
	}
	r := newReader(v, "", orderNames, h.Strict, &rules)
	o.APIKey = r.apiKey()
	o.ProcessorGUID = r.guid("ProcessorGuid")
	o.IntegrationSource = r.trimmed("IntegrationSource", maxSource)
	o.IPAddress, _ = r.text("IpAddress", maxIP) // any syntax: it decides nothing (A14)
	o.RedirectURL = h.redirect(r)
	o.Lines = r.lines()
	o.TranID = r.trimmed("TranId", maxTranID)
	o.ShowTransactionID = r.boolean("ShowTransactionId")
	o.TransactionIDText, _ = r.text("TransactionIdText", maxText)
	o.PoweredByText, _ = r.text("PoweredByText", maxText)
	o.PoweredByURL = h.url(r, "PoweredByUrl")
	o.DonateButtonText, _ = r.text("DonateButtonText", maxText)
	o.Language, _ = r.text("Language", maxLanguage)
	o.DefaultCountryCode = r.country("DefaultCountryCode")
	o.Theme, _ = r.raw("Theme", maxTheme)
	o.ThemeFonts = r.fonts()
	o.payer = r.payer(o.DefaultCountryCode)
	o.TokenizeCard = r.boolean("TokenizeCard")
	o.TokenGUID = r.guid("TokenGuid")
	o.CardToken, _ = r.text("ExternalCardToken", maxExternalToken)
	o.CheckToken, _ = r.text("ExternalCheckToken", maxExternalToken)
	r.oneToken()
	o.ExternalEventID, _ = r.text("ExternalEventId", maxEventID)
	o.ExternalEventName, _ = r.text("ExternalEventName", maxEventName)
	return o, rules.err()
}

func (r *reader) apiKey() string {
	key, ok := r.raw("ApiKey", maxAPIKey)
	if ok && key == "" {
		r.required("ApiKey")
	}
	return key
}

// trimmed reads a name that is compared exactly, after trimming (A32).
func (r *reader) trimmed(name string, max int) string {
	s, _ := r.text(name, max)
	return strings.TrimSpace(s)
}

// guid reads an optional GUID in its 36-character form and gives it in lower case.
func (r *reader) guid(name string) string {
	s, ok := r.raw(name, maxText)
	if !ok || s == "" {
		return ""
	}
	if !isGUID(s) {
		r.broken(CodeFormat, name, "must be a GUID such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301")
		return ""
	}
	return strings.ToLower(s)
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20 // lower case; a dash stays a dash
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if s[i] != '-' {
				return false
			}
		case (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}

// fonts reads ThemeFonts. What is no string is a broken rule; what is no font is
// not: the page leaves it out (A35).
func (r *reader) fonts() []string {
	v := r.get("ThemeFonts")
	switch {
	case v.Kind == dialect.Null:
		return nil
	case v.Kind != dialect.Array:
		r.broken(CodeType, "ThemeFonts", "must be an array of strings")
		return nil
	case len(v.Items) > maxFonts:
		r.broken(CodeTooMany, "ThemeFonts", fmt.Sprintf("must not have more than %d items", maxFonts))
		return nil
	}
	var out []string
	for i, item := range v.Items {
		switch {
		case item.Kind == dialect.Null:
		case item.Kind != dialect.String && (item.Kind != dialect.Number || r.strict):
			r.broken(CodeType, fmt.Sprintf("ThemeFonts[%d]", i), "must be a string")
		case len(item.Text) <= maxFont && paylink.CheckText(item.Text) == nil:
			out = append(out, item.Text)
		}
	}
	return out
}

// oneToken: the three tokens exclude one another (A25).
func (r *reader) oneToken() {
	var given []string
	for _, name := range []string{"TokenGuid", "ExternalCardToken", "ExternalCheckToken"} {
		if v := r.get(name); v.Kind != dialect.Null && v.Text != "" {
			given = append(given, name)
		}
	}
	if len(given) > 1 {
		r.rules.add(CodeOneToken, strings.Join(given, " and ")+" exclude one another")
	}
}

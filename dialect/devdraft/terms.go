package devdraft

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"paylink"
	"paylink/dialect"
)

// Types of links: the union of what the API's sources name.
const (
	invoice      = "INVOICE"
	productLink  = "PRODUCT"
	collection   = "COLLECTION"
	donation     = "DONATION"
	subscription = "SUBSCRIPTION"
)

const (
	oneTime = "ONE_TIME"
	active  = "ACTIVE"
	idle    = "INACTIVE"
	expired = "EXPIRED"
)

// frequencies are the values of recurringType (SDKs of June 2025).
var frequencies = map[string]paylink.Frequency{"WEEKLY": paylink.Weekly, "BI_WEEKLY": paylink.BiWeekly, "MONTHLY": paylink.Monthly,
	"BI_MONTHLY": paylink.BiMonthly, "QUARTERLY": paylink.Quarterly, "ANNUALLY": paylink.Annually}

// currencies are those that links can have.
var currencies = map[string]paylink.Currency{"usdc": "USDC", "eurc": "EURC"}

const (
	maxTitle       = 100
	maxDescription = 500
	maxReference   = 255
	maxItems       = 100 // products of a link
	maxPayments    = 1_000_000_000
)

// terms are a link as the merchant described it, in our units: what create and update
// read, and what a link shows. Ids are ours; empty texts and zeros are null.
type terms struct {
	kept
	Title, Description, Cover string
	Currency                  string
	Amount                    string // as it is written
	Reference                 string
	CustomerID                string
	Items                     []item
	ForAll                    bool
	CollectTax                bool
	TaxID                     string
	Address, Phone            bool
	Expires                   time.Time
	Paused                    bool
	Status                    string // as it is answered
}

// item is a product of a link.
type item struct {
	productID string
	quantity  int64
}

// kept is what of it our vocabulary has no place for: it stands in Link.Foreign.
type kept struct {
	Slug          string          `json:"slug,omitempty"` // as the merchant wrote it
	LinkType      string          `json:"linkType,omitempty"`
	Amount        string          `json:"amount,omitempty"` // where products decide what is paid
	AllowQuantity bool            `json:"allowQuantityAdjustment"`
	AllowMobile   bool            `json:"allowMobilePayment,omitempty"`
	TaxID         string          `json:"taxId,omitempty"` // where it is not collected
	Limit         *bool           `json:"limitPayments,omitempty"`
	MaxPayments   int64           `json:"maxPayments,omitempty"`
	CustomFields  json.RawMessage `json:"customFields,omitempty"`
	// Of the extra members only those that were given are answered.
	Recurring    string `json:"recurringType,omitempty"`
	Phone        *bool  `json:"requirePhoneNumber,omitempty"`
	BusinessTax  *bool  `json:"allowBusinessTaxId,omitempty"`
	Confirmation string `json:"confirmationPage,omitempty"`
	InvoicePDF   *bool  `json:"createInvoicePdf,omitempty"`
	WalletID     string `json:"walletId,omitempty"`
	Crypto       *bool  `json:"allowCryptoPayment,omitempty"`
}

// readNew reads the body of create.
func readNew(body dialect.Value) (terms, error) {
	r := &reader{Value: body}
	t := terms{Currency: "usdc"}
	t.AllowQuantity = true
	r.need("title", "url", "linkType")
	r.slug(&t.Slug)
	r.word("linkType", &t.LinkType, invoice, productLink, collection, donation, subscription)
	r.terms(&t)
	r.rules(&t)
	return t, r.err()
}

func (r *reader) slug(into *string) {
	text, before := "", len(r.broken)
	if r.text("url", 0, maxURL, &text); len(r.broken) > before || !r.has("url") {
		return
	}
	slug, wrong := slugOf(text)
	if wrong != "" {
		r.wrong(wrong)
	}
	*into = slug
}

// terms reads what create and update have in common onto t.
func (r *reader) terms(t *terms) {
	if r.null("title") {
		r.need("title")
	} else {
		r.text("title", 3, maxTitle, &t.Title)
	}
	r.flag("allowQuantityAdjustment", &t.AllowQuantity)
	r.flag("allowMobilePayment", &t.AllowMobile)
	r.word("currency", &t.Currency, "usdc", "eurc")
	r.text("description", 0, maxDescription, &t.Description)
	r.link("coverImage", &t.Cover)
	if r.number("amount", &t.Amount); strings.Contains(t.Amount, ".") { // 30.0 is 30
		t.Amount = strings.TrimSuffix(strings.TrimRight(t.Amount, "0"), ".")
	}
	r.text("paymentForId", 0, maxReference, &t.Reference)
	r.id("customerId", paylink.PrefixCustomer, &t.CustomerID)
	r.items(t)
	r.flag("isForAllProduct", &t.ForAll)
	r.flag("collectTax", &t.CollectTax)
	r.id("taxId", paylink.PrefixTax, &t.TaxID)
	r.flag("collectAddress", &t.Address)
	r.option("limitPayments", &t.Limit)
	if v, _ := r.Member("maxPayments"); r.has("maxPayments") {
		t.MaxPayments = r.whole("maxPayments", v, 1, maxPayments)
	} else if r.null("maxPayments") {
		t.MaxPayments = 0
	}
	r.customFields(&t.CustomFields)
	r.moment("expiration_date", &t.Expires)
	r.extras(t)
}

// option reads a boolean of which we keep whether it was given at all.
func (r *reader) option(name string, into **bool) {
	if r.null(name) {
		*into = nil
	}
	if r.has(name) {
		is := false
		r.flag(name, &is)
		*into = &is
	}
}

func (r *reader) extras(t *terms) {
	r.word("recurringType", &t.Recurring, oneTime, "WEEKLY", "BI_WEEKLY", "MONTHLY", "BI_MONTHLY", "QUARTERLY", "ANNUALLY")
	r.option("requirePhoneNumber", &t.kept.Phone)
	if _, said := r.Member("requirePhoneNumber"); said {
		t.Phone = t.kept.Phone != nil && *t.kept.Phone
	}
	r.option("allowBusinessTaxId", &t.BusinessTax)
	r.word("confirmationPage", &t.Confirmation, "SHOW", "REDIRECT")
	r.option("createInvoicePdf", &t.InvoicePDF)
	r.text("walletId", 0, maxReference, &t.WalletID)
	r.option("allowCryptoPayment", &t.Crypto)
}

// items reads paymentLinkProducts.
func (r *reader) items(t *terms) {
	const name = "paymentLinkProducts"
	if r.null(name) {
		t.Items = nil
		return
	}
	v, there := r.Member(name)
	switch {
	case !there:
		return
	case v.Kind != dialect.Array:
		r.wrong(name + " must be an array")
		return
	case len(v.Items) > maxItems:
		r.wrong(name + " must contain no more than " + strconv.Itoa(maxItems) + " elements")
		return
	}
	t.Items = nil
	seen := map[string]bool{}
	for i, one := range v.Items {
		path := name + "." + strconv.Itoa(i) + "."
		in := reader{Value: one}
		it := item{quantity: 1}
		if in.need("productId"); one.Kind != dialect.Object {
			r.wrong("each value in " + name + " must be an object")
			return
		}
		in.id("productId", paylink.PrefixProduct, &it.productID)
		if n, _ := one.Member("quantity"); in.has("quantity") {
			it.quantity = in.whole("quantity", n, 1, paylink.MaxQuantity)
		}
		for _, wrong := range in.broken {
			r.wrong(path + wrong)
		}
		if seen[it.productID] && it.productID != "" {
			r.wrong(path + "productId must not stand twice; raise its quantity")
		}
		seen[it.productID] = true
		t.Items = append(t.Items, it)
	}
}

// customFields keeps an object as it came.
func (r *reader) customFields(into *json.RawMessage) {
	const name = "customFields"
	if r.null(name) {
		*into = nil
		return
	}
	v, there := r.Member(name)
	switch {
	case !there:
	case v.Kind != dialect.Object:
		r.wrong(name + " must be an object")
	case !clean(v):
		r.wrong(name + " must not hold control characters, invisible characters or card numbers")
	default:
		*into = dialect.Canonical(v)
	}
}

// clean judges every text of a value.
func clean(v dialect.Value) bool {
	if paylink.CheckText(v.Text) != nil || paylink.HoldsCardNumber(v.Text) {
		return false
	}
	for _, one := range v.Items {
		if !clean(one) {
			return false
		}
	}
	for _, m := range v.Members {
		if paylink.CheckText(m.Name) != nil || paylink.HoldsCardNumber(m.Name) || !clean(m.Value) {
			return false
		}
	}
	return true
}

// rules judges members together: what is paid, how often.
func (r *reader) rules(t *terms) {
	if t.Amount != "" {
		least := paylink.Money{Minor: 10_000, Currency: currencies[t.Currency]} // OpenAPI: minimum 0.01
		switch m, err := paylink.ParseMoney(t.Amount, currencies[t.Currency]); {
		case err != nil:
			r.wrong("amount must be a number of plain digits with at most 6 decimal places")
		case m.Minor < least.Minor:
			r.wrong("amount must not be less than 0.01")
		}
	} else if t.LinkType != donation && t.LinkType != "" && len(t.Items) == 0 && !t.ForAll {
		r.wrong("amount should not be empty: a link of type " + t.LinkType + " needs an amount or products")
	}
	if t.Limit != nil && *t.Limit && t.MaxPayments == 0 {
		r.wrong("maxPayments should not be empty where limitPayments is true")
	}
}

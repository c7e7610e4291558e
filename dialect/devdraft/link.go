package devdraft

import (
	"encoding/json"
	"strings"

	"paylink"
)

// paymentLink is a link as it is answered (DEV-create), in the order of its example.
// Unset members are null. The extra ones at the end are answered where they were given.
type paymentLink struct {
	ID            string          `json:"id"`
	Title         string          `json:"title"`
	URL           string          `json:"url"`
	Description   *string         `json:"description"`
	Cover         *string         `json:"coverImage"`
	LinkType      string          `json:"linkType"`
	Status        string          `json:"status"`
	Amount        *json.Number    `json:"amount"`
	Reference     *string         `json:"paymentForId"`
	Currency      string          `json:"currency"`
	AllowQuantity bool            `json:"allowQuantityAdjustment"`
	AllowMobile   bool            `json:"allowMobilePayment"`
	CollectTax    bool            `json:"collectTax"`
	Address       bool            `json:"collectAddress"`
	Limit         bool            `json:"limitPayments"`
	MaxPayments   *int64          `json:"maxPayments"`
	CustomFields  json.RawMessage `json:"customFields"`
	Items         []linkItem      `json:"paymentLinkProducts"`
	ForAll        bool            `json:"isForAllProduct"`
	AppID         string          `json:"appId"`
	CustomerID    *string         `json:"customerId"`
	TaxID         *string         `json:"taxId"`
	Tax           json.RawMessage `json:"tax,omitempty"` // of one link only (DEV-fetch)
	Expires       *string         `json:"expiration_date"`
	CreatedAt     string          `json:"createdAt"`
	UpdatedAt     string          `json:"updatedAt"`
	extras
}

// extras are the members that one generation of SDKs or one page knows.
type extras struct {
	Recurring    string `json:"recurringType,omitempty"`
	Phone        *bool  `json:"requirePhoneNumber,omitempty"`
	BusinessTax  *bool  `json:"allowBusinessTaxId,omitempty"`
	Confirmation string `json:"confirmationPage,omitempty"`
	InvoicePDF   *bool  `json:"createInvoicePdf,omitempty"`
	WalletID     string `json:"walletId,omitempty"`
	Crypto       *bool  `json:"allowCryptoPayment,omitempty"`
}

// linkItem is a product of a link, with the product itself (DEV-fetch).
type linkItem struct {
	ID        string      `json:"id"`
	ProductID string      `json:"productId"`
	Quantity  int64       `json:"quantity"`
	Product   itemProduct `json:"product"`
}

type itemProduct struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Price       json.Number `json:"price"`
	Currency    string      `json:"currency"`
	Images      []string    `json:"images"`
}

// linkTax is the tax of a link.
type linkTax struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Percentage  json.Number `json:"percentage"`
	Description string      `json:"description"`
}

// termsOf are the terms of a link as it stands. What our vocabulary knows is read from
// there, so that a change by another API is seen here; the rest from Foreign.
func termsOf(l paylink.Link, standing paylink.Standing) (t terms, err error) {
	if l.Dialect == Name {
		err = json.Unmarshal([]byte(l.Foreign), &t.kept)
	} else {
		t.kept = strange(l)
	}
	t.Title, t.Description, t.Cover = title(l), l.Page.Description, l.Page.Cover
	t.Currency = strings.ToLower(string(l.Price.Currency))
	t.Reference, t.CustomerID = l.Reference, l.CustomerID
	t.ForAll, t.CollectTax = l.Price.Catalog, l.Price.Tax != nil
	t.Address, t.Phone = l.Page.Ask.Address, l.Page.Ask.Phone
	if l.Price.Tax != nil {
		t.TaxID = l.Price.Tax.TaxID
	} else {
		t.TaxID = t.kept.TaxID
	}
	t.Expires, t.Paused, t.Status = l.ExpiresAt, l.Paused, status(l, standing)
	for _, line := range l.Price.Lines {
		if line.Product != "" {
			t.Items = append(t.Items, item{line.Product, line.N()})
		}
	}
	t.Amount = t.kept.Amount
	if len(t.Items) == 0 && !t.ForAll {
		t.Amount = ""
		if b, err := l.Price.Bill(paylink.Choice{}); err == nil && !l.Price.Open() {
			t.Amount = string(number(b.Net))
		}
	}
	if t.uses() != l.MaxUses {
		limited := l.MaxUses > 0
		t.Limit, t.MaxPayments = &limited, int64(l.MaxUses)
	}
	return t, err
}

// strange is what there is to say of a link that another API made.
func strange(l paylink.Link) kept {
	k := kept{LinkType: productLink}
	switch {
	case l.Schedule != nil:
		k.LinkType = subscription
		for word, every := range frequencies {
			if every == l.Schedule.Every {
				k.Recurring = word
			}
		}
	case l.Price.Open():
		k.LinkType = donation
	case len(l.Price.Products()) > 1 || l.Price.Catalog:
		k.LinkType = collection
	case l.MaxUses == 1:
		k.LinkType = invoice
	}
	for _, line := range l.Price.Lines {
		k.AllowQuantity = k.AllowQuantity || line.Adjust != nil
	}
	return k
}

// title is never empty: the first words that the payer reads of a link without one.
func title(l paylink.Link) string {
	for _, text := range []string{l.Page.Title, l.Page.Description, l.Reference} {
		if l.Dialect != Name && text != "" {
			return text
		}
	}
	if l.Dialect != Name && len(l.Price.Lines) > 0 && l.Price.Lines[0].Title != "" {
		return l.Price.Lines[0].Title
	}
	if l.Page.Title == "" {
		return "Payment link"
	}
	return l.Page.Title
}

// status says ACTIVE of whatever can be paid now or soon: a payment that is under way
// changes nothing.
func status(l paylink.Link, standing paylink.Standing) string {
	switch {
	case l.Paused:
		return idle
	case standing == paylink.Expired:
		return expired
	case standing == paylink.Payable || standing == paylink.InUse:
		return active
	}
	return idle
}

// shown is a link as it is answered. url opens it where it has no slug.
func (h *Handler) shown(l paylink.Link, t terms, m means, url string) paymentLink {
	if t.Slug != "" {
		url = h.checkoutURL(t.Slug)
	}
	v := paymentLink{ID: showLinkID(l.ID), Title: t.Title, URL: url, Description: orNull(t.Description), Cover: orNull(t.Cover),
		LinkType: t.LinkType, Status: t.Status, Reference: orNull(t.Reference), Currency: t.Currency,
		AllowQuantity: t.AllowQuantity, AllowMobile: t.AllowMobile, CollectTax: t.CollectTax, Address: t.Address,
		Limit: t.limited(), CustomFields: t.CustomFields, ForAll: t.ForAll, AppID: showAppID(l.MerchantID),
		CustomerID: orNull(UUID(paylink.PrefixCustomer, t.CustomerID)), TaxID: orNull(UUID(paylink.PrefixTax, t.TaxID)),
		CreatedAt: stamp(l.CreatedAt), UpdatedAt: stamp(l.UpdatedAt), Items: []linkItem{}}
	v.extras = extras{t.Recurring, t.kept.Phone, t.BusinessTax, t.Confirmation, t.InvoicePDF, t.WalletID, t.Crypto}
	if t.Amount != "" {
		n := json.Number(t.Amount)
		v.Amount = &n
	}
	if t.MaxPayments > 0 {
		v.MaxPayments = &t.MaxPayments
	}
	if t.CustomFields == nil {
		v.CustomFields = json.RawMessage("null")
	}
	if !t.Expires.IsZero() {
		s := stamp(t.Expires)
		v.Expires = &s
	}
	for _, it := range t.Items {
		p := m.products[it.productID]
		id := UUID(paylink.PrefixProduct, it.productID)
		v.Items = append(v.Items, linkItem{showProductID(l.ID, it.productID), id, it.quantity,
			itemProduct{id, p.Name, p.Description, number(p.Price), string(p.Price.Currency), h.pictures(p)}})
	}
	return v
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// number is an amount as a JSON number without needless zeros: 29.99, 30.
func number(m paylink.Money) json.Number {
	text := m.Decimal()
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return json.Number(text)
}

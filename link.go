package paylink

import (
	"slices"
	"time"
)

// LinkState is where a link is in its life.
type LinkState string

const (
	LinkOpen   LinkState = "open"
	LinkClosed LinkState = "closed" // by the merchant; for ever
)

// Link is an offer that whoever has its address can pay.
type Link struct {
	ID         string
	MerchantID string
	TerminalID string
	PartnerID  string // the integrator who made it, if one did
	State      LinkState
	Version    int // grows by one with every change that others can see

	Price    Price
	Schedule *Schedule // nil: paid once
	Hold     bool      // authorize only
	Save     bool      // save the instrument at purchase (FrontStream: TokenizeCard)
	Paused   bool      // by the merchant, who may let it go on

	// Instrument is a saved way to pay that the link is bound to: its id, or what
	// another system calls it (FrontStream: TokenGuid, ExternalCardToken, …).
	Instrument string

	CustomerID string // who is asked to pay, where the merchant said

	// Scope and Reference name the debt; both may be empty. Where Reference is empty
	// and Page.Reference asks for it, the payer types it.
	Scope     string
	Reference string

	MaxUses   int // 0: as often as people like
	Reserved  int // payments that hold a slot: see PaymentState.Holds
	Succeeded int // payments that used a slot: see PaymentState.Uses

	RedirectURL string
	Page        Page
	Dialect     string // which API made it
	Foreign     string // that API's own fields as JSON text; given back, never queried
	Metadata    map[string]string

	CreatedAt   time.Time
	UpdatedAt   time.Time // when the merchant last changed it
	ExpiresAt   time.Time // zero: never
	ClosedAt    time.Time
	CloseReason string
}

// Page is what the payer's page needs, common to all dialects.
type Page struct {
	Title         string   `json:"title,omitempty"`
	Description   string   `json:"description,omitempty"`
	Markdown      bool     `json:"markdown,omitempty"` // Description is CommonMark
	Cover         string   `json:"cover,omitempty"`    // a picture's https address, or the id of a file
	Donation      bool     `json:"donation,omitempty"` // say "Donate" where others pay
	Language      string   `json:"language,omitempty"` // BCP 47, as given
	Country       string   `json:"country,omitempty"`  // preselected, ISO 3166-1 alpha-2
	Button        string   `json:"button,omitempty"`   // the merchant's own text
	PoweredBy     string   `json:"powered_by,omitempty"`
	PoweredByURL  string   `json:"powered_by_url,omitempty"`
	Theme         string   `json:"theme,omitempty"` // the merchant's CSS as it came; made safe when served
	Fonts         []string `json:"fonts,omitempty"`
	ShowReference bool     `json:"show_reference,omitempty"` // show it, or ask for it where the link has none
	ReferenceText string   `json:"reference_text,omitempty"` // words in front of it
	Ask           Ask      `json:"ask"`
	Prefill       Payer    `json:"prefill"`
	Methods       []Method `json:"methods,omitempty"` // fewer than the terminal's, if set
	// Embed are the origins whose pages may show the link in a frame, nobody's if
	// empty: a frame of a stranger could lead a payer to press without knowing.
	Embed []string `json:"embed,omitempty"`
}

// Ask says which details the form asks for.
type Ask struct {
	Name    bool `json:"name,omitempty"`
	Email   bool `json:"email,omitempty"`
	Address bool `json:"address,omitempty"`
	Phone   bool `json:"phone,omitempty"`
}

// Payer is who pays, as far as they said.
type Payer struct {
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Email     string `json:"email,omitempty"`
	Street    string `json:"street,omitempty"`
	City      string `json:"city,omitempty"`
	Region    string `json:"region,omitempty"` // state, province …
	Postal    string `json:"postal,omitempty"`
	Country   string `json:"country,omitempty"`
	Phone     string `json:"phone,omitempty"`
}

// Name is first and last name together.
func (p Payer) Name() string {
	if p.FirstName == "" || p.LastName == "" {
		return p.FirstName + p.LastName
	}
	return p.FirstName + " " + p.LastName
}

// Address kinds.
const (
	AddressToken = "token" // the unguessable last segment of the link's URL
	AddressSlug  = "slug"  // a readable one, public by design
)

// Address is one name of a link. It can be retired and replaced; a retired one
// no longer opens the link.
type Address struct {
	Kind      string
	Value     string
	LinkID    string
	CreatedAt time.Time
	RetiredAt time.Time // zero while it is good
}

// Offer is all that is needed to show a link or to pay it.
type Offer struct {
	Link     Link
	Address  Address
	Merchant Merchant
	Terminal Terminal
}

// Standing says whether a link may be paid now, and why not.
type Standing string

const (
	Payable Standing = "payable"
	UsedUp  Standing = "used_up"
	Expired Standing = "expired"
	Closed  Standing = "closed"
	Paused  Standing = "paused"
	// InUse: every slot is held by a payment that is under way; one may come back.
	InUse Standing = "in_use"
	// OffSale: a product that the link sells is not sold at present, its debt is in another
	// currency by now, or they come to more than can be paid. Only who looks at those tells
	// it; StandingAt does not.
	OffSale Standing = "unavailable"
	// Settled and WrittenOff are those of the link's debt: it was paid, over whichever
	// link, or its merchant asks for it no more.
	Settled    Standing = "settled"
	WrittenOff Standing = "written_off"
)

// StandingAt is the one rule about whether a link may be paid at a moment.
func (l Link) StandingAt(now time.Time) Standing {
	switch {
	case l.State == LinkClosed:
		return Closed
	case l.MaxUses > 0 && l.Succeeded >= l.MaxUses:
		return UsedUp
	case !l.ExpiresAt.IsZero() && !now.Before(l.ExpiresAt):
		return Expired
	case l.Paused:
		return Paused
	case l.MaxUses > 0 && l.Succeeded+l.Reserved >= l.MaxUses:
		return InUse
	}
	return Payable
}

// Methods are what the payer may choose from: the terminal's, narrowed by the link, and
// of a link that only authorizes by what can be held.
func (o Offer) Methods() []Method {
	all := o.Terminal.Methods
	if narrowed := o.Link.Page.Methods; len(narrowed) > 0 {
		all = slices.DeleteFunc(slices.Clone(narrowed), func(m Method) bool { return !o.Terminal.Takes(m) })
	}
	if o.Link.Hold {
		all = slices.DeleteFunc(slices.Clone(all), func(m Method) bool { return !m.Holds() })
	}
	return all
}

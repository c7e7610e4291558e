package paylink

import (
	"context"
	"time"
)

// Store keeps the book. Everything acknowledged is durable: Update returns nil
// only after its changes would survive a power cut.
//
// A closure given to Update may run more than once (a batch is retried without its
// failing member; a serialization failure is retried): it must reset its results
// first, and must not touch the network, send, sleep, or look at a clock other
// than the transaction's Now. A closure that returns an error changes nothing.
// After a lost commit whose fate can't be known Update returns an error of kind
// Unavailable with Code "commit_unknown"; the caller re-reads before it acts.
type Store interface {
	Update(ctx context.Context, f func(Tx) error) error
	// View gives committed state, statement by statement, not one snapshot of all.
	View(ctx context.Context, f func(Reader) error) error
	Ping(ctx context.Context) error
	Close() error
}

// Page of a list: at most Limit rows (1..200) whose id is older than Before, or
// newer than After, newest first. Ids sort by time. Since and Till bound the list
// itself, whichever way it is walked: ids from Since (it included) to Till (it
// excluded), see IDAt. Skip passes over the rows nearest to where the page begins, for
// APIs that page by numbers: it costs as many steps in an index, so bound it.
type Paging struct {
	Before string
	After  string
	Since  string
	Till   string
	Skip   int
	Limit  int
}

// LinkFilter narrows a list of links; empty fields do not.
type LinkFilter struct {
	MerchantID string
	TerminalID string
	State      LinkState
	Scope      string // with Reference: the links of a debt
	Reference  string
	CustomerID string
	Metadata   map[string]string // with MerchantID: links that have all of these
	Recipient  Recipient         // once shared with such a person, judged like in ShareFilter

	// No index knows what follows: where it may be rare, Since and Till say how far to look.

	// Standings are those at the transaction's time, of which one must be the link's, as
	// Link.StandingAt and Debt.Standing tell it. OffSale is in none of them: such a link
	// is Payable here.
	Standings   []Standing
	Once        *bool     // whether it can be paid once, MaxUses being 1
	CreatedFrom time.Time // it included, like ExpiresFrom
	CreatedTill time.Time // it excluded, like ExpiresTill
	ExpiresFrom time.Time // links that never expire pass neither bound
	ExpiresTill time.Time
	Paging
}

// PaymentFilter narrows a list of payments.
type PaymentFilter struct {
	MerchantID string
	LinkID     string
	Scope      string // with Reference: the payments of a debt; alone: of a family of debts
	Reference  string // with MerchantID and no Scope: the merchant's, whatever the debt
	State      PaymentState
	Method     Method

	// No index knows what follows: see LinkFilter.

	States    []PaymentState // any of them
	Methods   []Method       // any of them
	Terminals []string       // any of them
	Hold      *bool
	Last4     string
	DoneFrom  time.Time // CompletedAt, or UpdatedAt where nothing was taken; it included
	DoneTill  time.Time // it excluded
	PaidFrom  time.Time // CompletedAt, or CreatedAt where nothing was taken; it included
	PaidTill  time.Time // it excluded
	// DebtMarked and DebtUnmarked, with Scope: of debts that a merchant made and that
	// have such a mark, or have it not.
	DebtMarked, DebtUnmarked Mark
	Paging
}

// EventFilter narrows a list of events.
type EventFilter struct {
	MerchantID string
	Type       string
	ObjectID   string
	Paging
}

// DeliveryFilter narrows a list of deliveries.
type DeliveryFilter struct {
	MerchantID string
	EndpointID string
	EventID    string
	State      DeliveryState
	Paging
}

// ProductFilter narrows a list of products; removed ones are in no list.
type ProductFilter struct {
	MerchantID string
	Active     *bool
	Currency   Currency
	Image      string // text that one of their Images holds, such as a file's id; _ and % stand for any
	Paging
}

// TaxFilter narrows a list of taxes; removed ones are in no list.
type TaxFilter struct {
	MerchantID string
	Active     *bool
	Paging
}

// CustomerFilter narrows a list of customers; removed ones are in no list.
type CustomerFilter struct {
	MerchantID string
	Email      string // whole, whatever its case

	// No index knows what follows: see LinkFilter.

	CreatedFrom, UpdatedFrom time.Time // included
	CreatedTill, UpdatedTill time.Time // excluded
	Paging
}

// Mark is what an API leaves on the things that it makes: its name, and all of Foreign,
// byte for byte.
type Mark struct{ Dialect, Foreign string }

// DebtFilter narrows a list of debts; mere names, which nobody made, are in no list.
type DebtFilter struct {
	MerchantID string
	CustomerID string
	Unpaid     bool // neither paid nor cancelled

	// No index knows what follows: see LinkFilter.

	Marked      Mark
	Unmarked    Mark // those that don't have it
	States      []DebtState
	DueFrom     string // YYYY-MM-DD, it included; debts without a day pass neither bound
	DueTill     string // it excluded
	CreatedFrom time.Time
	CreatedTill time.Time // it excluded
	Paging
}

// Reader reads committed state. A thing that does not exist is an error of kind
// NotFound, and so is what is named by bytes that are no text. Ids of other merchants
// are found here: the till compares owners.
type Reader interface {
	// Now is the database's time, plus the offset of the test clock where one is
	// allowed; within one Update it is the same at every call. UTC, microseconds.
	Now() time.Time

	Merchant(id string) (Merchant, error)
	Merchants(p Paging) ([]Merchant, error)
	Terminal(id string) (Terminal, error)
	TerminalByForeign(foreign string) (Terminal, error)
	Terminals(merchantID string) ([]Terminal, error) // oldest first: the first is the default
	Partner(id string) (Partner, error)
	PartnerMay(partnerID, merchantID string) (bool, error)
	Credential(dialect, kind, lookup string) (Credential, error)
	Credentials(merchantID, partnerID string) ([]Credential, error)
	Token(hash string) (AccessToken, error)
	Scope(name string) (Scope, error) // unknown ones are {name, false}, no error

	Claim(scope, key string) (Claim, error)

	Link(id string) (Link, error)
	Links(f LinkFilter) ([]Link, error)
	Addresses(linkID string) ([]Address, error)  // living ones first, newest first
	Address(kind, value string) (Address, error) // retired ones too
	// Offer is the link behind a living address of kind token or slug, with its
	// merchant and terminal, in one query.
	Offer(value string) (Offer, error)
	ForeignID(kind, value string) (ForeignID, error) // what an API calls so
	ForeignIDOf(kind, objectID string) (ForeignID, error)
	Debt(scope, reference string) (Debt, error) // unknown ones are empty, no error
	DebtByID(id string) (Debt, error)
	Debts(f DebtFilter) ([]Debt, error)
	// Number is the object that a number of a series names; NumbersOf gives the numbers
	// of those objects that have one.
	Number(s Series, n int64) (objectID string, err error)
	NumbersOf(s Series, objectIDs ...string) (map[string]int64, error)
	Instrument(id string) (Instrument, error)
	InstrumentByForeign(merchantID, foreign string) (Instrument, error)

	// Products, taxes, customers and files are found by id when they were removed, too.
	Product(id string) (Product, error)
	Products(f ProductFilter) ([]Product, error)
	Tax(id string) (Tax, error)
	Taxes(f TaxFilter) ([]Tax, error)
	Customer(id string) (Customer, error)
	Customers(f CustomerFilter) ([]Customer, error)
	File(id string) (File, error)

	Payment(id string) (Payment, error)
	PaymentByAttempt(linkID, attempt string) (Payment, error)
	Payments(f PaymentFilter) ([]Payment, error)
	Steps(paymentID string) ([]Step, error)
	Entries(paymentID string) ([]Entry, error)

	Event(id string) (Event, error)
	Events(f EventFilter) ([]Event, error)
	Endpoint(id string) (Endpoint, error)
	Endpoints(merchantID string) ([]Endpoint, error)
	Delivery(id string) (Delivery, error)
	Deliveries(f DeliveryFilter) ([]Delivery, error)
	Tries(deliveryID string) ([]Try, error)

	Share(id string) (Share, error)
	ShareByForeign(merchantID, foreign string) (Share, error)
	Shares(f ShareFilter) ([]Share, error)
	Mail(id string) (Mail, error)
	Mails(f MailFilter) ([]Mail, error)
	// NthMail is when the n-th newest letter of a kind was queued by a merchant, or,
	// where the merchant is empty, to the Mailbox of an address; zero where there are
	// fewer.
	NthMail(kind MailKind, merchantID, to string, n int) (time.Time, error)
	Setting(name string) (string, error) // empty where unset, no error
}

// Tx reads and writes inside one transaction. Verbs that return a bool claim:
// true says that this call was the one that did it.
type Tx interface {
	Reader

	PutMerchant(Merchant) error // insert or replace
	PutTerminal(Terminal) error
	PutPartner(Partner) error
	Grant(partnerID, merchantID string) error // partner may act for merchant
	PutCredential(Credential) error
	PutScope(Scope) error
	AddToken(AccessToken) error
	// SpendToken claims a single token that lives at Now; false: spent, expired or unknown.
	SpendToken(hash string) (bool, error)

	// AddClaim claims an idempotency key for 24 hours; false: somebody has it (an
	// outlived one is replaced).
	AddClaim(Claim) (bool, error)

	AddLink(l Link, addresses ...Address) error // an address that is taken: Conflict "address_taken"
	// FindBy lets a saved link be found by its Metadata, and no more by what it was.
	// AddLink does so by itself; SaveLink, which every payment calls, does not.
	FindBy(l Link, was map[string]string) error
	LockLink(id string) (Link, error)      // holds the row against other transactions
	LockOffer(value string) (Offer, error) // Offer, with its link held like by LockLink
	SaveLink(l Link) error
	// RetireAddresses ends the link's living addresses of a kind; AddAddress gives it a
	// new one (one that is taken: Conflict "address_taken").
	RetireAddresses(linkID, kind string) error
	AddAddress(Address) error
	// AddForeignID gives a thing another API's id; false: it has one of that kind, or
	// another thing has this one, and nothing was written.
	AddForeignID(ForeignID) (bool, error)

	// LockDebt holds the debt's row against other transactions, making it if needed.
	LockDebt(scope, reference string) (Debt, error)
	// SaveDebt stores it all; its id, once it has one, never changes.
	SaveDebt(Debt) error
	// GiveNumber gives an object the next number of a series, or the one that it has by
	// now. It holds the series against others until the commit: do it last.
	GiveNumber(s Series, objectID string) (int64, error)

	PutInstrument(Instrument) error

	PutProduct(Product) error // insert or replace
	LockProduct(id string) (Product, error)
	PutTax(Tax) error
	LockTax(id string) (Tax, error)
	PutCustomer(Customer) error // another living one of the merchant has the EmailKey: Conflict "email_taken"
	LockCustomer(id string) (Customer, error)
	AddFile(File) error
	// KeepFile makes a file of a merchant one that RemoveFile does not remove.
	KeepFile(merchantID, id string) error
	// RemoveFile removes a file. One that is kept, not the merchant's or not there: nothing.
	RemoveFile(merchantID, id string) error

	// AddPayment inserts a payment with its first step; false: the link has a payment
	// of this attempt already, and nothing was written.
	AddPayment(p Payment, s Step) (bool, error)
	LockPayment(id string) (Payment, error)
	// SavePayment stores the payment with the steps and entries that belong to the change.
	SavePayment(p Payment, steps []Step, entries []Entry) error
	// DuePayments claims up to limit payments whose LookAt has come and whose lease is
	// over, by setting LeaseTill to Now+lease. PostgreSQL: FOR UPDATE SKIP LOCKED.
	DuePayments(limit int, lease time.Duration) ([]Payment, error)

	// AddEvent inserts the event and one delivery, due now, for each endpoint of the
	// merchant that wants it.
	AddEvent(Event) error
	PutEndpoint(Endpoint) error
	LockEndpoint(id string) (Endpoint, error)
	AddDelivery(Delivery) error
	// DueDeliveries claims up to limit deliveries whose NextAt has come, at most
	// perEndpoint of one endpoint so that a slow receiver delays no other.
	DueDeliveries(limit, perEndpoint int, lease time.Duration) ([]Delivery, error)
	SaveDelivery(d Delivery, t *Try) error
	CancelDeliveries(endpointID string) error // all that wait

	// LockMerchant holds the row against others who lock it, and nobody else.
	LockMerchant(id string) (Merchant, error)
	AddShare(Share) error // a foreign id that the merchant has already: Conflict "share_taken"
	// AddMail queues a letter; false: the payment has one of this kind, and nothing was
	// written.
	AddMail(Mail) (bool, error)
	// DueMails claims up to limit letters whose NextAt has come, like DuePayments.
	DueMails(limit int, lease time.Duration) ([]Mail, error)
	SaveMail(Mail) error

	// AddCallback keeps a gateway's call; false: this (gateway, event) was here before.
	AddCallback(gateway, eventID, paymentID string, body []byte) (bool, error)
	// Redeem marks a payment's response token as used; false: it was before.
	Redeem(paymentID string) (bool, error)
	PutSetting(name, value string) error
}

// Claim is an idempotency key with the answer that was given under it.
type Claim struct {
	Scope       string // merchant or partner, dialect, method and route
	Key         string
	Fingerprint string
	Status      int
	Body        []byte
	ObjectID    string
	CreatedAt   time.Time
	Life        time.Duration // how long the key is remembered; zero: ClaimLife
}

// Lasts is the key's life.
func (c Claim) Lasts() time.Duration {
	if c.Life == 0 {
		return ClaimLife
	}
	return c.Life
}

// ClaimLife is how long a key is remembered where its API promises nothing else:
// exactly 24 hours from creation.
const ClaimLife = 24 * time.Hour

// Books reads whole tables for an audit, in one snapshot, in the order of ids. A
// function that returns an error ends the walk with it.
type Books interface {
	Audit(ctx context.Context, f func(Ledgers) error) error
}

// Word is a pair of a link's Metadata as a store's index has it, by which the link is
// found (LinkFilter.Metadata).
type Word struct {
	MerchantID string
	Key        string
	Value      string
	LinkID     string
}

// Ledgers is one snapshot of everything that an audit compares.
type Ledgers interface {
	Now() time.Time
	EachLink(func(Link) error) error
	EachPayment(func(Payment, []Step, []Entry) error) error
	EachDebt(func(Debt) error) error
	EachEvent(func(Event) error) error
	EachDelivery(func(Delivery) error) error
	EachClaim(func(Claim) error) error
	EachEndpoint(func(Endpoint) error) error
	EachShare(func(Share) error) error
	EachMail(func(Mail) error) error
	EachWord(func(Word) error) error // by merchant, key, value and link
	// Integrity asks the engine to check its own files; nil where it is whole.
	Integrity() error
}

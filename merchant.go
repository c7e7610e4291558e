package paylink

import "time"

// Merchant is who is paid.
type Merchant struct {
	ID        string
	Name      string // as payers read it
	Email     string // how payers reach the merchant
	URL       string // the merchant's own site, may be empty
	Country   string // ISO 3166-1 alpha-2
	Footer    string // at the foot of letters, plain text (Payroc OpenAPI, footerNotes: maxLength 2000)
	CreatedAt time.Time
}

// Terminal says where the money of a link goes: a gateway, the merchant's account
// there, the currency and the methods it takes.
type Terminal struct {
	ID         string
	MerchantID string
	Name       string
	Gateway    string // a name in the gateways' list: "sandbox"
	Account    string // the merchant's account at that gateway
	Currency   Currency
	Methods    []Method
	// Foreign is the terminal's name in an API that prescribes its own form
	// (FrontStream's ProcessorGuid); unique where not empty.
	Foreign   string
	CreatedAt time.Time
}

// Takes reports whether the terminal takes a method.
func (t Terminal) Takes(m Method) bool {
	for _, have := range t.Methods {
		if have == m {
			return true
		}
	}
	return false
}

// Partner is an integrator who may act for several merchants (FrontStream: API
// Partner, known by its ClientId).
type Partner struct {
	ID        string
	Name      string
	CreatedAt time.Time
}

// Credential is a way to prove who calls. The secret itself is not kept: Lookup
// finds the row and Hash (HashSecret) proves it.
type Credential struct {
	ID         string
	Dialect    string // "native", "frontstream"
	Kind       string // "secret_key", "client", "api_key"
	Lookup     string // public part (ClientId), or the secret's hash where the secret is all there is
	Hash       string // HashSecret of the secret; equal to Lookup where that is the hash
	Hint       string // last four characters, for people who compare
	MerchantID string // whose it is; empty for a partner's
	PartnerID  string // whose it is; empty for a merchant's
	CreatedAt  time.Time
	RevokedAt  time.Time // zero while it is good
}

// AccessToken is a bearer token made from a credential. Single ones are spent by
// the first call that succeeds (FrontStream: one-time use).
type AccessToken struct {
	Hash         string // HashSecret of the token
	Dialect      string
	CredentialID string
	PartnerID    string
	MerchantID   string
	Single       bool
	CreatedAt    time.Time
	ExpiresAt    time.Time
	SpentAt      time.Time // zero while unspent
	// RevokedAt is when the credential that it was made from was revoked, zero while
	// that stands; a reader tells it, and it is not stored with the token.
	RevokedAt time.Time
}

// Live reports whether the token can be used at now. It does not outlive the
// credential that it was made from.
func (t AccessToken) Live(now time.Time) bool {
	return now.Before(t.ExpiresAt) && (!t.Single || t.SpentAt.IsZero()) && t.RevokedAt.IsZero()
}

// Scope is a family of debts in which a reference names one debt: for FrontStream
// (partner, IntegrationSource). Once makes a reference payable one time only
// (FrontStream: DupCheckEnabled).
type Scope struct {
	Name string
	Once bool
}

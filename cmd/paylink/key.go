package main

import (
	"fmt"
	"time"

	"paylink"
	"paylink/dialect/devdraft"
	"paylink/dialect/elevate"
	"paylink/till"
)

type keyCommand struct {
	Add    keyAdd    `cmd:"" help:"Make a key; it is printed this once."`
	List   keyList   `cmd:"" help:"List a merchant's keys."`
	Revoke keyRevoke `cmd:"" help:"End a key at once, on all nodes."`
}

// keyKinds are the keys that merchants have, by the API they are for.
var keyKinds = map[string]till.NewCredential{
	"native":      {Dialect: "native", Kind: "secret_key", Prefix: "sk_"},
	"frontstream": {Dialect: "frontstream", Kind: "api_key"},
	"payroc":      {Dialect: "payroc", Kind: "api_key"},
	"elevate":     {Dialect: elevate.Name, Kind: elevate.KindUser},
	"devdraft":    {Dialect: "devdraft", Kind: "client"}, // with a client key beside the secret
}

// newClientKey is the public half of a Devdraft credential.
func newClientKey() string { return "ck_" + paylink.NewToken() }

type keyAdd struct {
	Merchant string `arg:"" help:"The merchant's id."`
	API      string `name:"api" default:"native" enum:"native,frontstream,payroc,devdraft,elevate" help:"native, frontstream, payroc, devdraft or elevate."`
	Brand    string `help:"Of elevate: the brand that its clients name; the merchant's id if empty."`
	Username string `help:"Of elevate: the user that its clients name; made up if empty."`
}

// Run makes a key.
func (c *keyAdd) Run(s *session) error {
	return withNode(s, func(n *node) error {
		kind, shown := keyKinds[c.API], map[string]string{"api": c.API}
		if c.API == elevate.Name {
			if err := c.nameUser(); err != nil {
				return err
			}
			kind.Lookup = elevate.Lookup(c.Brand, c.Username)
			shown["brand"], shown["username"] = c.Brand, c.Username
		}
		if c.API == devdraft.Name {
			kind.Lookup = newClientKey()
			shown["client_key"] = kind.Lookup
		}
		out, err := n.till.Enrol(s.ctx, till.Enrolment{Merchant: &paylink.Merchant{ID: c.Merchant},
			Credentials: []till.NewCredential{kind}})
		if paylink.CodeOf(err) == "exists" {
			return fmt.Errorf("there was a user %s of brand %s before; choose another --username", c.Username, c.Brand)
		}
		if err != nil {
			return err
		}
		shown["key"], shown["secret"] = out.Credentials[0].ID, out.Secrets[0]
		return printJSON(s, shown)
	})
}

// nameUser fills in what Elevate's clients name beside their password, which is the
// secret.
func (c *keyAdd) nameUser() error {
	if c.Brand == "" {
		c.Brand = c.Merchant
	}
	if c.Username == "" {
		c.Username = "user-" + paylink.NewToken()[:8]
	}
	if err := elevate.CheckUser(c.Brand, c.Username); err != nil {
		return fmt.Errorf("--brand, --username: %w", err)
	}
	return nil
}

type keyList struct {
	Merchant string `arg:"" help:"The merchant's id."`
}

type listedKey struct {
	Key     string     `json:"key"`
	API     string     `json:"api"`
	Kind    string     `json:"kind"`
	Hint    string     `json:"ends_with"`
	Made    time.Time  `json:"created_at"`
	Revoked *time.Time `json:"revoked_at,omitempty"`
}

// Run prints the keys without their secrets, which nobody has.
func (c *keyList) Run(s *session) error {
	return withNode(s, func(n *node) error {
		list, err := keysOf(s, n, c.Merchant)
		if err != nil {
			return err
		}
		out := []listedKey{}
		for _, k := range list {
			l := listedKey{Key: k.ID, API: k.Dialect, Kind: k.Kind, Hint: k.Hint, Made: k.CreatedAt}
			if !k.RevokedAt.IsZero() {
				l.Revoked = &k.RevokedAt
			}
			out = append(out, l)
		}
		return printJSON(s, out)
	})
}

func keysOf(s *session, n *node, merchant string) (list []paylink.Credential, err error) {
	err = n.till.Read(s.ctx, func(r paylink.Reader) (err error) {
		if _, err = r.Merchant(merchant); err == nil {
			list, err = r.Credentials(merchant, "")
		}
		return err
	})
	return list, err
}

type keyRevoke struct {
	Merchant string `arg:"" help:"The merchant's id."`
	Key      string `arg:"" help:"The key's id, as list shows it."`
}

// Run ends a key.
func (c *keyRevoke) Run(s *session) error {
	return withNode(s, func(n *node) error {
		list, err := keysOf(s, n, c.Merchant)
		if err != nil {
			return err
		}
		for _, k := range list {
			if k.ID == c.Key {
				return n.till.Revoke(s.ctx, k)
			}
		}
		return fmt.Errorf("merchant %s has no key %s; paylink merchant key list shows them", c.Merchant, c.Key)
	})
}

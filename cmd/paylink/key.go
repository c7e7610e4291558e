package main

import (
	"fmt"
	"time"

	"paylink"
	"paylink/dialect/devdraft"
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
	"devdraft":    {Dialect: "devdraft", Kind: "client"}, // with a client key beside the secret
}

// newClientKey is the public half of a Devdraft credential.
func newClientKey() string { return "ck_" + paylink.NewToken() }

type keyAdd struct {
	Merchant string `arg:"" help:"The merchant's id."`
	API      string `name:"api" default:"native" enum:"native,frontstream,payroc,devdraft" help:"native, frontstream, payroc or devdraft."`
}

// Run makes a key.
func (c *keyAdd) Run(s *session) error {
	return withNode(s, func(n *node) error {
		kind := keyKinds[c.API]
		if kind.Kind == devdraft.KindClient {
			kind.Lookup = newClientKey()
		}
		out, err := n.till.Enrol(s.ctx, till.Enrolment{Merchant: &paylink.Merchant{ID: c.Merchant},
			Credentials: []till.NewCredential{kind}})
		if err != nil {
			return err
		}
		told := map[string]string{"key": out.Credentials[0].ID, "api": c.API, "secret": out.Secrets[0]}
		if kind.Lookup != "" {
			told["client_key"] = kind.Lookup
		}
		return printJSON(s, told)
	})
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

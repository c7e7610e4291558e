package sqlstore

import (
	"fmt"

	"paylink"
)

const linkColumns = `id, merchant_id, terminal_id, partner_id, state, version, price, schedule, hold, save_it, instrument,
	scope, reference, max_uses, reserved, succeeded, redirect_url, page, dialect, foreign_json, metadata,
	created_at, expires_at, closed_at, close_reason, customer_id, paused, updated_at`

func linkDest(l *paylink.Link) []any {
	return []any{&l.ID, &l.MerchantID, &l.TerminalID, &l.PartnerID, (*string)(&l.State), num(&l.Version), document{&l.Price},
		document{&l.Schedule}, &l.Hold, &l.Save, &l.Instrument,
		&l.Scope, &l.Reference, num(&l.MaxUses), num(&l.Reserved), num(&l.Succeeded), &l.RedirectURL, document{&l.Page},
		&l.Dialect, &l.Foreign, document{&l.Metadata},
		at(&l.CreatedAt), at(&l.ExpiresAt), at(&l.ClosedAt), &l.CloseReason, &l.CustomerID,
		&l.Paused, at(&l.UpdatedAt)}
}

func linkValues(l paylink.Link) []any {
	return []any{l.ID, l.MerchantID, l.TerminalID, l.PartnerID, string(l.State), l.Version, encode(l.Price),
		encode(l.Schedule), truth(l.Hold), truth(l.Save), l.Instrument,
		l.Scope, l.Reference, l.MaxUses, l.Reserved, l.Succeeded, l.RedirectURL, encode(l.Page),
		l.Dialect, l.Foreign, encode(l.Metadata),
		micros(l.CreatedAt), micros(l.ExpiresAt), micros(l.ClosedAt), l.CloseReason, l.CustomerID,
		truth(l.Paused), micros(l.UpdatedAt)}
}

var (
	linkByID = selectFrom("link", linkColumns, "WHERE id = $1")
	addLink  = insertInto("link", linkColumns)
	// Who owns a link and when it was made never change.
	saveLink = updateOf("link", linkColumns, "id = #1 AND merchant_id = #2 AND created_at = #3 AND version <= #4")
)

// Link implements paylink.Reader.
func (r *reader) Link(id string) (paylink.Link, error) {
	return find(r, "link", id, linkDest, linkByID, id)
}

// Links implements paylink.Reader.
func (r *reader) Links(f paylink.LinkFilter) ([]paylink.Link, error) {
	terminal := equals("terminal_id", f.TerminalID)
	if f.Reference != "" || f.CustomerID != "" {
		terminal = aside("terminal_id", f.TerminalID)
	}
	filter := where(equals("merchant_id", f.MerchantID), terminal)
	switch f.State {
	case "":
	case paylink.LinkClosed:
		filter = append(filter, literal("state = 'closed'"))
	case paylink.LinkOpen:
		filter = append(filter, literal("state = 'open'"))
	default:
		filter = append(filter, equals("state", string(f.State)))
	}
	if f.Reference != "" {
		filter = append(filter, literal("reference <> ''"), equals("reference", f.Reference))
		filter = append(filter, where(equals("scope", f.Scope))...)
	}
	if f.CustomerID != "" {
		filter = append(filter, literal("customer_id <> ''"), equals("customer_id", f.CustomerID))
	}
	filter = append(filter, sharedWith("id", "link_id", f.MerchantID, f.Recipient)...)
	filter = append(filter, either("max_uses = 1", f.Once)...)
	filter = append(filter, during("created_at", f.CreatedFrom, f.CreatedTill)...)
	if !f.ExpiresFrom.IsZero() || !f.ExpiresTill.IsZero() {
		filter = append(append(filter, literal("expires_at > 0")), during("expires_at", f.ExpiresFrom, f.ExpiresTill)...)
	}
	joined := len(f.Metadata) > 0 && f.MerchantID != ""
	if len(f.Standings) > 0 {
		filter = append(filter, r.standing(map[bool]string{true: "l", false: "link"}[joined], f.Standings))
	}
	if joined {
		return r.linksWith(f, filter)
	}
	return list(r, linkDest, "link", linkColumns, f.Paging, filter)
}

// standing asks that a link stands in one of some ways: paylink.Link.StandingAt and
// paylink.Debt.Standing once more, which storetest compares with it.
func (r *reader) standing(link string, some []paylink.Standing) condition {
	now, behind := micros(r.Now()), ""
	for _, s := range some {
		switch s {
		case paylink.Closed, paylink.UsedUp, paylink.Expired, paylink.Paused: // whatever the debt says
		default:
			behind = ` WHEN d.paid > 0 THEN 'settled' WHEN d.cancelled_at > 0 THEN 'written_off'`
		}
	}
	return condition{made: func(arg func(any) string) string {
		text := `CASE WHEN state = 'closed' THEN 'closed' WHEN max_uses > 0 AND succeeded >= max_uses THEN 'used_up'
			WHEN expires_at > 0 AND expires_at <= ` + arg(now) + ` THEN 'expired' WHEN paused = 1 THEN 'paused' ELSE `
		own := `CASE WHEN max_uses > 0 AND succeeded + reserved >= max_uses THEN 'in_use' ELSE 'payable' END`
		if behind != "" {
			own = `coalesce((SELECT CASE` + behind + ` END FROM debt d
				WHERE d.scope = ` + link + `.scope AND d.reference = ` + link + `.reference AND d.id <> ''), ` + own + `)`
		}
		return among(text+own+` END`, some)[0].made(arg)
	}}
}

// AddLink implements paylink.Tx. Where an address is taken, nothing was written.
func (t *tx) AddLink(l paylink.Link, addresses ...paylink.Address) error {
	if err := t.put(addLink, linkValues(l)...); err != nil {
		return err
	}
	for _, a := range addresses {
		if a.LinkID == "" {
			a.LinkID = l.ID
		}
		if a.LinkID != l.ID {
			return t.fail(wrong("address", fmt.Errorf("address %s of link %s can't be added with link %s", a.Value, a.LinkID, l.ID)))
		}
		err := t.AddAddress(a)
		if paylink.CodeOf(err) == "address_taken" {
			if err := t.unaddLink(l.ID); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return t.FindBy(l, nil)
}

// AddAddress implements paylink.Tx.
func (t *tx) AddAddress(a paylink.Address) error {
	added, err := t.did(addAddress, a.Kind, a.Value, a.LinkID, micros(a.CreatedAt), micros(a.RetiredAt))
	if err == nil && !added {
		err = conflict("address_taken", fmt.Sprintf("the address %q belongs to another link; choose another", a.Value))
	}
	return err
}

// unaddLink takes back what this transaction inserted: an error inside the
// statement would end a whole transaction of PostgreSQL.
func (t *tx) unaddLink(id string) error {
	if err := t.put("DELETE FROM address WHERE link_id = $1", id); err != nil {
		return err
	}
	return t.put("DELETE FROM link WHERE id = $1", id)
}

// LockLink implements paylink.Tx.
func (t *tx) LockLink(id string) (paylink.Link, error) {
	defer t.waited()
	return find(&t.reader, "link", id, linkDest, linkByID+t.engine.lock, id)
}

// LockOffer implements paylink.Tx.
func (t *tx) LockOffer(value string) (paylink.Offer, error) {
	defer t.waited()
	if t.engine.lock != "" {
		// After a wait PostgreSQL looks at the locked row again, and at nothing that it
		// was joined with: the address may be retired by now. So the offer is read anew.
		if _, err := scalar[string](&t.reader, lockLinkAt+t.engine.lockOf("l"), value); err != nil {
			return paylink.Offer{}, err
		}
	}
	return t.Offer(value)
}

// SaveLink implements paylink.Tx.
func (t *tx) SaveLink(l paylink.Link) error {
	saved, err := t.did(saveLink, append(linkValues(l), l.ID, l.MerchantID, micros(l.CreatedAt), l.Version)...)
	if err == nil && !saved {
		return conflict("stale_link", "link "+l.ID+" was changed by somebody else, or is not there; read it again")
	}
	return err
}

const addressColumns = "kind, value, link_id, created_at, retired_at"

func addressDest(a *paylink.Address) []any {
	return []any{&a.Kind, &a.Value, &a.LinkID, at(&a.CreatedAt), at(&a.RetiredAt)}
}

var (
	addAddress       = insertInto("address", addressColumns) + " ON CONFLICT (kind, value) DO NOTHING"
	addressByValue   = selectFrom("address", addressColumns, "WHERE kind = $1 AND value = $2")
	addressesOfLink  = selectFrom("address", addressColumns, "WHERE link_id = $1 ORDER BY retired_at > 0, created_at DESC, kind, value")
	offerByValue     = offerText()
	lockLinkAt       = "SELECT l.id FROM address a JOIN link l ON l.id = a.link_id WHERE a.kind IN ('token', 'slug') AND a.value = $1 AND a.retired_at = 0"
	retireOfLinkKind = "UPDATE address SET retired_at = $1 WHERE link_id = $2 AND kind = $3 AND retired_at = 0"
)

func offerText() string {
	return "SELECT " + prefixed("a", addressColumns) + ", " + prefixed("l", linkColumns) + ", " +
		prefixed("m", merchantColumns) + ", " + prefixed("t", terminalColumns) + `
	FROM address a
	JOIN link l ON l.id = a.link_id
	JOIN merchant m ON m.id = l.merchant_id
	JOIN terminal t ON t.id = l.terminal_id
	WHERE a.kind IN ('token', 'slug') AND a.value = $1 AND a.retired_at = 0`
}

func offerDest(o *paylink.Offer) []any {
	dest := append(addressDest(&o.Address), linkDest(&o.Link)...)
	dest = append(dest, merchantDest(&o.Merchant)...)
	return append(dest, terminalDest(&o.Terminal)...)
}

// Addresses implements paylink.Reader.
func (r *reader) Addresses(linkID string) ([]paylink.Address, error) {
	return many(r, addressDest, addressesOfLink, linkID)
}

// Address implements paylink.Reader.
func (r *reader) Address(kind, value string) (paylink.Address, error) {
	return find(r, "address", value, addressDest, addressByValue, kind, value)
}

// Offer implements paylink.Reader.
func (r *reader) Offer(value string) (paylink.Offer, error) {
	return find(r, "link at", value, offerDest, offerByValue, value)
}

// RetireAddresses implements paylink.Tx.
func (t *tx) RetireAddresses(linkID, kind string) error {
	return t.put(retireOfLinkKind, micros(t.Now()), linkID, kind)
}

package sqlstore

import "paylink"

const merchantColumns = "id, name, email, url, country, footer, created_at"

func merchantDest(m *paylink.Merchant) []any {
	return []any{&m.ID, &m.Name, &m.Email, &m.URL, &m.Country, &m.Footer, at(&m.CreatedAt)}
}

var (
	merchantByID = selectFrom("merchant", merchantColumns, "WHERE id = $1")
	putMerchant  = upsertInto("merchant", merchantColumns, "id")
)

// Merchant implements paylink.Reader.
func (r *reader) Merchant(id string) (paylink.Merchant, error) {
	return find(r, "merchant", id, merchantDest, merchantByID, id)
}

// Merchants implements paylink.Reader.
func (r *reader) Merchants(p paylink.Paging) ([]paylink.Merchant, error) {
	return list(r, merchantDest, "merchant", merchantColumns, p, nil)
}

// PutMerchant implements paylink.Tx.
func (t *tx) PutMerchant(m paylink.Merchant) error {
	return t.put(putMerchant, m.ID, m.Name, m.Email, m.URL, m.Country, m.Footer, micros(m.CreatedAt))
}

const terminalColumns = "id, merchant_id, name, gateway, account, currency, methods, foreign_id, created_at"

func terminalDest(t *paylink.Terminal) []any {
	return []any{&t.ID, &t.MerchantID, &t.Name, &t.Gateway, &t.Account, (*string)(&t.Currency), document{&t.Methods},
		&t.Foreign, at(&t.CreatedAt)}
}

var (
	terminalByID        = selectFrom("terminal", terminalColumns, "WHERE id = $1")
	terminalByForeign   = selectFrom("terminal", terminalColumns, "WHERE foreign_id = $1 AND foreign_id <> ''")
	terminalsOfMerchant = selectFrom("terminal", terminalColumns, "WHERE merchant_id = $1 ORDER BY created_at, id")
	putTerminal         = upsertInto("terminal", terminalColumns, "id")
)

// Terminal implements paylink.Reader.
func (r *reader) Terminal(id string) (paylink.Terminal, error) {
	return find(r, "terminal", id, terminalDest, terminalByID, id)
}

// TerminalByForeign implements paylink.Reader.
func (r *reader) TerminalByForeign(foreign string) (paylink.Terminal, error) {
	return find(r, "terminal", foreign, terminalDest, terminalByForeign, foreign)
}

// Terminals implements paylink.Reader.
func (r *reader) Terminals(merchantID string) ([]paylink.Terminal, error) {
	return many(r, terminalDest, terminalsOfMerchant, merchantID)
}

// PutTerminal implements paylink.Tx.
func (t *tx) PutTerminal(v paylink.Terminal) error {
	return t.put(putTerminal, v.ID, v.MerchantID, v.Name, v.Gateway, v.Account, string(v.Currency), encode(v.Methods),
		v.Foreign, micros(v.CreatedAt))
}

const partnerColumns = "id, name, created_at"

func partnerDest(p *paylink.Partner) []any { return []any{&p.ID, &p.Name, at(&p.CreatedAt)} }

var (
	partnerByID = selectFrom("partner", partnerColumns, "WHERE id = $1")
	putPartner  = upsertInto("partner", partnerColumns, "id")
)

const (
	partnerMay = "SELECT count(*) FROM partner_merchant WHERE partner_id = $1 AND merchant_id = $2"
	grant      = "INSERT INTO partner_merchant (partner_id, merchant_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
)

// Partner implements paylink.Reader.
func (r *reader) Partner(id string) (paylink.Partner, error) {
	return find(r, "partner", id, partnerDest, partnerByID, id)
}

// PartnerMay implements paylink.Reader.
func (r *reader) PartnerMay(partnerID, merchantID string) (bool, error) {
	n, err := scalar[int64](r, partnerMay, partnerID, merchantID)
	return n > 0, err
}

// PutPartner implements paylink.Tx.
func (t *tx) PutPartner(p paylink.Partner) error {
	return t.put(putPartner, p.ID, p.Name, micros(p.CreatedAt))
}

// Grant implements paylink.Tx.
func (t *tx) Grant(partnerID, merchantID string) error { return t.put(grant, partnerID, merchantID) }

package native

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// What a change may name. The price's members are read together. A link that was
// made by another API keeps what that API said of it; only the rest can be changed
// here.
var (
	priceFields = []string{"amount", "lines", "open_amount"}
	freeFields  = []string{"metadata", "embed_origins"}
	amendFields = append(append([]string{"title", "description", "max_uses", "expires_at", "redirect_url", "language", "country",
		"button", "theme", "ask", "paused", "object_version"}, priceFields...), freeFields...)
)

// amendLink changes the members that the body names and leaves the others; null is
// what the member would be if it had never been given.
func (h *Handler) amendLink(c call) (answer, error) {
	r := &reader{}
	r.object("", c.body, amendFields...)
	want := r.whole(c.body, "", "object_version", 0, 1, 1<<31)
	if err := r.faults.Err(); err != nil {
		return answer{}, err
	}
	match := c.Header.Values("If-Match")
	var v linkAnswer
	change := func(tx paylink.Tx) (done till.Changed, err error) {
		done, err = h.Till.Amends(till.Amendment{LinkID: c.id(), MerchantID: c.merchant, Edit: func(l *paylink.Link, _ paylink.Standing) error {
			if want != 0 && int64(l.Version) != want || !matches(match, l.Version) {
				return &dialect.Refusal{Status: http.StatusPreconditionFailed, Code: "version_changed",
					Text: "the link is at version " + strconv.Itoa(l.Version) + "; read it and decide anew"}
			}
			r := &reader{}
			r.amend(c.body, l, tx.Now())
			// What is not sold at present can still be paused, or have its texts changed.
			if o := (order{link: *l}); named(c.body, priceFields...) {
				if err := o.findProducts(tx, r); err != nil {
					return err
				}
				l.Price = o.link.Price
			}
			return r.faults.Err()
		}})(tx)
		if err != nil {
			return done, err
		}
		v, err = h.viewStanding(tx, done.Link, done.URL)
		return done, err
	}
	return h.once(c, "link", change, func(d till.Changed) (int, string, any) { return http.StatusOK, d.Link.ID, v })
}

// matches judges If-Match (RFC 9110, 13.1.1): no header, "*", or one of the tags.
func matches(header []string, version int) bool {
	if len(header) == 0 {
		return true
	}
	tags := strings.Split(strings.Join(header, ","), ",")
	for i := range tags {
		tags[i] = strings.TrimSpace(tags[i])
	}
	return slices.Contains(tags, "*") || slices.Contains(tags, strconv.Quote(strconv.Itoa(version)))
}

// named reports whether a body has one of the members.
func named(v dialect.Value, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := v.Member(name); return ok })
}

func (r *reader) amend(v dialect.Value, l *paylink.Link, now time.Time) {
	if len(v.Members) == 0 {
		r.fault("", "empty", "name what should change")
	}
	named := func(name string) bool { return named(v, name) }
	if l.Dialect != Name {
		for _, m := range v.Members {
			if m.Name != "object_version" && !slices.Contains(freeFields, m.Name) {
				r.fault(m.Name, "made_by", "the link was made by the API %s; change it there", l.Dialect)
			}
		}
		if len(r.faults) > 0 {
			return
		}
	}
	p := &l.Page
	for _, text := range []struct {
		name string
		to   *string
		most int
	}{{"title", &p.Title, maxTitle}, {"description", &p.Description, maxDescription}, {"button", &p.Button, maxButton}, {"theme", &p.Theme, maxTheme}} {
		if named(text.name) {
			*text.to = r.text(v, "", text.name, text.most)
		}
	}
	if named("language") {
		p.Language = r.language(v)
	}
	if named("country") {
		p.Country = r.country(v)
	}
	if named("ask") {
		p.Ask = r.ask(v)
	}
	if named("paused") {
		l.Paused = r.flag(v, "", "paused")
	}
	if named("embed_origins") {
		p.Embed = r.embed(v)
	}
	if named("redirect_url") {
		l.RedirectURL = r.redirect(v)
	}
	if named("metadata") {
		l.Metadata = r.merge(v, l.Metadata)
	}
	if named("expires_at") {
		if l.ExpiresAt = r.moment(v, "expires_at"); !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(now) {
			r.fault("expires_at", "past", "must lie in the future")
		}
	}
	if named("max_uses") {
		l.MaxUses = int(r.whole(v, "", "max_uses", 1, 0, maxUses))
		if taken := l.Reserved + l.Succeeded; l.MaxUses != 0 && l.MaxUses < taken {
			r.fault("max_uses", "in_use", "%d payments were made or are under way; give no less", taken)
		}
	}
	if slices.ContainsFunc(priceFields, named) {
		price := r.price(v, l.Price.Currency)
		price.Tax = l.Price.Tax
		if len(r.faults) == 0 && len(price.Products()) == 0 {
			r.sum(price) // once more, with its tax
		}
		if len(r.faults) == 0 {
			l.Price = price
		}
	}
}

// merge changes the metadata that is named: null takes a key away, and null in place
// of the object takes all.
func (r *reader) merge(v dialect.Value, had map[string]string) map[string]string {
	m, ok := member(v, "metadata")
	if !ok {
		return nil
	}
	out := map[string]string{}
	for key, value := range had {
		out[key] = value
	}
	given := dialect.Value{Kind: m.Kind, Text: m.Text}
	for _, one := range m.Members {
		if one.Value.Kind == dialect.Null {
			delete(out, one.Name)
			continue
		}
		given.Members = append(given.Members, one)
	}
	fresh := r.metadata(dialect.Value{Kind: dialect.Object, Members: []dialect.Member{{Name: "metadata", Value: given}}})
	for key, value := range fresh {
		out[key] = value
	}
	if len(out) > maxMetadata {
		r.fault("metadata", "too_many", "would have %d keys; at most %d are allowed", len(out), maxMetadata)
	}
	return out
}

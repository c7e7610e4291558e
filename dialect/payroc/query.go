package payroc

import (
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"paylink"
)

const (
	usualLimit = 10  // OpenAPI, limit: default
	mostLimit  = 100 // OpenAPI, limit: maximum
)

// query is what a list is asked for. filters are the parameters that narrow it, as
// they came: the links to other pages carry them on.
type query struct {
	filters       url.Values
	before, after string // Payroc's ids
	limit         int
}

// filter is a parameter that narrows a list, with how it is judged (OpenAPI,
// parameters): a text of a length, one of some words, a day, a moment.
type filter struct {
	name        string
	words       []string
	least, most int
	day, moment bool
	many        bool // may be given several times; what fits one of them is taken
}

// filters of a list of links.
var filters = []filter{
	{name: "merchantReference", least: 1, most: maxReference},
	{name: "linkType", words: []string{multiUse, singleUse}},
	{name: "chargeType", words: []string{preset, prompt}},
	{name: "status", words: []string{"active", "completed", "deactivated", "expired"}},
	{name: "recipientName", least: 1, most: maxRecipientName},
	{name: "recipientEmail", least: minRecipientEmail, most: maxRecipientEmail},
	{name: "createdOn", day: true},
	{name: "expiresOn", day: true},
}

// recipientFilters are of a list of sharing events.
var recipientFilters = filters[4:6]

// query reads the parameters of a list of links.
func (c call) query() (query, error) { return c.queryOf(filters) }

// queryOf reads the parameters of a list. Others than its filters are passed over.
func (c call) queryOf(filters []filter) (q query, err error) {
	r := &reader{}
	all, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return q, badRequest(fieldError{Detail: invalidFormat, Message: "the query can't be read"})
	}
	one := func(name string) (string, bool) {
		if len(all[name]) > 1 {
			r.broken(name, invalidFormat, "must be given once")
		}
		return all.Get(name), len(all[name]) == 1
	}
	q.filters = url.Values{}
	for _, f := range filters {
		values := all[f.name]
		if s, given := "", false; !f.many {
			if s, given = one(f.name); !given {
				continue
			}
			values = []string{s}
		}
		for _, s := range values {
			f.judge(r, s)
			q.filters.Add(f.name, s)
		}
	}
	q.limit = usualLimit
	if s, given := one("limit"); given {
		if q.limit, err = strconv.Atoi(s); err != nil || q.limit < 1 || q.limit > mostLimit {
			r.broken("limit", invalidValue, "must be a whole number from 1 to "+strconv.Itoa(mostLimit))
		}
	}
	q.before, _ = one("before")
	q.after, _ = one("after")
	if q.before != "" && q.after != "" {
		r.broken("before", "invalid value", "must not be given together with 'after'")
	}
	return q, r.err()
}

func (f filter) judge(r *reader, s string) {
	switch {
	case f.words != nil:
		r.oneOf(f.name, s, f.words)
	case f.day:
		r.day(f.name, s)
	case f.moment:
		if momentOf(s).IsZero() {
			r.broken(f.name, invalidFormat, "must be a time such as 2026-11-20T15:30:00Z")
		}
	default:
		if n := utf8.RuneCountInString(s); n < f.least || n > f.most || paylink.CheckText(s) != nil {
			long := strconv.Itoa(f.most)
			if f.least < f.most {
				long = strconv.Itoa(f.least) + " to " + long
			}
			r.broken(f.name, invalidFormat, "must be a text of "+long+" characters")
		}
	}
}

// momentOf reads a time of ISO 8601 as SDKs write it, in UTC where it names no zone;
// zero where it can't be read.
func momentOf(s string) time.Time {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.Parse(form, s); err == nil {
			return at
		}
	}
	return time.Time{}
}

// recipient is whom the filters name; the store judges it.
func (q query) recipient() paylink.Recipient {
	return paylink.Recipient{Name: q.filters.Get("recipientName"), Email: q.filters.Get("recipientEmail")}
}

// takes reports whether a link passes the filters, each by equality.
func (q query) takes(l paylink.Link, p paymentLink) bool {
	to := q.recipient()
	return q.fits(map[string]string{"recipientName": to.Name, "recipientEmail": to.Email, "merchantReference": p.MerchantReference,
		"linkType": p.Type, "chargeType": p.Order.Charge.Type, "status": p.Status,
		"createdOn": l.CreatedAt.UTC().Format(time.DateOnly), "expiresOn": p.ExpiresOn})
}

// fits reports whether something passes the filters of which have tells its values.
func (q query) fits(have map[string]string) bool {
	for name, values := range q.filters {
		if !slices.Contains(values, have[name]) {
			return false
		}
	}
	return true
}

// stored is what of the filters the store can judge: those that its indexes know, and
// those with what it must look at row by row.
func (q query) stored(merchant, terminal string) (list, narrowed paylink.LinkFilter) {
	list = paylink.LinkFilter{MerchantID: merchant, TerminalID: terminal, Recipient: q.recipient()}
	// Other APIs' references may be longer than told, or be missing and told as our id.
	ref := q.filters.Get("merchantReference")
	if _, ours := paylink.IDBytes(paylink.PrefixLink, ref); utf8.RuneCountInString(ref) < maxReference && !ours {
		list.Reference = ref
	}
	narrowed = list
	narrowed.Standings = standings[q.filters.Get("status")]
	if is := q.filters.Get("linkType"); is != "" {
		once := is == singleUse
		narrowed.Once = &once
	}
	if day, err := time.Parse(time.DateOnly, q.filters.Get("createdOn")); err == nil {
		narrowed.CreatedFrom, narrowed.CreatedTill = day, day.AddDate(0, 0, 1)
	}
	// A link ends with its last day, and is told that in which its end lies.
	if day := q.filters.Get("expiresOn"); !endOf(day).IsZero() {
		narrowed.ExpiresTill = endOf(day).Add(time.Microsecond)
		narrowed.ExpiresFrom = narrowed.ExpiresTill.AddDate(0, 0, -1)
	}
	return list, narrowed
}

// standings are those that status has a word for; OffSale, which the store does not
// know, is active like what it is there.
var standings = standingsByStatus()

func standingsByStatus() map[string][]paylink.Standing {
	out := map[string][]paylink.Standing{}
	for _, s := range []paylink.Standing{paylink.Payable, paylink.UsedUp, paylink.Expired, paylink.Closed, paylink.Paused, paylink.InUse, paylink.Settled, paylink.WrittenOff} {
		out[status(s)] = append(out[status(s)], s)
	}
	return out
}

package native

import (
	"net/http"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// listed answers a list that the store reads and show turns into what is answered.
func listed[T any](h *Handler, c call, q query, read func(paylink.Reader, paylink.Paging) ([]T, error), show func(paylink.Reader, T) (any, error)) (answer, error) {
	var out list[any]
	err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		all, err := read(r, q.paging())
		if err != nil {
			return err
		}
		all, more := trim(q, all)
		out = newList[any](more)
		for _, one := range all {
			v, err := show(r, one)
			if err != nil {
				return err
			}
			out.Data = append(out.Data, v)
		}
		return nil
	})
	return ok(out), err
}

// readOne answers one thing; read says NotFound of what is not the caller's.
func (h *Handler) readOne(c call, what string, read func(paylink.Reader) (any, error)) (answer, error) {
	var v any
	err := h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		v, err = read(r)
		return err
	})
	if paylink.KindOf(err) == paylink.NotFound {
		err = unknown(what)
	}
	return ok(v), err
}

// owned is a thing that is the caller's and was not removed, or NotFound.
func owned[T any](v T, err error, mine bool) (T, error) {
	if err == nil && !mine {
		err = paylink.E(paylink.NotFound, "unknown", "no such thing")
	}
	return v, err
}

// remove ends a thing.
func (h *Handler) remove(c call, what string, change till.Change) (answer, error) {
	_, err := h.Till.Once(c.Context(), nil, change, func(till.Changed) (int, string, []byte) { return http.StatusNoContent, "", nil })
	if paylink.KindOf(err) == paylink.NotFound {
		err = unknown(what)
	}
	return answer{status: http.StatusNoContent}, err
}

// edits reads the members that a body names onto something. named reports whether a
// member is there at all: in a change what is not named stays.
type edits struct {
	*reader
	body dialect.Value
	all  bool // a new thing: every member counts
}

// begin checks the body's members, and that a change names one.
func (c call) begin(all bool, members ...string) edits {
	e := edits{&reader{}, c.body, all}
	if e.object("", c.body, members...) && !all && len(c.body.Members) == 0 {
		e.fault("", "empty", "name what should change")
	}
	return e
}

func (e edits) named(name string) bool {
	_, there := e.body.Member(name)
	return there || e.all
}

func (e edits) line(name string, to *string, most int) {
	if e.named(name) {
		*to = e.text(e.body, "", name, most)
	}
}

// yes reads a truth that is true unless it is said otherwise.
func (e edits) yes(name string, to *bool) {
	if !e.named(name) {
		return
	}
	if _, given := member(e.body, name); given {
		*to = e.flag(e.body, "", name)
		return
	}
	*to = true
}

func (e edits) words(to *map[string]string) {
	if e.named("metadata") {
		*to = e.merge(e.body, *to)
	}
}

// price reads an amount of money, in its own currency or the one beside it.
func (e edits) price(name string, to *paylink.Money) {
	if !e.named(name) && !e.named("currency") {
		return
	}
	m, given := member(e.body, name)
	if !given {
		e.fault(name, "required", "say how much")
		return
	}
	c := paylink.Currency(e.text(e.body, "", "currency", 8))
	if c == "" && !e.all {
		c = to.Currency
	}
	if c != "" && !c.Known() {
		e.fault("currency", "currency_unknown", "is not a currency that paylink knows; write it as USD or EUR")
		return
	}
	minor := e.money(name, m, &c)
	*to = paylink.Money{Minor: minor, Currency: c}
}

package devdraft

import (
	"net/http"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// createLink makes a link. A repeated call gets its first answer before anything is
// judged that depends on the moment.
func (h *Handler) createLink(c call) (answer, error) {
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	t, err := readNew(c.body)
	if err != nil {
		return answer{}, err
	}
	if claim != nil {
		a, err := h.Till.Answered(c.Context(), *claim)
		if err == nil || paylink.KindOf(err) != paylink.NotFound {
			return answer{a.Status, a.Body}, err
		}
	}
	l := paylink.Link{MerchantID: c.merchant, Dialect: Name}
	var m means
	err = h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		if m, err = t.find(r, c.merchant, terms{}); err != nil {
			return err
		}
		return free(r, strings.ToLower(t.Slug))
	})
	if err == nil {
		err = t.onto(&l, m, terms{})
	}
	if err != nil {
		return answer{}, err
	}
	t.Status = active
	a, err := h.Till.Issue(c.Context(), till.Issuance{Link: l, Slug: strings.ToLower(t.Slug), Claim: claim,
		Render: func(l paylink.Link, url string) (int, []byte) {
			return http.StatusCreated, dialect.JSON(h.shown(l, t, m, url))
		}})
	if paylink.CodeOf(err) == "address_taken" {
		err = slugTaken
	}
	return answer{a.Status, a.Body}, err
}

var slugTaken = problem(409, "Payment link with this url already exists")

// free refuses a slug that is the secret part of some link's URL: whoever knows that
// link must not be able to lead its payers elsewhere.
func free(r paylink.Reader, slug string) error {
	_, err := r.Address(paylink.AddressToken, slug)
	switch {
	case err == nil:
		return slugTaken
	case paylink.KindOf(err) == paylink.NotFound:
		return nil
	}
	return err
}

package checkout

import (
	"net/http"

	"paylink"
	"paylink/web/look"
)

// accepted is an Accept-Language header, read once.
type accepted struct {
	langs  []string
	region string
}

func (h *Handler) accept(r *http.Request) accepted {
	header := r.Header.Get("Accept-Language")
	if header == "" {
		return accepted{}
	}
	if a, ok := h.accepts.Get(header); ok {
		return a
	}
	langs, region := look.Accept(header)
	a := accepted{langs, region}
	h.accepts.Put(header, a, len(header)+128)
	return a
}

// locale decides how to speak to a payer: what they chose, else what the payment
// was made in, else the link's language, else the browser's, else English. A link
// in a language that is not shipped is shown in English (contracts/frontstream.md,
// A34). The region is the browser's, else the link's, else the merchant's.
func (h *Handler) locale(r *http.Request, o paylink.Offer, paymentLang string) look.Locale {
	a := h.accept(r)
	words := h.words(r.URL.Query().Get("lang"), paymentLang, o.Link.Page.Language, a.langs)
	region := a.region
	for _, country := range []string{o.Link.Page.Country, o.Merchant.Country} {
		if region == "" {
			region = country
		}
	}
	return look.NewLocale(words, region)
}

func (h *Handler) words(chosen, paymentLang, linkLang string, browser []string) *look.Words {
	for _, tag := range []string{chosen, paymentLang} {
		if w, ok := look.Speak(tag); ok {
			return w
		}
	}
	if linkLang != "" {
		w, _ := look.Speak(linkLang)
		return w
	}
	for _, tag := range browser {
		if w, ok := look.Speak(tag); ok {
			return w
		}
	}
	return look.English()
}

package devdraft

import (
	"context"
	"net/url"
	"strings"

	"paylink"
)

// maxSlug bounds an address that people read. The API names no bound.
const maxSlug = 255

// slugOf is the slug in the url of a request: it may be a slug or a full URL, of which
// the last part of the path counts. What is wrong is told in words, "" where nothing is.
func slugOf(text string) (slug, wrong string) {
	slug = text
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return "", "url must be a slug or a full URL"
		}
		path := strings.TrimRight(u.Path, "/")
		slug = path[strings.LastIndexByte(path, '/')+1:]
	}
	slug = strings.Trim(slug, "/")
	switch {
	case slug == "":
		return "", "url should not be empty"
	case len(slug) > maxSlug:
		return "", "url must be shorter than or equal to 255 characters"
	}
	for _, c := range slug {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_/.", c) {
			return "", "url must be a slug of letters, digits, '-', '_', '/' and '.', or a full URL that ends in one"
		}
	}
	for part := range strings.SplitSeq(slug, "/") {
		if part == "" || part == "." || part == ".." { // browsers and proxies take such parts out
			return "", "url must not hold the parts '.' and '..', nor empty ones"
		}
	}
	if _, is := linkID(foldID(slug)); is {
		return "", "url must not have the form of a payment link's id"
	}
	return slug, ""
}

// foldID gives what may be an id in another case the prefix of one.
func foldID(text string) string {
	if len(text) > len(prefixLink) && strings.EqualFold(text[:len(prefixLink)], prefixLink) {
		return prefixLink + text[len(prefixLink):]
	}
	return text
}

// Open is the URL of the link that a slug leads to, or the id of a link that has a slug.
// Slugs are compared without regard to case. An unknown one is NotFound.
func (h *Handler) Open(ctx context.Context, name string) (string, error) {
	name = strings.Trim(name, "/")
	gone := paylink.E(paylink.NotFound, "slug_unknown", "no link has this slug")
	if name == "" || len(name) > maxSlug {
		return "", gone
	}
	var out string
	err := h.Till.Read(ctx, func(r paylink.Reader) error {
		id, is := linkID(foldID(name))
		if !is {
			a, err := r.Address(paylink.AddressSlug, strings.ToLower(name))
			if err != nil || !a.RetiredAt.IsZero() {
				return orElse(err, gone)
			}
			id = a.LinkID
		}
		// A link without a slug is opened by its secret token alone.
		all, err := r.Addresses(id)
		if err != nil {
			return err
		}
		public := false
		for _, a := range all {
			public = public || a.Kind == paylink.AddressSlug && a.RetiredAt.IsZero()
		}
		if !public {
			return gone
		}
		if out, err = h.Till.URLOf(r, id); err == nil && out == "" {
			err = gone
		}
		return err
	})
	return out, err
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// checkoutURL is where payers open a slug: a part of our host that no other page has,
// so that no slug is taken from the start. Whoever serves it asks Open.
func (h *Handler) checkoutURL(slug string) string { return h.Till.BaseURL + "/c/" + slug }

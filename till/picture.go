package till

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"paylink"
)

// PicturePath is where our pages show a merchant's picture: the id of a file, or its
// address, from where our proxy fetches it so that a page asks no other host.
// It is signed: the proxy fetches nothing but what a merchant stored, and judges
// itself which addresses it reaches. What is neither has no path, and "" is given.
func (t *Till) PicturePath(ref string, large bool) string {
	if !strings.HasPrefix(ref, paylink.PrefixFile) && !strings.HasPrefix(ref, "https://") && !strings.HasPrefix(ref, "http://") {
		return ""
	}
	size := "small"
	if large {
		size = "large"
	}
	return "/img/" + t.mac("picture", size, ref) + "/" + size + "/" + base64.RawURLEncoding.EncodeToString([]byte(ref))
}

// PictureOf reads the parts of such a path back; false for one that we did not make.
func (t *Till) PictureOf(signature, size, encoded string) (ref string, large, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || subtle.ConstantTimeCompare([]byte(signature), []byte(t.mac("picture", size, string(raw)))) != 1 {
		return "", false, false
	}
	return string(raw), size == "large", true
}

// File is a file by its id.
func (t *Till) File(ctx context.Context, id string) (f paylink.File, err error) {
	err = t.Store.View(ctx, func(r paylink.Reader) (err error) {
		f, err = r.File(id)
		return err
	})
	return f, err
}

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

// drop removes those files among the images that a product had which no living product
// of the merchant shows any more, by their ids or by the addresses that PicturePath gave
// them, which merchants copy. It is called when the change is written. There is no
// grace: a page fetches its pictures as soon as it is there, and one that comes too late
// gets a neutral picture. A file that a link was given as its cover stays, see keep; an
// address that was copied to elsewhere ends with its file.
func (t *Till) drop(tx paylink.Tx, merchantID string, had []string) error {
	for _, image := range had {
		id, ok := t.fileOf(image)
		if !ok {
			continue
		}
		shown := false
		for _, by := range []string{id, base64.RawURLEncoding.EncodeToString([]byte(id))} {
			products, err := tx.Products(paylink.ProductFilter{MerchantID: merchantID, Image: by, Paging: paylink.Paging{Limit: 1}})
			if err != nil {
				return err
			}
			shown = shown || len(products) > 0
		}
		if shown {
			continue
		}
		if err := tx.RemoveFile(merchantID, id); err != nil {
			return err
		}
	}
	return nil
}

// keep holds on to the file that a link shows as its cover: merchants copy the address
// from a product that has it, and may change that product any day.
func (t *Till) keep(tx paylink.Tx, l paylink.Link) error {
	id, ok := t.fileOf(l.Page.Cover)
	if !ok {
		return nil
	}
	return tx.KeepFile(l.MerchantID, id)
}

// fileOf is the file that an image is: by its id, or by its address here.
func (t *Till) fileOf(image string) (id string, ok bool) {
	if path, ours := strings.CutPrefix(image, t.BaseURL+"/img/"); ours {
		parts := strings.Split(path, "/")
		if len(parts) != 3 {
			return "", false
		}
		if image, _, ok = t.PictureOf(parts[0], parts[1], parts[2]); !ok {
			return "", false
		}
	}
	return image, strings.HasPrefix(image, paylink.PrefixFile)
}

// File is a file by its id.
func (t *Till) File(ctx context.Context, id string) (f paylink.File, err error) {
	err = t.Store.View(ctx, func(r paylink.Reader) (err error) {
		f, err = r.File(id)
		return err
	})
	return f, err
}

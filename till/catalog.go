package till

import (
	"slices"
	"strings"
	"time"

	"paylink"
)

// AddsProduct makes a product; ID and times are filled in. Pictures that came with it
// are kept as files, whose ids follow its Images.
func (t *Till) AddsProduct(p paylink.Product, pictures ...paylink.File) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		done.Product = p
		n := &done.Product
		n.ID, n.CreatedAt, n.UpdatedAt, n.RemovedAt = paylink.NewID(paylink.PrefixProduct, tx.Now()), tx.Now(), tx.Now(), time.Time{}
		if n.Images, err = hang(tx, p, pictures); err != nil {
			return done, err
		}
		return done, putProduct(tx, *n, paylink.EventProductCreated)
	}
}

// AmendsProduct changes a product. Links that refer to it follow at once: whoever has
// a form open is asked to look again. edit changes the product as it stands, and may
// refuse; what it does to id, owner and times is undone. Pictures are added to those
// that it leaves; files that no product shows after it are removed, see drop.
func (t *Till) AmendsProduct(merchantID, id string, edit func(*paylink.Product) error, pictures ...paylink.File) Change {
	return t.changeProduct(merchantID, id, paylink.EventProductUpdated, func(tx paylink.Tx, p *paylink.Product) (err error) {
		was := *p
		if err := edit(p); err != nil {
			return err
		}
		p.ID, p.MerchantID, p.Dialect = was.ID, was.MerchantID, was.Dialect
		p.CreatedAt, p.UpdatedAt, p.RemovedAt = was.CreatedAt, tx.Now(), was.RemovedAt
		p.Images, err = hang(tx, *p, pictures)
		return err
	})
}

// RemovesProduct ends a product, and the files that it shows. Links that refer to it
// can't be paid from then on; payments that were made keep what they were for.
func (t *Till) RemovesProduct(merchantID, id string) Change {
	return t.changeProduct(merchantID, id, paylink.EventProductRemoved, func(tx paylink.Tx, p *paylink.Product) error {
		p.Images = slices.DeleteFunc(p.Images, func(ref string) bool { return strings.HasPrefix(ref, paylink.PrefixFile) })
		p.Active, p.UpdatedAt, p.RemovedAt = false, tx.Now(), tx.Now()
		return nil
	})
}

// hang keeps pictures and gives the product's images with them.
func hang(tx paylink.Tx, p paylink.Product, pictures []paylink.File) ([]string, error) {
	images := append([]string(nil), p.Images...)
	for _, f := range pictures {
		f.ID, f.MerchantID, f.CreatedAt = paylink.NewID(paylink.PrefixFile, tx.Now()), p.MerchantID, tx.Now()
		if err := tx.AddFile(f); err != nil {
			return nil, err
		}
		images = append(images, f.ID)
	}
	return images, nil
}

func putProduct(tx paylink.Tx, p paylink.Product, event string) error {
	if err := p.Check(); err != nil {
		return err
	}
	if err := tx.PutProduct(p); err != nil {
		return err
	}
	return addEvent(tx, p.MerchantID, event, p.ID, 1, p.View())
}

func (t *Till) changeProduct(merchantID, id, event string, change func(paylink.Tx, *paylink.Product) error) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		if done.Product, err = tx.LockProduct(id); err != nil {
			return done, err
		}
		if done.Product.MerchantID != merchantID || !done.Product.RemovedAt.IsZero() {
			return done, paylink.E(paylink.NotFound, "product_unknown", "no such product")
		}
		had := slices.Clone(done.Product.Images)
		if err := change(tx, &done.Product); err != nil {
			return done, err
		}
		if err := putProduct(tx, done.Product, event); err != nil {
			return done, err
		}
		return done, t.drop(tx, merchantID, had)
	}
}

// AddsTax makes a tax; ID and times are filled in.
func (t *Till) AddsTax(v paylink.Tax) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		done.Tax = v
		n := &done.Tax
		n.ID, n.CreatedAt, n.UpdatedAt, n.RemovedAt = paylink.NewID(paylink.PrefixTax, tx.Now()), tx.Now(), tx.Now(), time.Time{}
		return done, putTax(tx, *n, paylink.EventTaxCreated)
	}
}

// AmendsTax changes a tax for links that are made from now on: those that are there
// keep the rate that they were made with. edit is as in AmendsProduct.
func (t *Till) AmendsTax(merchantID, id string, edit func(*paylink.Tax) error) Change {
	return changeTax(merchantID, id, paylink.EventTaxUpdated, func(tx paylink.Tx, v *paylink.Tax) error {
		was := *v
		if err := edit(v); err != nil {
			return err
		}
		v.ID, v.MerchantID, v.Dialect = was.ID, was.MerchantID, was.Dialect
		v.CreatedAt, v.UpdatedAt, v.RemovedAt = was.CreatedAt, tx.Now(), was.RemovedAt
		return nil
	})
}

// RemovesTax ends a tax; links that are there keep it.
func (t *Till) RemovesTax(merchantID, id string) Change {
	return changeTax(merchantID, id, paylink.EventTaxRemoved, func(tx paylink.Tx, v *paylink.Tax) error {
		v.Active, v.UpdatedAt, v.RemovedAt = false, tx.Now(), tx.Now()
		return nil
	})
}

func putTax(tx paylink.Tx, v paylink.Tax, event string) error {
	if err := v.Check(); err != nil {
		return err
	}
	if err := tx.PutTax(v); err != nil {
		return err
	}
	return addEvent(tx, v.MerchantID, event, v.ID, 1, v.View())
}

func changeTax(merchantID, id, event string, change func(paylink.Tx, *paylink.Tax) error) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		if done.Tax, err = tx.LockTax(id); err != nil {
			return done, err
		}
		if done.Tax.MerchantID != merchantID || !done.Tax.RemovedAt.IsZero() {
			return done, paylink.E(paylink.NotFound, "tax_unknown", "no such tax")
		}
		if err := change(tx, &done.Tax); err != nil {
			return done, err
		}
		return done, putTax(tx, done.Tax, event)
	}
}

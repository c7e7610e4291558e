package till_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"paylink"
	"paylink/till"
)

func (r *rig) did(change till.Change) till.Changed {
	r.t.Helper()
	var out till.Changed
	_, err := r.Once(r.t.Context(), nil, change, func(c till.Changed) (int, string, []byte) { out = c; return 200, "", nil })
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) refused(change till.Change) error {
	r.t.Helper()
	_, err := r.Once(r.t.Context(), nil, change, func(till.Changed) (int, string, []byte) { return 200, "", nil })
	return err
}

// told are the types of the events about an object, oldest first, and the last one's data.
func (r *rig) told(id string) (types []string, data json.RawMessage) {
	r.t.Helper()
	err := r.Read(r.t.Context(), func(rd paylink.Reader) error {
		list, err := rd.Events(paylink.EventFilter{MerchantID: r.merchant.ID, ObjectID: id})
		for _, e := range list {
			types = append([]string{e.Type}, types...)
		}
		var body paylink.EventView
		if err == nil {
			err = json.Unmarshal(list[0].Body, &body)
		}
		data = body.Data
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return types, data
}

func (r *rig) tee() paylink.Product {
	return paylink.Product{MerchantID: r.merchant.ID, Name: "Tee", Price: paylink.Money{Minor: 2500, Currency: "USD"}, Active: true, Dialect: "native"}
}

func TestAProductIsAddedChangedAndRemovedAndTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	made := r.did(r.AddsProduct(r.tee(), paylink.File{Type: "image/png", Bytes: []byte("png")})).Product
	now := r.did(r.AmendsProduct(r.merchant.ID, made.ID, func(p *paylink.Product) error {
		p.Name, p.MerchantID, p.ID, p.Dialect = "Cap", "mer_other", "prd_other", "payroc"
		return nil
	}, paylink.File{Type: "image/png", Bytes: []byte("other")})).Product
	if now.Name != "Cap" || now.ID != made.ID || now.MerchantID != r.merchant.ID || now.Dialect != "native" || len(now.Images) != 2 || now.Images[0] != made.Images[0] {
		t.Errorf("changed: %+v", now)
	}
	err := r.Read(t.Context(), func(rd paylink.Reader) error {
		kept, err := rd.Product(made.ID)
		if err != nil || !reflect.DeepEqual(kept.View(), now.View()) {
			t.Errorf("kept %+v, %v; want %+v", kept, err, now)
		}
		f, err := rd.File(now.Images[1])
		if err == nil && (!bytes.Equal(f.Bytes, []byte("other")) || f.MerchantID != r.merchant.ID) {
			t.Errorf("the picture: %+v", f)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	r.did(r.RemovesProduct(r.merchant.ID, made.ID))
	if err := r.refused(r.RemovesProduct(r.merchant.ID, made.ID)); paylink.CodeOf(err) != "product_unknown" {
		t.Errorf("removed twice: %v", err)
	}
	types, data := r.told(made.ID)
	var v paylink.ProductView
	if err := json.Unmarshal(data, &v); err != nil || v.RemovedAt == nil || v.Active || v.Price.Decimal != "25.00" ||
		!reflect.DeepEqual(types, []string{paylink.EventProductCreated, paylink.EventProductUpdated, paylink.EventProductRemoved}) {
		t.Errorf("told %v, %+v, %v", types, v, err)
	}
}

// Pictures go with the change that leaves no product showing them, and not before.
func TestAFileLivesAsLongAsAProductShowsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		there := func(id string) bool {
			t.Helper()
			_, err := r.File(t.Context(), id)
			if err != nil && paylink.KindOf(err) != paylink.NotFound {
				t.Fatal(err)
			}
			return err == nil
		}
		picture := func() paylink.File { return paylink.File{Type: "image/png", Bytes: []byte("png")} }
		images := func(id string, images []string, more ...paylink.File) []string {
			t.Helper()
			return r.did(r.AmendsProduct(r.merchant.ID, id, func(p *paylink.Product) error { p.Images = images; return nil }, more...)).Product.Images
		}
		first := r.did(r.AddsProduct(r.tee(), picture(), picture(), picture())).Product
		kept, copied, gone := first.Images[0], first.Images[1], first.Images[2]
		address := r.BaseURL + r.PicturePath(copied, true)
		second := r.tee()
		second.Images = []string{address, "https://shop.example/a.png"}
		second = r.did(r.AddsProduct(second)).Product

		// A change that fails removes nothing, and so does one that nobody keeps.
		worse := r.AmendsProduct(r.merchant.ID, first.ID, func(p *paylink.Product) error { p.Name, p.Images = "", nil; return nil })
		if err := r.refused(worse); paylink.KindOf(err) != paylink.Invalid {
			t.Fatal(err)
		}
		if _, err := r.Rehearse(t.Context(), r.RemovesProduct(r.merchant.ID, first.ID)); err != nil {
			t.Fatal(err)
		}
		for _, id := range first.Images {
			if !there(id) {
				t.Fatalf("%s is gone though nothing changed", id)
			}
		}
		now := images(first.ID, []string{kept}, picture())
		if !there(kept) || !there(copied) || there(gone) || !there(now[1]) {
			t.Errorf("after a change: the one that stays %v, the one that another product shows %v, the one that nobody shows %v, the new one %v",
				there(kept), there(copied), there(gone), there(now[1]))
		}
		// Its own address keeps a file as well as its id does.
		images(first.ID, []string{r.BaseURL + r.PicturePath(kept, false), now[1]})
		if !there(kept) {
			t.Error("a file is gone that its product shows by its address")
		}
		images(second.ID, []string{"https://shop.example/a.png"})
		if there(copied) || !there(kept) {
			t.Errorf("when the last product that showed it does not: the file is there: %v", there(copied))
		}
		if p := r.did(r.RemovesProduct(r.merchant.ID, first.ID)).Product; there(kept) || there(now[1]) || len(p.Images) != 1 {
			t.Errorf("of a removed product: %v, %v, %v", there(kept), there(now[1]), p.Images)
		}
		// A link's cover stays, whether the link had it from its making or was given it.
		covers := r.did(r.AddsProduct(r.tee(), picture(), picture())).Product
		r.issue(func(l *paylink.Link) { l.Page.Cover = r.BaseURL + r.PicturePath(covers.Images[0], true) })
		_, later := r.issue(nil)
		if _, _, err := r.Amend(t.Context(), till.Amendment{LinkID: later, MerchantID: r.merchant.ID, Edit: func(l *paylink.Link, _ paylink.Standing) error {
			l.Page.Cover = r.BaseURL + r.PicturePath(covers.Images[1], false)
			return nil
		}}); err != nil {
			t.Fatal(err)
		}
		images(covers.ID, nil)
		if !there(covers.Images[0]) || !there(covers.Images[1]) {
			t.Errorf("of files that links show as their covers: %v, %v", there(covers.Images[0]), there(covers.Images[1]))
		}
		// Nobody ends another merchant's file by its address.
		mine := r.did(r.AddsProduct(r.tee(), picture())).Product
		theirs := r.tee()
		theirs.MerchantID, theirs.Images = "mer_2", []string{r.BaseURL + r.PicturePath(mine.Images[0], true)}
		theirs = r.did(r.AddsProduct(theirs)).Product
		r.did(r.RemovesProduct("mer_2", theirs.ID))
		if !there(mine.Images[0]) {
			t.Error("another merchant removed a file")
		}
	})
}

func TestATaxIsAddedChangedAndRemovedAndTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	made := r.did(r.AddsTax(paylink.Tax{MerchantID: r.merchant.ID, Name: "VAT", Percent: 200_000, Active: true})).Tax
	now := r.did(r.AmendsTax(r.merchant.ID, made.ID, func(v *paylink.Tax) error { v.Percent = 88_750; return nil })).Tax
	if l := now.Levy(); l.TaxID != made.ID || l.Percent != 88_750 || l.Name != "VAT" {
		t.Errorf("in a price: %+v", l)
	}
	r.did(r.RemovesTax(r.merchant.ID, made.ID))
	types, data := r.told(made.ID)
	var v paylink.TaxView
	if err := json.Unmarshal(data, &v); err != nil || v.Percent != "8.875" || v.Active || v.RemovedAt == nil ||
		!reflect.DeepEqual(types, []string{paylink.EventTaxCreated, paylink.EventTaxUpdated, paylink.EventTaxRemoved}) {
		t.Errorf("told %v, %+v, %v", types, v, err)
	}
}

func TestACustomersAddressIsOneLivingCustomersOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ada := paylink.Customer{MerchantID: r.merchant.ID, Payer: paylink.Payer{FirstName: "Ada", Email: "ada@example.org"}}
	made := r.did(r.AddsCustomer(ada)).Customer
	ada.Payer.Email = "ADA@example.org"
	if err := r.refused(r.AddsCustomer(ada)); paylink.CodeOf(err) != "email_taken" {
		t.Errorf("a second Ada: %v", err)
	}
	other := r.did(r.AddsCustomer(paylink.Customer{MerchantID: r.merchant.ID, Company: "Engines"})).Customer
	taken := r.AmendsCustomer(r.merchant.ID, other.ID, func(c *paylink.Customer) error { c.Payer.Email = "Ada@example.org"; return nil })
	if err := r.refused(taken); paylink.CodeOf(err) != "email_taken" {
		t.Errorf("another takes Ada's address: %v", err)
	}
	r.did(r.RemovesCustomer(r.merchant.ID, made.ID))
	r.did(taken)
	if types, data := r.told(other.ID); !reflect.DeepEqual(types, []string{paylink.EventCustomerCreated, paylink.EventCustomerUpdated}) ||
		!bytes.Contains(data, []byte(`"email":"Ada@example.org"`)) {
		t.Errorf("told %v, %s", types, data)
	}
}

func TestWhatBreaksARuleOfTheCatalogChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	made := r.did(r.AddsProduct(r.tee())).Product
	no := errors.New("no")
	for name, c := range map[string]struct {
		change till.Change
		code   string
	}{
		"another merchant's": {r.RemovesProduct("mer_other", made.ID), "product_unknown"},
		"an unknown one":     {r.RemovesTax(r.merchant.ID, "tax_x"), "not_found"},
		"free":               {r.AmendsProduct(r.merchant.ID, made.ID, func(p *paylink.Product) error { p.Price.Minor = 0; return nil }), "invalid"},
		"nameless":           {r.AmendsProduct(r.merchant.ID, made.ID, func(p *paylink.Product) error { p.Name = " "; return nil }), "invalid"},
		"a card number":      {r.AmendsProduct(r.merchant.ID, made.ID, func(p *paylink.Product) error { p.Name = "4111 1111 1111 1111"; return nil }), "invalid"},
		"eleven pictures":    {r.AmendsProduct(r.merchant.ID, made.ID, func(*paylink.Product) error { return nil }, make([]paylink.File, 11)...), "invalid"},
		"no currency":        {r.AddsProduct(paylink.Product{MerchantID: r.merchant.ID, Name: "Tee", Price: paylink.Money{Minor: 1, Currency: "XXX"}}), "invalid"},
		"more than all":      {r.AddsTax(paylink.Tax{MerchantID: r.merchant.ID, Name: "VAT", Percent: paylink.FullPercent + 1}), "invalid"},
		"nobody":             {r.AddsCustomer(paylink.Customer{MerchantID: r.merchant.ID}), "invalid"},
		"refused":            {r.AmendsProduct(r.merchant.ID, made.ID, func(*paylink.Product) error { return no }), "internal"},
	} {
		if err := r.refused(c.change); paylink.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if types, _ := r.told(made.ID); len(types) != 1 {
		t.Errorf("told %v", types)
	}
}

// A pause takes a link out of payers' hands and gives it back.
func TestAPausedLinkCannotBePaidUntilItGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	address, id := r.issue(nil)
	pause := func(is bool) {
		if _, _, err := r.Amend(t.Context(), till.Amendment{LinkID: id, MerchantID: r.merchant.ID,
			Edit: func(l *paylink.Link, _ paylink.Standing) error { l.Paused = is; return nil }}); err != nil {
			t.Fatal(err)
		}
	}
	pause(true)
	if s, err := r.Look(t.Context(), address); err != nil || s.Standing != paylink.Paused {
		t.Errorf("it looks %s, %v", s.Standing, err)
	}
	if _, err := r.Pay(t.Context(), r.order(address, id, "ok")); paylink.CodeOf(err) != "paused" {
		t.Errorf("paid: %v", err)
	}
	pause(false)
	if p := r.pay(r.order(address, id, "ok")); p.State != paylink.Captured {
		t.Errorf("it is %s", p.State)
	}
}

package devdraft_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/devdraft"
	"paylink/till"
)

const products, customers, taxes, webhooks = "/api/v0/products", "/api/v0/customers", "/api/v0/taxes", "/api/v0/webhooks"

// pictures are the first bytes of each kind.
var pictures = map[string]string{"image/png": "\x89PNG\x0D\x0A\x1A\x0A rest", "image/jpeg": "\xFF\xD8\xFF rest", "image/webp": "RIFF\x00\x00\x00\x00WEBPVP8 rest"}

// part is a part of a multipart body: a file where it has a file name.
type part struct{ name, file, content string }

// form is a multipart body and the header of its type.
func form(t testing.TB, parts ...part) (body, header string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, p := range parts {
		h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"`, p.name)}}
		if p.file != "" {
			h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, p.name, p.file))
			h.Set("Content-Type", "text/html")
		}
		in, err := w.CreatePart(h)
		if err == nil {
			_, err = in.Write([]byte(p.content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String(), "Content-Type: " + w.FormDataContentType()
}

func images(a reply, t testing.TB) (out []string) {
	t.Helper()
	for _, one := range a.get(t, "images").([]any) {
		out = append(out, one.(string))
	}
	return out
}

func TestProducts(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", products, `{"name":"Premium","description":"# All","price":299.99,"currency":"EUR","type":"DIGITAL","weight":0.5,"unit":"kg","quantity":100,"stockCount":50,"status":"INACTIVE","productType":"SERVICE","images":["https://example.com/1.png","https://example.com/2.png"],"walletId":"w"}`)
		path := products + "/" + a.text(t, "id")
		want := `"name":"Premium","description":"# All","price":299.99,"currency":"EUR","productType":"SERVICE","type":"DIGITAL","status":"INACTIVE","stockCount":50,"quantity":100,"weight":0.5,"unit":"kg",` +
			`"images":["https://example.com/1.png","https://example.com/2.png"],"variations":null,"paymentLink":null,"walletId":"w",`
		if !strings.Contains(a.body, want) || !strings.Contains(a.body, `"app":{"id":"app_`) || !strings.Contains(a.body, `"name":"Harbor Books"},"wallet":null,"transactions":[]}`) {
			t.Errorf("got %s", a.body)
		}
		if got := r.must(200, "GET", path, ""); got.body != a.body {
			t.Errorf("read: %s, made: %s", got.body, a.body)
		}
		// A change is partial; new pictures take the place of the old, added ones do not.
		a = r.must(200, "PUT", path, `{"price":10,"unit":null,"status":"ACTIVE"}`)
		if a.get(t, "unit") != nil || a.text(t, "status") != "ACTIVE" || a.text(t, "name") != "Premium" || len(images(a, t)) != 2 || a.text(t, "productType") != "SERVICE" {
			t.Errorf("changed: %s", a.body)
		}
		body, media := form(t, part{"name", "", "Premium II"}, part{"price", "", "11.50"}, part{"images", "a.html", pictures["image/png"]})
		if a = r.must(200, "PUT", path, body, media); len(images(a, t)) != 1 || a.text(t, "name") != "Premium II" || fmt.Sprint(a.get(t, "price")) != "11.5" {
			t.Errorf("by a form: %s", a.body)
		}
		body, media = form(t, part{"images", "a", pictures["image/jpeg"]}, part{"images", "b", pictures["image/webp"]})
		if a = r.must(201, "POST", path+"/images", body, media); len(images(a, t)) != 3 {
			t.Errorf("with two more: %s", a.body)
		}
		r.seen(a, "image/png", "image/jpeg", "image/webp")
		// What was answered can be sent back, less what is to go: files stay files.
		kept, _ := json.Marshal(append(images(a, t)[1:], "https://example.com/3.png"))
		a = r.must(200, "PUT", path, `{"images":`+string(kept)+`}`)
		if got := r.stored(a.text(t, "id")); len(got) != 3 || !strings.HasPrefix(got[0], "fil_") || !strings.HasPrefix(got[1], "fil_") || got[2] != "https://example.com/3.png" {
			t.Errorf("sent back: %v", got)
		}

		for i := range 11 {
			r.product(map[string]any{"name": fmt.Sprint("Tee ", i)})
		}
		list := r.must(200, "GET", products+"?skip=1&take=3", "")
		if rows := list.rows(t); fmt.Sprintf("%v %v %v", list.get(t, "total"), list.get(t, "skip"), list.get(t, "take")) != "12 1 3" || len(rows) != 3 || rows[0]["name"] != "Tee 9" {
			t.Errorf("the list: %s", list.body)
		}
		gone := r.must(200, "DELETE", path, "")
		if gone.text(t, "id") != a.text(t, "id") {
			t.Errorf("deleted: %s", gone.body)
		}
		r.must(404, "GET", path, "")
		r.must(404, "DELETE", path, "")
		if n := r.must(200, "GET", products, "").get(t, "total"); fmt.Sprint(n) != "11" {
			t.Errorf("%v products are left", n)
		}
	})
}

// stored are a product's images in the book.
func (r *rig) stored(uuid string) (images []string) {
	err := r.till.Read(context.Background(), func(rd paylink.Reader) error {
		all, err := rd.Products(paylink.ProductFilter{MerchantID: r.made.Merchant.ID, Paging: paylink.Paging{Limit: 200}})
		for _, p := range all {
			if devdraft.UUID(paylink.PrefixProduct, p.ID) == uuid {
				images = p.Images
			}
		}
		return err
	})
	if err != nil {
		r.t.Error(err)
	}
	return images
}

// seen checks the kinds of the files that a product shows.
func (r *rig) seen(a reply, kinds ...string) {
	r.t.Helper()
	var got []string
	err := r.till.Read(context.Background(), func(rd paylink.Reader) error {
		for _, url := range images(a, r.t) {
			f, err := rd.File(strings.TrimPrefix(url, "https://pay.example/"))
			if err != nil {
				return err
			}
			if string(f.Bytes) != pictures[f.Type] || f.MerchantID != r.made.Merchant.ID {
				r.t.Errorf("%s is %q of %s", f.Type, f.Bytes, f.MerchantID)
			}
			got = append(got, f.Type)
		}
		return nil
	})
	if err != nil || !slices.Equal(got, kinds) {
		r.t.Errorf("pictures %v, %v; want %v", got, err, kinds)
	}
}

// The official SDKs write arrays into forms with commas, and TypeScript's a urlencoded form.
func TestFormsOfTheSDKs(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	body, media := form(t, part{"name", "", "Tee"}, part{"description", "", ""}, part{"price", "", "9.5"}, part{"weight", "", ""}, part{"images", "", "https://example.com/1.png,https://example.com/2.png"})
	r.must(400, "POST", products, body, media) // no description
	body, media = form(t, part{"name", "", "Tee"}, part{"description", "", "x"}, part{"price", "", "9.5"}, part{"weight", "", ""}, part{"images", "", "https://example.com/1.png,https://example.com/2.png"})
	for _, a := range []reply{r.must(201, "POST", products, body, media),
		r.must(201, "POST", products, "name=Tee&description=x&price=9.5&images=https%3A%2F%2Fexample.com%2F1.png%2Chttps%3A%2F%2Fexample.com%2F2.png", "Content-Type: application/x-www-form-urlencoded;charset=UTF-8")} {
		if a.text(t, "name") != "Tee" || fmt.Sprint(a.get(t, "price")) != "9.5" || len(images(a, t)) != 2 || a.get(t, "weight") != nil || a.text(t, "currency") != "USD" {
			t.Errorf("got %s", a.body)
		}
	}
}

func TestWhatBreaksARuleOfAProductIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	tee := products + "/" + r.product(nil)
	for says, change := range map[string]map[string]any{
		"name should not be empty": {"name": nil}, "name must be longer": {"name": ""}, "name must be shorter": {"name": strings.Repeat("x", 201)},
		"description should not be empty": {"description": absent}, "description must be shorter": {"description": strings.Repeat("x", 2001)},
		"price should not be empty": {"price": absent}, "price must not be less": {"price": 0}, "price must be a number of": {"price": 1.999},
		"price must be a number conforming": {"price": "9.99"}, "currency must be one": {"currency": "CHF"}, "status must be one": {"status": "GONE"},
		"productType must be one": {"productType": "THING"}, "weight must be a number": {"weight": "1"}, "images must be an array": {"images": "x"},
		"each value in images": {"images": []any{"ftp://x"}}, "images must contain no more": {"images": slices.Repeat([]any{"https://example.com/a"}, 11)},
	} {
		a := r.must(400, "POST", products, body(`{"name":"Tee","description":"of cotton","price":25}`, change))
		if all := a.broken(t); !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, says) }) {
			t.Errorf("%v: %q, which does not say %q", change, all, says)
		}
	}
	r.must(400, "POST", products, body(`{"name":"Tee","description":"of cotton","price":25}`, map[string]any{"currency": "JPY", "price": 25.5}))
	png := pictures["image/png"]
	for _, c := range []struct {
		status int
		parts  []part
	}{
		{400, []part{{"images", "a.png", "<svg/>"}}},
		{400, []part{{"images", "a.gif", "GIF89a"}}},
		{400, []part{{"photo", "a.png", png}}},
		{400, []part{{"price", "", "x"}}},
		{400, []part{{"name", "", "a"}, {"Name", "", "b"}}},
		{400, slices.Repeat([]part{{"images", "a", png}}, 11)},
		{413, []part{{"images", "a.png", png + strings.Repeat("x", 5<<20)}}},
		{413, []part{{"description", "", strings.Repeat("x", 70_000)}}},
	} {
		body, media := form(t, c.parts...)
		r.must(c.status, "PUT", tee, body, media)
	}
	full, media := form(t, slices.Repeat([]part{{"images", "a", png}}, 10)...)
	r.must(201, "POST", tee+"/images", full, media)
	one, media := form(t, part{"images", "a", png})
	if a := r.must(400, "POST", tee+"/images", one, media); !strings.Contains(a.body, "10 images at most") {
		t.Errorf("an eleventh: %s", a.body)
	}
	r.must(400, "POST", tee+"/images", "")
	r.must(400, "PUT", tee, one[:40], media)
	r.must(415, "PUT", tee, "x", "Content-Type: text/plain")
	if a := r.must(200, "GET", tee, ""); len(images(a, t)) != 10 || a.text(t, "name") != "Tee" {
		t.Errorf("left: %s", a.body)
	}
}

func TestCustomers(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", customers, `{"first_name":"John","last_name":"Doe","phone_number":"+1-555-123-4567","email":"John.Doe@example.com","customer_type":"Startup"}`)
		path := customers + "/" + a.text(t, "id")
		for member, want := range map[string]any{"first_name": "John", "phone_number": "+1-555-123-4567", "email": "John.Doe@example.com", "customer_type": "Startup",
			"status": "ACTIVE", "last_purchase_date": nil, "appId": a.get(t, "app_id"), "created_at": a.get(t, "createdAt"), "updated_at": a.get(t, "updatedAt")} {
			if a.get(t, member) != want {
				t.Errorf("%s is %v, want %v", member, a.get(t, member), want)
			}
		}
		if got := r.must(200, "GET", path, ""); got.body != a.body {
			t.Errorf("read: %s, made: %s", got.body, a.body)
		}
		if again := r.must(409, "POST", customers, `{"first_name":"J","last_name":"D","phone_number":"15551234567","email":"john.doe@EXAMPLE.com"}`); again.text(t, "message") != "Customer with the same email already exists" {
			t.Errorf("again: %s", again.body)
		}
		a = r.must(200, "PATCH", path, `{"last_name":"Smith","status":"BLACKLISTED","email":null}`)
		if a.text(t, "last_name") != "Smith" || a.text(t, "first_name") != "John" || a.text(t, "status") != "BLACKLISTED" || a.get(t, "email") != nil {
			t.Errorf("changed: %s", a.body)
		}
		r.customer("ada@example.org")
		r.customer("grace@example.org")
		for query, want := range map[string]string{"": "3 3", "?take=1": "3 1", "?status=ACTIVE": "2 2", "?name=ADA%20love": "2 2", "?name=smi": "1 1", "?email=ADA@example.org": "1 1",
			"?email=nobody@example.org": "0 0", "?skip=2": "3 1"} {
			list := r.must(200, "GET", customers+query, "")
			if got := fmt.Sprint(list.get(t, "total"), " ", len(list.rows(t))); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		r.must(400, "GET", customers+"?status=LOST", "")
		for _, bad := range []string{`{}`, `{"first_name":"A","last_name":"B"}`, `{"first_name":"A","last_name":"B","phone_number":"call me"}`,
			`{"first_name":"A","last_name":"B","phone_number":"1","email":"A <a@b.c>"}`, `{"first_name":"A","last_name":"B","phone_number":"1","customer_type":"Giant"}`} {
			r.must(400, "POST", customers, bad)
		}
	})
}

func TestTaxes(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", taxes, `{"name":"Sales Tax","description":"Standard","percentage":8.50,"appIds":["app_1"]}`)
		path := taxes + "/" + a.text(t, "id")
		if !strings.Contains(a.body, `"name":"Sales Tax","description":"Standard","percentage":8.5,"active":true,"created_at":"2026-11-20T12:00`) {
			t.Errorf("made: %s", a.body)
		}
		if got := r.must(200, "GET", path, ""); got.body != a.body {
			t.Errorf("read: %s", got.body)
		}
		link := r.make(map[string]any{"collectTax": true, "taxId": a.text(t, "id")})
		a = r.must(200, "PUT", path, `{"percentage":9.0,"active":false}`)
		if !strings.Contains(a.body, `"percentage":9,"active":false`) {
			t.Errorf("changed: %s", a.body)
		}
		if l := r.link(link); l.Price.Tax.Percent != 85_000 {
			t.Errorf("a link that was made before takes %s", l.Price.Tax.Percent.Decimal())
		}
		r.tax("20")
		for query, want := range map[string]int{"": 2, "?active=true": 1, "?active=false": 1, "?name=sales": 2, "?name=vat": 0, "?take=1": 1} {
			if got := r.must(200, "GET", taxes+query, "").rows(t); len(got) != want {
				t.Errorf("%s: %v", query, got)
			}
		}
		r.must(400, "GET", taxes+"?active=maybe", "")
		for _, bad := range []string{`{"name":"x"}`, `{"name":"x","percentage":101}`, `{"name":"x","percentage":-1}`, `{"name":"x","percentage":1.23456}`, `{"name":"x","percentage":"8"}`, `{"name":"x","percentage":8,"appIds":1}`} {
			r.must(400, "POST", taxes, bad)
		}
		for _, method := range []string{"PUT", "DELETE"} {
			if b := r.must(400, method, taxes, ""); !strings.HasPrefix(b.text(t, "message"), "Tax ID is required in the URL path. Use "+method+" /api/v0/taxes/{id} to ") {
				t.Errorf("%s: %s", method, b.body)
			}
		}
		r.must(200, "DELETE", path, "")
		r.must(404, "GET", path, "")
		if one := r.must(200, "GET", links+"/"+link.text(t, "id"), ""); fmt.Sprint(one.get(t, "tax.percentage")) != "8.5" {
			t.Errorf("the link's tax: %s", one.body)
		}
	})
}

func TestWebhooks(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", webhooks, `{"name":"Payment Notifications","url":"https://example.com/hook","isActive":true,"encrypted":false,"signing_secret":"abcdefghijklmnopqrstuvwxyz_0123456789-","events":["payment.completed"]}`)
		path := webhooks + "/" + a.text(t, "id")
		want := `"name":"Payment Notifications","url":"https://example.com/hook","isActive":true,"encrypted":false,"created_at":`
		if !strings.Contains(a.body, want) || !strings.Contains(a.body, `"delivery_stats":{"total_events":0,"successful_deliveries":0,"failed_deliveries":0,"last_delivery":null}`) || strings.Contains(a.body, "secret") {
			t.Errorf("made: %s", a.body)
		}
		r.product(nil) // an event
		if got := r.must(200, "GET", path, ""); fmt.Sprint(got.get(t, "delivery_stats.total_events")) != "1" {
			t.Errorf("read: %s", got.body)
		}
		if off := r.must(200, "PATCH", path, `{"isActive":false,"name":"Quiet"}`); off.get(t, "isActive") != false || off.text(t, "name") != "Quiet" || off.text(t, "url") != "https://example.com/hook" {
			t.Errorf("off: %s", off.body)
		}
		r.product(nil)
		if got := r.must(200, "PATCH", path, `{"isActive":true,"signing_secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`); fmt.Sprint(got.get(t, "delivery_stats.total_events")) != "1" || got.get(t, "isActive") != true {
			t.Errorf("on again: %s", got.body)
		}
		second := r.must(201, "POST", webhooks, `{"name":"Other","url":"https://example.com/other"}`)
		if rows := r.must(200, "GET", webhooks+"?take=1", "").rows(t); len(rows) != 1 || rows[0]["id"] != second.text(t, "id") {
			t.Errorf("the list: %v", rows)
		}
		for _, bad := range []string{`{}`, `{"name":"ab","url":"https://example.com/"}`, `{"name":"abc","url":"http://example.com/"}`, `{"name":"abc","url":"https://example.com/","encrypted":true}`,
			`{"name":"abc","url":"https://example.com/","signing_secret":"short"}`, `{"name":"abc","url":"https://example.com/","isActive":"yes"}`} {
			r.must(400, "POST", webhooks, bad)
		}
		r.must(400, "PATCH", path, `{"url":"gopher://x"}`)
		if gone := r.must(200, "DELETE", path, ""); gone.text(t, "id") != a.text(t, "id") {
			t.Errorf("deleted: %s", gone.body)
		}
		if again := r.must(404, "DELETE", path, ""); again.body != `{"statusCode":404,"message":"Webhook not found","error":"Not Found"}` {
			t.Errorf("again: %s", again.body)
		}
	})
}

// What another API made is told in these words, and what it alone knows stays its own.
func TestNeighboursOfOtherAPIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	ctx, mine := context.Background(), r.made.Merchant.ID
	var made till.Changed
	keep := func(c till.Changed) (int, string, []byte) { made = c; return 201, "", nil }
	for _, change := range []till.Change{
		r.till.AddsProduct(paylink.Product{MerchantID: mine, Name: "Seat", Price: paylink.Money{Minor: 1000, Currency: "CHF"}, Active: true, Dialect: "native", Foreign: `["its own"]`}),
		r.till.AddsCustomer(paylink.Customer{MerchantID: mine, Company: "Engines", Dialect: "native", Foreign: `["its own"]`}),
		r.till.AddsEndpoint(paylink.Endpoint{MerchantID: mine, URL: "https://engines.example/hook"}),
	} {
		if _, err := r.till.Once(ctx, nil, change, keep); err != nil {
			t.Fatal(err)
		}
	}
	seat := r.must(200, "GET", products, "").rows(t)[0]
	if fmt.Sprint(seat["name"], seat["price"], seat["currency"], seat["productType"]) != "Seat10CHFPRODUCT" {
		t.Errorf("a product: %v", seat)
	}
	r.must(200, "PUT", products+"/"+seat["id"].(string), `{"name":"Row","type":"X"}`)
	someone := r.must(200, "GET", customers, "").rows(t)[0]
	if fmt.Sprint(someone["customer_type"], someone["status"], someone["first_name"]) != "IndividualACTIVE" {
		t.Errorf("a customer: %v", someone)
	}
	r.must(200, "PATCH", customers+"/"+someone["id"].(string), `{"first_name":"Ada"}`)
	r.must(400, "PATCH", customers+"/"+someone["id"].(string), `{"status":"DEACTIVATED"}`)
	if hook := r.must(200, "GET", webhooks, "").rows(t)[0]; hook["name"] != "engines.example" {
		t.Errorf("a webhook: %v", hook)
	}
	err := r.till.Read(ctx, func(rd paylink.Reader) error {
		all, err := rd.Products(paylink.ProductFilter{MerchantID: mine})
		if err == nil && (all[0].Name != "Row" || all[0].Foreign != `["its own"]`) {
			t.Errorf("kept: %+v", all[0])
		}
		return err
	})
	if err != nil || made.Endpoint.ID == "" {
		t.Error(err)
	}
}

package elevate_test

import (
	"strings"
	"testing"
)

func TestACustomerIsMadeAndChanged(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", "/v1/customers", `{"customerName":"Grace Brewster Hopper","customerType":"RESIDENTIAL","customerAccountNumber":"A-7","emailAddress":"grace@example.org","siteId":3}`)
		want := `{"id":2,"customerName":"Grace Brewster Hopper","customerType":"RESIDENTIAL","customerAccountNumber":"A-7","emailAddress":"grace@example.org","createdDate":"2026-11-20","updatedDate":"2026-11-20"}`
		if a.body != want {
			t.Errorf("got  %s\nwant %s", a.body, want)
		}
		r.must(201, "POST", linkPath, order("1", `"customerId":2`))
		if a := r.must(200, "PATCH", "/v1/customers/2", `{"customerType":"BUSINESS","emailAddress":null}`); a.body != strings.Replace(want, "RESIDENTIAL", "BUSINESS", 1) {
			t.Errorf("changed to %s", a.body)
		}
		if a := r.must(200, "PATCH", "/v1/customers/1", `{"customerName":"Ada","customerType":"BUSINESS"}`); a.text(t, "customerName") != "Ada" || a.text(t, "emailAddress") != "ada@example.org" || a.text(t, "customerType") != "BUSINESS" {
			t.Errorf("another API's customer became %s", a.body)
		}
		if a := r.must(200, "GET", "/v1/customers"+firstPage+"&customerAccountNumber=A-7", ""); a.ids(t) != "2" {
			t.Errorf("by account number: %s", a.body)
		}
		r.must(409, "POST", "/v1/customers", `{"customerName":"Another","emailAddress":"GRACE@example.org"}`)
		r.must(409, "PATCH", "/v1/customers/1", `{"emailAddress":"grace@example.org"}`)
		for _, bad := range []string{`{}`, `[]`, `{"customerName":""}`, `{"customerName":"` + strings.Repeat("x", 256) + `"}`, `{"customerName":7}`,
			`{"customerName":"x","emailAddress":"nobody"}`, `{"customerName":"4242 4242 4242 4242"}`, `{"customerName":"x","customerType":"` + strings.Repeat("x", 51) + `"}`} {
			r.must(400, "POST", "/v1/customers", bad)
		}
		r.must(400, "PATCH", "/v1/customers/2", `{"emailAddress":"nobody"}`)
		r.must(404, "PATCH", "/v1/customers/3", `{"customerName":"x"}`)
		if a := r.must(200, "GET", "/v1/customers"+firstPage, ""); a.ids(t) != "1 2" {
			t.Errorf("after the refused ones: %s", a.body)
		}
	})
}

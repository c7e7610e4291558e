package elevate_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/dialect/elevate"
)

// tighten puts another server in front of the same books, whose lists look through few
// rows.
func (r *rig) tighten(near, most int) {
	r.t.Helper()
	h := &elevate.Handler{Till: r.till}
	h.Tight(near, most)
	mux := http.NewServeMux()
	h.Mount(mux)
	web := httptest.NewServer(mux)
	r.t.Cleanup(web.Close)
	r.url = web.URL
}

// What the store is asked for in steps is what it is asked for at once; what lies too far
// is refused and not left out.
func TestFiltersLookSoFarAndSayWhereTheyEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		for i := range 12 {
			r.at(day.Add(time.Duration(i) * 12 * time.Hour)) // on six days
			d := paylink.Debt{Reference: fmt.Sprint("N-", i), Amount: paylink.Money{Minor: 500, Currency: "USD"}, DueOn: fmt.Sprint("2027-01-", 10+i)}
			switch i % 5 {
			case 1:
				d.Dialect, d.Foreign = elevate.Name, elevate.Adhoc
			case 2:
				d.Dialect = elevate.Name // an invoice all the same
			}
			if d = r.owe(d); i == 8 {
				r.debt(r.till.CancelsDebt(r.made.Merchant.ID, d.ID, ""))
			}
		}
		r.token = r.login(brand)
		pages := func(list string) (out []string) {
			for page := 1; ; page++ {
				a := r.must(200, "GET", fmt.Sprintf("/v1/%s&page=%d&pageSize=2", list, page), "")
				if a.ids(t) == "" {
					return out
				}
				out = append(out, a.ids(t))
			}
		}
		lists := []string{"invoices?", "invoices?billRunType=ADHOC", "invoices?paymentStatus=WRITTEN_OFF", "invoices?paymentStatus=UNPAID", "invoices?paymentStatus=in:PAID,WRITTEN_OFF",
			"invoices?paymentStatus=PENDING", "invoices?dueDate=gt:2027-01-17", "invoices?dueDate=gtn:2027-01-20", "invoices?dueDate=2027-01-12", "invoices?dueDate=9999-12-31", "invoices?dueDate=gt:9999-12-31",
			"invoices?invoiceDate=lt:2026-11-22", "invoices?invoiceDate=2026-11-22", "invoices?invoiceDate=gt:2026-11-24", "invoices?invoiceNumber=like:n-1", "invoices?invoiceNumber=in:N-7,N-2,N-7,none",
			"invoices?invoiceNumber=%ff", "invoices?invoiceNumber=a%00", "invoices?billRunType=OTHER", "customers?createdDate=2026-11-20", "customers?createdDate=gt:2026-11-20", "customers?updatedDate=lt:2026-11-21", "customers?customerName=like:ada"}
		want := map[string]string{}
		for _, list := range lists {
			want[list] = strings.Join(pages(list), " | ")
		}
		for list, ids := range map[string]int{"invoices?": 10, "invoices?billRunType=ADHOC": 4, "invoices?paymentStatus=WRITTEN_OFF": 1, "invoices?dueDate=2027-01-12": 1, "invoices?invoiceNumber=in:N-7,N-2,N-7,none": 2, "invoices?dueDate=gt:9999-12-31": 0} {
			if got := len(strings.Fields(strings.ReplaceAll(want[list], "|", ""))); got != ids {
				t.Errorf("%s: %s, want %d", list, want[list], ids)
			}
		}
		r.tighten(3, 1000)
		for _, list := range lists {
			if got := strings.Join(pages(list), " | "); got != want[list] {
				t.Errorf("%s in steps: %s, want %s", list, got, want[list])
			}
		}
		r.tighten(1, 2)
		for _, list := range []string{"invoices?paymentStatus=PAID", "invoices?dueDate=gt:2028-01-01", "invoices?invoiceNumber=like:nothing"} {
			if a := r.must(400, "GET", "/v1/"+list+"&page=1&pageSize=1", ""); !strings.Contains(a.body, "narrow the list") {
				t.Errorf("%s: %s", list, a.body)
			}
		}
		r.must(200, "GET", "/v1/invoices?page=1&pageSize=100", "") // a list that nothing narrows
		r.must(200, "GET", "/v1/invoices?page=1&pageSize=1&paymentStatus=UNPAID", "")
	})
}

// Among more links than are looked at, one that stands is not looked for: making a link
// holds others up for a moment only.
func TestAMakerLooksAtTheNewestLinks(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	ask := order("1", `"customerId":1`)
	r.must(201, "POST", linkPath, ask)
	r.must(200, "POST", linkPath, ask)
	others := func(n int) {
		r.update(func(tx paylink.Tx) error {
			for range n {
				now := tx.Now()
				if err := tx.AddLink(paylink.Link{ID: paylink.NewID(paylink.PrefixLink, now), MerchantID: r.made.Merchant.ID, TerminalID: r.made.Terminals[0].ID,
					State: paylink.LinkOpen, Version: 1, CustomerID: r.debts[0].CustomerID, Dialect: "native", CreatedAt: now}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	others(999)
	r.must(200, "POST", linkPath, ask)
	others(1)
	r.must(201, "POST", linkPath, ask)
	r.must(200, "POST", linkPath, ask)
}

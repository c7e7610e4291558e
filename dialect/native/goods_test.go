package native_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/native"
	"paylink/till"
)

// A file that another API uploaded stays where its id is sent back; no other id is taken.
func TestAProductKeepsTheFilesThatAreSentBack(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	var made paylink.Product
	_, err := m.till.Once(t.Context(), nil, m.till.AddsProduct(paylink.Product{MerchantID: m.id, Dialect: "devdraft", Name: "Tee", Active: true,
		Price: paylink.Money{Minor: 100, Currency: "USD"}, Foreign: "{}"}, paylink.File{Type: "image/png", Bytes: []byte("png")}),
		func(d till.Changed) (int, string, []byte) {
			made = d.Product
			return http.StatusCreated, "", nil
		})
	if err != nil {
		t.Fatal(err)
	}
	at := "/products/" + made.ID
	if a := m.must(200, "POST", at, `{"images":["https://shop.example/a.png","`+made.Images[0]+`"]}`); !strings.Contains(a.body, `"images":["https://shop.example/a.png","`+made.Images[0]+`"]`) {
		t.Errorf("%s", a.body)
	}
	m.must(400, "POST", at, `{"images":["`+paylink.IDOf(paylink.PrefixFile, [16]byte{1})+`"]}`)
	m.must(400, "POST", "/products", `{"name":"x","price":"1","currency":"USD","images":["`+made.Images[0]+`"]}`)
}

// Products, taxes and customers are made, changed member by member, listed and removed,
// and told each time.
func TestGoodsLiveAndEnd(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(testing.TB) *rig{"SQLite": sqlite, "PostgreSQL": postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := make(t).merchant("a")
			for _, c := range []struct {
				path, kind, body, change, field string
				want                            any
				bad                             map[string]string
			}{
				{"/products", "product", `{"name":"Ticket","description":"x","price":"25.00","currency":"USD","metadata":{"a":"1"}}`, `{"price":"30.00","description":null,"metadata":{"b":"2"}}`, "price.decimal", "30.00",
					map[string]string{`{}`: "name required|price required", `{"name":"x","price":"1"}`: "currency required", `{"name":"x","price":"1","currency":"USD","images":["http://a.example/x"]}`: "images[0] url",
						`{"name":"x","price":"1","currency":"USD","active":"yes"}`: "active type", `{"name":"4111 1111 1111 1111","price":"1","currency":"USD"}`: "name card_number", `{"nam":"x","name":"x","price":"1","currency":"USD"}`: "nam unknown_field"}},
				{"/taxes", "tax", `{"name":"VAT","percent":"8.875"}`, `{"percent":"9"}`, "percent", "9",
					map[string]string{`{"name":"x"}`: "percent required", `{"name":"x","percent":8}`: "percent type", `{"name":"x","percent":"101"}`: "percent percent", `{"percent":"1"}`: "name required"}},
				{"/customers", "customer", `{"first_name":"Ada","email":"ada@example.com","country":"GB"}`, `{"city":"London","first_name":null}`, "city", "London",
					map[string]string{`{}`: "email required", `{"email":"ada@"}`: "email email", `{"email":"a@example.com","country":"XX"}`: "country country", `{"company":"` + strings.Repeat("x", 201) + `"}`: "company too_long"}},
			} {
				one := m.must(201, "POST", c.path, c.body, "Idempotency-Key: "+c.kind)
				if again := m.must(201, "POST", c.path, c.body, "Idempotency-Key: "+c.kind); again.body != one.body || one.get(t, "object") != c.kind || one.get(t, "made_by") != "native" {
					t.Errorf("%s, then %s", one.body, again.body)
				}
				at := c.path + "/" + one.id(t)
				if a := m.must(200, "POST", at, c.change); a.get(t, c.field) != c.want || a.get(t, "description") != nil || a.get(t, "first_name") != nil {
					t.Errorf("changed: %s", a.body)
				}
				if read := m.must(200, "GET", at, ""); read.get(t, c.field) != c.want {
					t.Errorf("read: %s", read.body)
				}
				m.must(400, "POST", at, `{}`)
				for body, want := range c.bad {
					got := m.must(400, "POST", c.path, body).codes(t)
					if slices.Sort(got); strings.Join(got, "|") != want {
						t.Errorf("%s %s: got %v, want %s", c.path, body, got, want)
					}
				}
				if id := firstOf(t, m.must(200, "GET", c.path, "")); id != one.id(t) {
					t.Errorf("listed: %s", id)
				}
				m.must(204, "DELETE", at, "")
				for _, method := range []string{"GET", "DELETE"} {
					if a := m.must(404, method, at, ""); a.get(t, "code") != c.kind+"_unknown" {
						t.Errorf("%s", a.body)
					}
				}
				if n := len(m.must(200, "GET", c.path, "").get(t, "data").([]any)); n != 0 {
					t.Errorf("%d are listed after the end", n)
				}
				for _, kind := range []string{"created", "updated", "removed"} {
					if n := len(m.must(200, "GET", "/events?object="+one.id(t)+"&type="+c.kind+"."+kind, "").get(t, "data").([]any)); n != 1 {
						t.Errorf("%s.%s was told %d times", c.kind, kind, n)
					}
				}
			}
			m.must(201, "POST", "/customers", `{"email":"Grace@example.com"}`)
			if a := m.must(409, "POST", "/customers", `{"email":"grace@example.com"}`); a.get(t, "code") != "email_taken" {
				t.Errorf("%s", a.body)
			}
			if n := len(m.must(200, "GET", "/customers?email=GRACE@example.com", "").get(t, "data").([]any)); n != 1 {
				t.Errorf("found by address: %d", n)
			}
			m.must(400, "GET", "/products?active=maybe", "")
		})
	}
}

// A link's price follows its products and has the tax on top; its page is prefilled.
func TestALinkOfProductsWithTaxForACustomer(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m, other := r.merchant("a"), r.merchant("b")
	make := func(m *merchant, path, body string) string { return m.must(201, "POST", path, body).id(t) }
	ticket := make(m, "/products", `{"name":"Ticket","price":"25.00","currency":"USD"}`)
	off := make(m, "/products", `{"name":"Old","price":"1.00","currency":"USD","active":false}`)
	tax := make(m, "/taxes", `{"name":"VAT","percent":"20"}`)
	unused := make(m, "/taxes", `{"name":"Old","percent":"1","active":false}`)
	ada := make(m, "/customers", `{"first_name":"Ada","email":"ada@example.com"}`)
	theirs := make(other, "/products", `{"name":"Theirs","price":"1.00","currency":"USD"}`)

	a := m.must(201, "POST", "/links", `{"currency":"USD","lines":[{"product":"`+ticket+`","quantity":2},{"title":"Fee","amount":"10.00"}],"tax":"`+tax+`","customer":"`+ada+`"}`)
	if a.get(t, "amount.decimal") != "72.00" || a.get(t, "tax.percent") != "20" || a.get(t, "customer") != ada {
		t.Errorf("%s", a.body)
	}
	if line := a.get(t, "lines").([]any)[0].(map[string]any); line["title"] != "Ticket" || line["product"] != ticket || line["quantity"] != 2.0 {
		t.Errorf("%v", line)
	}
	if a := m.must(201, "POST", "/links", `{"currency":"USD","lines":[{"product":"`+ticket+`","adjustable":{"least":1,"most":5}}]}`); a.get(t, "amount") != nil {
		t.Errorf("the payer decides, and yet: %s", a.body)
	}
	if a := m.must(200, "POST", "/links/"+a.id(t), `{"lines":[{"product":"`+ticket+`","quantity":3}]}`); a.get(t, "amount.decimal") != "90.00" {
		t.Errorf("three, with the tax as before: %s", a.body)
	}
	for body, want := range map[string]string{
		`{"lines":[{"product":"` + ticket + `"}]}`:                                                   "currency required",
		`{"currency":"USD","lines":[{"product":"` + ticket + `","amount":"1"}]}`:                     "lines[0].product product_decides",
		`{"currency":"USD","lines":[{"product":"prd_0"}]}`:                                           "lines[0].product product_unknown",
		`{"currency":"USD","lines":[{"product":"` + theirs + `"}]}`:                                  "lines[0].product product_unknown",
		`{"currency":"USD","lines":[{"product":"` + off + `"}]}`:                                     "lines[0].product product_gone",
		`{"currency":"USD","lines":[{"product":"` + ticket + `"},{"product":"` + ticket + `"}]}`:     "lines[1].product twice",
		`{"currency":"EUR","lines":[{"product":"` + ticket + `"}]}`:                                  "lines[0].product product_gone",
		`{"currency":"USD","lines":[{"product":"` + ticket + `","quantity":0}]}`:                     "lines[0].quantity range",
		`{"currency":"USD","lines":[{"amount":"1","quantity":9,"adjustable":{"least":1,"most":5}}]}`: "lines[0].quantity range",
		`{"currency":"USD","lines":[{"amount":"1","adjustable":{"least":"x"}}]}`:                     "lines[0].adjustable.least range",
		`{"currency":"USD","lines":[{"title":"x"}]}`:                                                 "lines[0].amount required",
		`{"currency":"USD","amount":"1","tax":"tax_0","customer":"cus_0"}`:                           "customer customer_unknown|tax tax_unknown",
		`{"currency":"USD","amount":"1","tax":"` + unused + `"}`:                                     "tax tax_inactive",
	} {
		got := m.must(400, "POST", "/links", body).codes(t)
		if slices.Sort(got); strings.Join(got, "|") != want {
			t.Errorf("%s: got %v, want %s", body, got, want)
		}
	}
	if got := m.must(400, "POST", "/links/"+a.id(t), `{"lines":[{"product":"`+off+`"}]}`).codes(t); !slices.Equal(got, []string{"lines[0].product product_gone"}) {
		t.Errorf("a change: %v", got)
	}
}

// Whatever a payer may type can be charged with its tax.
func TestTheMostThatMayBeTypedIsJudgedWithItsTax(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	tax := m.must(201, "POST", "/taxes", `{"name":"VAT","percent":"20"}`).id(t)
	open := func(most, more string) string {
		return `{"open_amount":{"min":"1.00","max":"` + most + `"},"currency":"USD"` + more + `}`
	}
	const all, some = "9999999999999.99", "8000000000000.00"
	m.must(201, "POST", "/links", open(all, ""))
	want := []string{"open_amount.max total_too_large"}
	if got := m.must(400, "POST", "/links", open(all, `,"tax":"`+tax+`"`)).codes(t); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	link := "/links/" + m.must(201, "POST", "/links", open(some, `,"tax":"`+tax+`"`)).id(t)
	if got := m.must(400, "POST", link, `{"open_amount":{"min":"1.00","max":"`+all+`"}}`).codes(t); !slices.Equal(got, want) {
		t.Errorf("a change: %v", got)
	}
	if a := m.must(200, "POST", link, `{"open_amount":{"min":"2.00","max":"`+some+`"}}`); a.get(t, "tax.percent") != "20" {
		t.Errorf("%s", a.body)
	}
}

func TestADebtIsAskedForByItsLinks(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	ada := m.must(201, "POST", "/customers", `{"first_name":"Ada","email":"ada@example.com"}`).id(t)
	debt := m.must(201, "POST", "/debts", `{"amount":"80.00","currency":"USD","reference":"INV-1","title":"Invoice 1","customer":"`+ada+`","due_on":"2027-01-31"}`)
	id := debt.id(t)
	if a := m.must(409, "POST", "/debts", `{"amount":"1","currency":"USD","reference":"INV-1"}`); a.get(t, "code") != "debt_exists" {
		t.Errorf("%s", a.body)
	}
	link := m.must(201, "POST", "/links", `{"debt":"`+id+`"}`)
	if link.get(t, "amount.decimal") != "80.00" || link.get(t, "title") != "Invoice 1" || link.get(t, "reference") != "INV-1" || link.get(t, "customer") != ada || link.get(t, "max_uses") != 1.0 {
		t.Errorf("%s", link.body)
	}
	if got := m.must(400, "POST", "/links/"+link.id(t), `{"amount":"1"}`).codes(t); !slices.Equal(got, []string{"amount debt_decides"}) {
		t.Errorf("%v", got)
	}
	if a := m.must(200, "POST", "/debts/"+id, `{"amount":"75.00","due_on":null}`); a.get(t, "amount.decimal") != "75.00" || a.get(t, "due_on") != nil || a.get(t, "object_version") != 2.0 {
		t.Errorf("%s", a.body)
	}
	if a := m.must(200, "GET", "/links/"+link.id(t), ""); a.get(t, "amount.decimal") != "75.00" || a.get(t, "object_version") != 1.0 {
		t.Errorf("after the debt was changed: %s", a.body)
	}
	if got := m.must(400, "POST", "/links/"+link.id(t), `{"amount":"74","paused":true}`).codes(t); !slices.Equal(got, []string{"amount debt_decides"}) {
		t.Errorf("%v", got)
	}
	for body, want := range map[string]string{
		`{}`:             "amount required",
		`{"amount":"1"}`: "currency required",
		`{"amount":"1","currency":"USD","due_on":"tomorrow"}`: "due_on date",
		`{"amount":"1","currency":"USD","customer":"cus_0"}`:  "customer customer_unknown",
	} {
		if got := m.must(400, "POST", "/debts", body).codes(t); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v, want %s", body, got, want)
		}
	}
	for body, want := range map[string]string{`{"debt":"deb_0"}`: "debt debt_unknown", `{"debt":"` + id + `","amount":"1","currency":"USD"}`: "amount debt_decides|currency debt_decides"} {
		got := m.must(400, "POST", "/links", body).codes(t)
		if slices.Sort(got); strings.Join(got, "|") != want {
			t.Errorf("%s: %v, want %s", body, got, want)
		}
	}
	if n := len(m.must(200, "GET", "/debts?unpaid=true&customer="+ada, "").get(t, "data").([]any)); n != 1 {
		t.Errorf("%d unpaid", n)
	}
	// Who owed it may be gone from the address book; what is owed is not.
	m.must(204, "DELETE", "/customers/"+ada, "")
	if a := m.must(201, "POST", "/links", `{"debt":"`+id+`"}`); a.get(t, "customer") != nil || a.get(t, "amount.decimal") != "75.00" {
		t.Errorf("%s", a.body)
	}
	if a := m.must(200, "POST", "/debts/"+id+"/cancel", `{"reason":"cash"}`); a.get(t, "state") != "cancelled" || a.get(t, "cancel_reason") != "cash" {
		t.Errorf("%s", a.body)
	}
	if a := m.must(409, "POST", "/debts/"+id+"/cancel", ""); a.get(t, "code") != "debt_cancelled" {
		t.Errorf("%s", a.body)
	}
	if n := len(m.must(200, "GET", "/debts?unpaid=true", "").get(t, "data").([]any)); n != 0 {
		t.Errorf("%d unpaid after the end", n)
	}
	m.stands(link.id(t), "written_off")
	if got := m.must(400, "POST", "/links", `{"debt":"`+id+`"}`).codes(t); !slices.Equal(got, []string{"debt debt_cancelled"}) {
		t.Errorf("%v", got)
	}
}

func TestALinkIsSentByMailAndWhatBecameOfItIsTold(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	link := m.must(201, "POST", "/links", cake).id(t)
	body := `{"recipients":[{"name":"Ada","email":"ada@example.com"},{"email":"grace@example.com"}],"message":"Hello"}`
	dry := m.must(200, "POST", "/links/"+link+"/share?dry_run=true", body)
	if mails := dry.get(t, "mails").([]any); len(mails) != 2 || dry.get(t, "result.object") != "share" || dry.get(t, "events").([]any)[0].(map[string]any)["type"] != "link.shared" {
		t.Errorf("%s", dry.body)
	}
	if n := len(m.must(200, "GET", "/links/"+link+"/shares", "").get(t, "data").([]any)); n != 0 {
		t.Errorf("a dry run left %d shares", n)
	}
	one := m.must(201, "POST", "/links/"+link+"/share", body, "Idempotency-Key: k")
	if again := m.must(201, "POST", "/links/"+link+"/share", body, "Idempotency-Key: k"); again.body != one.body {
		t.Errorf("%s, then %s", one.body, again.body)
	}
	if id := firstOf(t, m.must(200, "GET", "/links/"+link+"/shares", "")); id != one.id(t) {
		t.Errorf("listed %s", id)
	}
	if a := m.must(200, "GET", "/shares/"+one.id(t), ""); a.get(t, "recipients").([]any)[0].(map[string]any)["state"] != "waiting" {
		t.Errorf("%s", a.body)
	}
	for body, want := range map[string]string{`{}`: "recipients required", `{"recipients":[]}`: "recipients empty", `{"recipients":[{"name":"x"}]}`: "recipients[0].email required",
		`{"recipients":[{"email":"x@"}]}`: "recipients[0].email email", `{"recipients":[{"email":"a@example.com"}],"message":"` + strings.Repeat("x", 1025) + `"}`: "message too_long"} {
		if got := m.must(400, "POST", "/links/"+link+"/share", body).codes(t); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v, want %s", body, got, want)
		}
	}
	many := `{"recipients":[` + strings.TrimSuffix(strings.Repeat(`{"email":"ada@example.com"},`, 10), ",") + `]}`
	if a := m.must(429, "POST", "/links/"+link+"/share", many); a.get(t, "code") != "mail_limit" || a.header.Get("Retry-After") == "" {
		t.Errorf("%s, Retry-After %q", a.body, a.header.Get("Retry-After"))
	}
	m.must(200, "POST", "/links/"+link+"/close", "")
	if a := m.must(409, "POST", "/links/"+link+"/share", body); a.get(t, "code") != "link_closed" {
		t.Errorf("%s", a.body)
	}
	shirt := m.must(201, "POST", "/products", `{"name":"Tee","price":"25.00","currency":"USD"}`).id(t)
	sells := m.must(201, "POST", "/links", `{"currency":"USD","lines":[{"product":"`+shirt+`"}]}`).id(t)
	m.must(200, "POST", "/products/"+shirt, `{"active":false}`)
	told, _ := m.must(409, "POST", "/links/"+sells+"/share", body).get(t, "code").(string)
	if told != "link_unavailable" || !strings.Contains(string(native.Document()), `"code": "`+told+`"`) {
		t.Errorf("what is off sale is refused with %q, which the document should have", told)
	}
	r.till.Post = nil
	open := m.must(201, "POST", "/links", cake).id(t)
	if a := m.must(409, "POST", "/links/"+open+"/share", body); a.get(t, "code") != "mail_off" {
		t.Errorf("%s", a.body)
	}
}

// A link is told as its payers find it: its products and its debt have their say.
func TestALinkIsToldAsPayersFindIt(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	ticket := m.must(201, "POST", "/products", `{"name":"Ticket","price":"25.00","currency":"USD"}`).id(t)
	sells := "/links/" + m.must(201, "POST", "/links", `{"currency":"USD","lines":[{"product":"`+ticket+`"}]}`).id(t)
	m.must(200, "POST", "/products/"+ticket, `{"price":"30.00"}`)
	if a := m.must(200, "GET", sells, ""); a.get(t, "amount.decimal") != "30.00" || a.get(t, "standing") != "payable" {
		t.Errorf("after the price was raised: %s", a.body)
	}
	m.must(200, "POST", "/products/"+ticket, `{"active":false}`)
	for _, a := range []reply{m.must(200, "GET", sells, ""), m.must(200, "POST", sells, `{"title":"x"}`)} {
		if a.get(t, "standing") != "unavailable" {
			t.Errorf("off sale: %s", a.body)
		}
	}
	debt := m.must(201, "POST", "/debts", `{"amount":"80.00","currency":"USD"}`).id(t)
	asks := "/links/" + m.must(201, "POST", "/links", `{"debt":"`+debt+`"}`).id(t)
	m.must(200, "POST", "/debts/"+debt+"/cancel", `{"reason":"cash"}`)
	if a := m.must(200, "GET", asks, ""); a.get(t, "standing") != "written_off" {
		t.Errorf("cancelled: %s", a.body)
	}
	for _, one := range m.must(200, "GET", "/links", "").get(t, "data").([]any) {
		if got := one.(map[string]any)["standing"]; got == "payable" {
			t.Errorf("listed as payable: %v", one)
		}
	}
}

// A link says of itself what its payers find: what stands behind it has its say.
func TestALinkStandsAsItsProductAndDebtSay(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	ticket := m.must(201, "POST", "/products", `{"name":"Ticket","price":"25.00","currency":"USD"}`).id(t)
	link := m.must(201, "POST", "/links", `{"currency":"USD","lines":[{"product":"`+ticket+`"}]}`).id(t)
	m.must(200, "POST", "/products/"+ticket, `{"price":"30.00"}`)
	if a := m.must(200, "GET", "/links/"+link, ""); a.get(t, "amount.decimal") != "30.00" || a.get(t, "standing") != "payable" {
		t.Errorf("after the price went up: %s", a.body)
	}
	m.must(200, "POST", "/products/"+ticket, `{"active":false}`)
	m.stands(link, "unavailable")
	if a := m.must(200, "POST", "/links/"+link, `{"paused":true,"metadata":{"a":"1"}}`); a.get(t, "standing") != "paused" {
		t.Errorf("what is not sold can be paused: %s", a.body)
	}
	m.must(400, "POST", "/links/"+link, `{"lines":[{"product":"`+ticket+`"}]}`)
	m.must(200, "POST", "/products/"+ticket, `{"active":true,"price":"35.00"}`)
	if a := m.must(200, "POST", "/links/"+link, `{"paused":false}`); a.get(t, "amount.decimal") != "35.00" || a.get(t, "standing") != "payable" {
		t.Errorf("sold again: %s", a.body)
	}

	debt := m.must(201, "POST", "/debts", `{"amount":"80.00","currency":"USD","reference":"INV-1"}`).id(t)
	owed := m.must(201, "POST", "/links", `{"debt":"`+debt+`"}`).id(t)
	m.must(200, "POST", "/links/"+owed, `{"paused":true}`)
	m.must(200, "POST", "/debts/"+debt+"/cancel", "")
	m.stands(owed, "paused")
	for _, path := range []string{"?dry_run=true", ""} {
		a := m.must(200, "POST", "/links/"+owed+path, `{"paused":false}`)
		if a.get(t, "standing") != "written_off" && a.get(t, "result.standing") != "written_off" {
			t.Errorf("a change, %q: %s", path, a.body)
		}
	}
	m.stands(owed, "written_off")
	event := m.must(200, "GET", "/events?type=link.updated&object="+owed, "").get(t, "data").([]any)[0].(map[string]any)
	if is := event["data"].(map[string]any)["standing"]; is != "written_off" {
		t.Errorf("the event says %v", is)
	}
}

// stands checks a link's standing where it is read and listed.
func (m *merchant) stands(link, want string) {
	m.t.Helper()
	if a := m.must(200, "GET", "/links/"+link, ""); a.get(m.t, "standing") != want {
		m.t.Errorf("read, not %s: %s", want, a.body)
	}
	for _, one := range m.must(200, "GET", "/links", "").get(m.t, "data").([]any) {
		if l := one.(map[string]any); l["id"] == link && l["standing"] != want {
			m.t.Errorf("listed as %v, not %s", l["standing"], want)
		}
	}
}

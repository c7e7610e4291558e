package audit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/audit"
)

func run(t *testing.T, b *books, quiet bool) ([]audit.Violation, audit.Report) {
	t.Helper()
	found, report, err := audit.Run(context.Background(), b, audit.Options{Book: b.gateway(), Quiet: quiet,
		Once: func(scope string) (bool, error) { return scope == "s", nil }})
	if err != nil {
		t.Fatal(err)
	}
	return found, report
}

func TestAHealthyStoreHasNoViolation(t *testing.T) {
	t.Parallel()
	for _, quiet := range []bool{false, true} {
		found, report := run(t, healthy(), quiet)
		for _, v := range found {
			t.Error(v)
		}
		if report.Links != 4 || report.Payments != 10 || report.Steps != 38 || report.Charges != 9 || report.Debts != 2 ||
			report.Claims != 3 || report.Endpoints != 3 || report.Violations != 0 || report.States["captured"] != 2 {
			t.Errorf("report: %+v", report)
		}
		if !slices.Contains(report.Checked, "I-02") || slices.Contains(report.Checked, "quiet") != quiet {
			t.Errorf("checked: %v", report.Checked)
		}
	}
}

// find gives the row of a payment.
func (b *books) find(id string) *row {
	for i := range b.payments {
		if b.payments[i].ID == id {
			return &b.payments[i]
		}
	}
	panic(id)
}

// planted is every way to break the healthy books that an audit must name.
var planted = []struct {
	id, what string
	quiet    bool // found at rest only
	also     string
	break_   func(b *books)
}{
	{"store", "the engine's files are damaged", false, "", func(b *books) { b.damage = errors.New("page 7 is torn") }},
	{"I-01", "a posting lost one side", false, "", func(b *books) {
		r := b.find("pay_02")
		r.entries = append(r.entries, paylink.Entry{Posting: "txn_x", PaymentID: r.ID, MerchantID: merchant, Account: paylink.AccountClearing, Amount: r.Amount})
	}},
	{"I-01", "two currencies that cancel out only together", false, "book", func(b *books) {
		r := b.find("pay_02")
		r.entries[0].Amount.Currency = "CAD"
	}},
	{"I-02", "the gateway took money that we do not have", true, "", func(b *books) { b.charges[0].Captured = 2500; b.charges[0].State = "voided" }},
	{"I-02", "we have money that the gateway does not", true, "", func(b *books) { b.charges[1].State, b.charges[1].Captured = "declined", 0 }},
	{"I-02", "the gateway has no charge at all", true, "", func(b *books) { b.charges = slices.Delete(b.charges, 1, 2) }},
	{"I-02", "a refund is missing in our book", true, "", func(b *books) { b.charges[1].Refunded = 2500 }},
	{"I-02", "the gateway no longer holds what we think is held", true, "", func(b *books) { b.charges[2].State = "voided" }},
	{"I-02", "the gateway has a charge that we do not know", false, "", func(b *books) {
		b.charges = append(b.charges, audit.BankCharge{Key: "pay_lost", Account: "acct", State: "captured", Captured: 1})
	}},
	{"I-03", "one key was charged twice", false, "", func(b *books) { b.charges = append(b.charges, b.charges[1]) }},
	{"I-04", "a link was paid too often", false, "", func(b *books) {
		b.findLink("plk_shut").MaxUses = 1
		b.pay("pay_11", "plk_shut", 500, paylink.Reserved, paylink.Sending, paylink.Captured)
	}},
	{"I-04", "surplus money is booked as the merchant's", false, "", func(b *books) {
		b.find("pay_07").Surplus = true
		b.findLink("plk_many").Succeeded--
	}},
	{"I-05", "a slot was never given back", false, "", func(b *books) { b.findLink("plk_one").Reserved = 1 }},
	{"I-05", "a use was not counted", false, "", func(b *books) { b.findLink("plk_many").Succeeded-- }},
	{"I-05", "more slots are taken than there are", false, "", func(b *books) {
		b.pay("pay_11", "plk_one", 500, paylink.Reserved)
	}},
	{"I-06", "the amount is not the sum of the lines", false, "", func(b *books) {
		r := b.find("pay_03")
		r.Amount.Minor = 2400
	}},
	{"I-06", "the lines are not the link's", false, "", func(b *books) {
		r := b.find("pay_03")
		r.Lines = []paylink.Line{{Title: "Seat", Amount: 2500}}
	}},
	{"I-06", "a typed amount is out of range", false, "", func(b *books) {
		open := paylink.Line{Open: true, Min: 100, Max: 2000}
		b.findLink("plk_debt").Price.Lines = []paylink.Line{open}
		open.Amount = 2500
		b.find("pay_09").Lines, b.find("pay_10").Lines = []paylink.Line{open}, []paylink.Line{open}
	}},
	{"I-06", "the gateway charged another amount", false, "", func(b *books) { b.charges[1].Amount.Minor = 250000 }},
	{"I-06", "the gateway charged for another account", false, "", func(b *books) { b.charges[1].Account = "other" }},
	{"I-06", "a payment's link is gone", false, "", func(b *books) { b.find("pay_10").LinkID = "plk_gone" }},
	{"I-07", "more was captured than asked", false, "", func(b *books) { b.find("pay_02").Captured = 2501 }},
	{"I-08", "more was refunded than captured", false, "", func(b *books) { b.find("pay_04").Refunded = 2501 }},
	{"I-11", "an amount of nothing", false, "", func(b *books) { b.find("pay_01").Amount.Minor = 0 }},
	{"I-11", "a currency that is none", false, "", func(b *books) { b.find("pay_01").Amount.Currency = "XXX" }},
	{"I-12", "a step is missing", false, "", func(b *books) { r := b.find("pay_02"); r.steps = slices.Delete(r.steps, 1, 2) }},
	{"I-12", "an edge that is not in the table", false, "", func(b *books) { b.find("pay_01").steps[2].Cause = paylink.CauseSend }},
	{"I-12", "the state is not the last step's", false, "", func(b *books) { b.find("pay_01").State = paylink.Abandoned }},
	{"I-12", "a step is numbered twice", false, "", func(b *books) { b.find("pay_01").steps[2].N = 2 }},
	{"I-13", "captured money became a decline", false, "", func(b *books) {
		r := b.find("pay_02")
		r.steps = append(r.steps, paylink.Step{PaymentID: r.ID, N: 5, From: paylink.Captured, To: paylink.Declined, Cause: paylink.CauseOutcome, Evidence: paylink.EvidenceQuery, At: at(120)})
		r.State, r.Version = paylink.Declined, 5
	}},
	{"I-13", "a decline became money by one source", false, "", func(b *books) { b.find("pay_07").steps[3].Evidence = paylink.EvidenceCallback }},
	{"I-14", "a verdict without evidence", false, "", func(b *books) { b.find("pay_02").steps[3].Evidence = "" }},
	{"I-14", "a browser's return as evidence", false, "", func(b *books) { b.find("pay_02").steps[3].Evidence = "redirect" }},
	{"I-15", "sent, nothing known, and given up", false, "", func(b *books) {
		r := b.find("pay_06")
		r.steps[2].Cause = paylink.CauseGiveUp
	}},
	{"I-16", "two payments of a single-use link at once", false, "", func(b *books) {
		for i := range b.find("pay_02").steps { // it began while the first was under way
			b.find("pay_02").steps[i].At = at(100 + i)
		}
	}},
	{"I-16", "two payments of one debt at once", false, "", func(b *books) {
		for i := range b.find("pay_10").steps {
			b.find("pay_10").steps[i].At = at(400 + i)
		}
	}},
	{"I-21", "a key answers with a link that does not exist", false, "", func(b *books) { b.claims[0].ObjectID = "plk_gone" }},
	{"I-21", "a key without an object", false, "", func(b *books) { b.claims[0].ObjectID = "" }},
	{"I-21", "a failure was stored under a key", false, "", func(b *books) { b.claims[0].Status = 500 }},
	{"I-26", "a change was never told", false, "", func(b *books) { b.events = slices.DeleteFunc(b.events, toldOf("pay_02")) }},
	{"I-26", "a change was told twice", false, "I-27", func(b *books) {
		i := slices.IndexFunc(b.events, toldOf("pay_02"))
		b.events = append(b.events, b.events[i])
		b.events[len(b.events)-1].ID = "evt_x"
		b.events[len(b.events)-1].Body = []byte(strings.Replace(string(b.events[i].Body), b.events[i].ID, "evt_x", 1))
	}},
	{"I-26", "an event of something that never was", false, "", func(b *books) { b.event(paylink.EventPaymentSucceeded, "pay_99", 3, 500) }},
	{"I-26", "an event has the wrong version", false, "", func(b *books) { b.events[slices.IndexFunc(b.events, toldOf("pay_02"))].Version = 3 }},
	{"I-26", "a body shows another version than its row", false, "", func(b *books) {
		e := &b.events[slices.IndexFunc(b.events, toldOf("pay_02"))]
		e.Body = []byte(strings.ReplaceAll(string(e.Body), `"object_version":4`, `"object_version":3`))
	}},
	{"I-26", "a mismatch was not told", false, "", func(b *books) {
		b.pay("pay_11", "plk_many", 500, paylink.Reserved, paylink.Sending, paylink.Mismatch)
		b.events = slices.DeleteFunc(b.events, toldOf("pay_11"))
	}},
	{"I-26", "a review of a payment that needs none", false, "", func(b *books) { b.event(paylink.EventPaymentReview, "pay_02", 4, 500) }},
	{"I-27", "an endpoint was forgotten", false, "", func(b *books) { b.deliveries = b.deliveries[1:] }},
	{"I-27", "a delivery waits for ever", false, "", func(b *books) { b.deliveries[0].State = paylink.DeliveryWaiting }},
	{"I-27", "a delivery went to another merchant", false, "I-27", func(b *books) { b.deliveries[0].EndpointID = "whe_other" }},
	{"I-27", "an endpoint was disabled in silence", false, "", func(b *books) { b.endpoints[1].Disabled = true }},
	{"I-26", "a link was changed and it was not told", false, "", func(b *books) { b.findLink("plk_one").Version = 2 }},
	{"I-30", "a closed link is at the version it was made with", false, "", func(b *books) { b.findLink("plk_shut").Version = 1 }},
	{"I-30", "a version that nobody could change a link to", false, "", func(b *books) { b.findLink("plk_one").Version = 1 << 17 }},
	{"I-06", "a payment of the link's newest version has other lines", false, "", func(b *books) {
		b.findLink("plk_shut").Price.Lines[0].Amount++
		b.pay("pay_11", "plk_shut", 100, paylink.Reserved, paylink.Sending, paylink.Declined).Lines = []paylink.Line{{Amount: 2500}}
	}},
	{"I-36", "a payment of a link that had expired", false, "", func(b *books) { b.findLink("plk_one").ExpiresAt = b.find("pay_02").CreatedAt }},
	{"I-36", "a payment of a link that had been closed", false, "", func(b *books) {
		b.findLink("plk_one").ExpiresAt = b.find("pay_02").CreatedAt.Add(time.Hour)
		b.findLink("plk_one").ClosedAt = b.find("pay_02").CreatedAt.Add(-time.Microsecond)
	}},
	{"debt", "a debt's counter is wrong", false, "", func(b *books) { b.debts[0].Paid = 0 }},
	{"debt", "a debt that a merchant made was paid twice", false, "I-26", func(b *books) {
		b.debts[0].ID, b.debts[0].PaymentID, b.debts[0].Version = "deb_1", "pay_10", 2
		b.find("pay_09").State, b.debts[0].Paid = paylink.Captured, 2
	}},
	{"debt", "a debt does not say what paid it", false, "I-26", func(b *books) { b.debts[0].ID, b.debts[0].Version = "deb_1", 2 }},
	{"I-26", "a debt was paid in silence", false, "", func(b *books) {
		b.debts[0].ID, b.debts[0].PaymentID, b.debts[0].Version = "deb_1", "pay_10", 2
		b.event(paylink.EventDebtCreated, "deb_1", 1, 50)
	}},
	{"I-26", "a debt that begins with its payment", false, "", func(b *books) {
		b.debts[0].ID, b.debts[0].PaymentID, b.debts[0].Version = "deb_1", "pay_10", 1
		b.event(paylink.EventDebtPaid, "deb_1", 1, 50)
	}},
	{"I-30", "a debt at no version", false, "", func(b *books) { b.debts[0].ID, b.debts[0].PaymentID = "deb_1", "pay_10" }},
	{"debt", "a debt is missing", false, "", func(b *books) { b.debts = b.debts[1:] }},
	{"book", "a capture was not booked", false, "", func(b *books) { b.find("pay_02").entries = nil }},
	{"book", "money is in suspense though nothing is amiss", false, "", func(b *books) {
		r := b.find("pay_02")
		r.entries = append(r.entries, paylink.Post(r.Payment, paylink.AccountSuspense, paylink.AccountClearing+":sandbox", 100, at(900))...)
	}},
	{"book", "an entry of another merchant", false, "", func(b *books) { b.find("pay_02").entries[0].MerchantID = "mer_2" }},
	{"mail", "a recipient has no letter", false, "", func(b *books) { b.mails = b.mails[1:] }},
	{"mail", "a recipient has two letters", false, "", func(b *books) { b.mails = append(b.mails, b.mails[0]) }},
	{"mail", "a letter waits for ever", false, "", func(b *books) { b.mails[0].State = paylink.MailWaiting }},
	{"mail", "a letter was given up without a reason", false, "", func(b *books) { b.mails[0].State = paylink.MailCancelled }},
	{"mail", "a link that does not exist was shared", false, "", func(b *books) { b.shares[0].LinkID = "plk_gone" }},
	{"I-26", "a letter that was given up was not told", false, "", func(b *books) {
		b.events = slices.DeleteFunc(b.events, func(e paylink.Event) bool { return e.Type == paylink.EventShareFailed })
	}},
	{"I-26", "a letter that was sent was told as given up", false, "", func(b *books) { b.event(paylink.EventShareFailed, "shr_1", 3, 423) }},
	{"I-26", "a share was not told", false, "", func(b *books) { b.events = slices.DeleteFunc(b.events, toldOf("shr_1")) }},
	{"find", "a link is not found by its metadata", false, "", func(b *books) { b.words = b.words[1:] }},
	{"find", "a link is found by what it had before", false, "", func(b *books) {
		b.words = append(b.words, paylink.Word{MerchantID: merchant, Key: "order", Value: "41", LinkID: "plk_one"})
	}},
	{"find", "a link is found by another merchant", false, "", func(b *books) { b.words[0].MerchantID = "mer_2" }},
	{"find", "two links are found by each other's metadata", false, "", func(b *books) { b.words[0].Value, b.words[2].Value = "", "42" }},
	{"find", "a link that does not exist is found", false, "", func(b *books) {
		b.words = append(b.words, paylink.Word{MerchantID: merchant, Key: "order", Value: "42", LinkID: "plk_gone"})
	}},
	{"quiet", "a payment is still unknown", true, "", func(b *books) {
		b.pay("pay_11", "plk_many", 500, paylink.Reserved, paylink.Sending, paylink.Unknown)
	}},
	{"quiet", "a payment is still reserved", true, "", func(b *books) { b.pay("pay_11", "plk_many", 500, paylink.Reserved) }},
}

func toldOf(id string) func(paylink.Event) bool {
	return func(e paylink.Event) bool { return e.ObjectID == id }
}

func TestEachPlantedViolationIsNamed(t *testing.T) {
	t.Parallel()
	for _, p := range planted {
		t.Run(p.id+" "+p.what, func(t *testing.T) {
			t.Parallel()
			b := healthy()
			p.break_(b)
			found, report := run(t, b, true)
			if report.ByID[p.id] == 0 {
				t.Fatalf("not found; said: %v", found)
			}
			for _, v := range found {
				if v.Text == "" || strings.Contains(v.Text, "%!") {
					t.Errorf("says nothing: %+v", v)
				}
			}
			if found, report = run(t, b, false); (report.ByID[p.id] == 0) != p.quiet {
				t.Errorf("while work is under way: %v", found)
			}
			if p.also != "" && report.ByID[p.also] == 0 {
				t.Errorf("%s is broken too; said: %v", p.also, found)
			}
		})
	}
}

// Each statement of the documentation has a planted violation.
func TestEachStatementIsTested(t *testing.T) {
	t.Parallel()
	_, report := run(t, healthy(), true)
	for _, id := range report.Checked {
		if !slices.ContainsFunc(planted, func(p struct {
			id, what string
			quiet    bool
			also     string
			break_   func(b *books)
		}) bool {
			return p.id == id
		}) {
			t.Errorf("no test breaks %s", id)
		}
	}
}

// What is in order though it looks odd must not be called broken: an audit that
// cries wolf is not read.
func TestWhatIsInOrderIsLeftAlone(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(b *books){
		"a review while unknown": func(b *books) {
			b.pay("pay_11", "plk_many", 500, paylink.Reserved, paylink.Sending, paylink.Unknown)
			b.event(paylink.EventPaymentReview, "pay_11", 3, 900)
		},
		"money in suspense after a mismatch": func(b *books) {
			r := b.pay("pay_11", "plk_many", 500, paylink.Reserved, paylink.Sending, paylink.Mismatch)
			r.entries = paylink.Post(r.Payment, paylink.AccountSuspense, paylink.AccountClearing+":sandbox", 2600, at(502))
		},
		"a late success of a link that was paid meanwhile": func(b *books) {
			r := b.pay("pay_11", "plk_one", 90, paylink.Reserved, paylink.Sending, paylink.Declined, paylink.CapturedLate)
			r.Surplus = true
			r.entries = paylink.Post(r.Payment, paylink.AccountOwedBack, paylink.AccountClearing+":sandbox", 2500, at(700))
			b.findLink("plk_one").Succeeded--
		},
		"an endpoint made after an event, one removed before it, one off": func(b *books) {
			b.event(paylink.EventEndpointDisabled, "whe_off", 1, 20)
			b.endpoints = append(b.endpoints, paylink.Endpoint{ID: "whe_new", MerchantID: merchant, CreatedAt: at(5000)},
				paylink.Endpoint{ID: "whe_gone", MerchantID: merchant, CreatedAt: at(1), RemovedAt: at(5)},
				paylink.Endpoint{ID: "whe_off", MerchantID: merchant, CreatedAt: at(15), Disabled: true})
		},
		"a payment of a debt that was raised after its link was made": func(b *books) {
			r := b.pay("pay_11", "plk_many", 500, paylink.Reserved, paylink.Sending, paylink.Captured)
			r.Lines = []paylink.Line{{Title: "Seat", Amount: 2500, Owed: true}}
			b.findLink("plk_many").Price.Lines = []paylink.Line{{Title: "Seat", Amount: 2000, Owed: true}}
		},
		"a replayed delivery": func(b *books) {
			again := b.deliveries[0]
			again.ID = "whd_again"
			b.deliveries = append(b.deliveries, again)
		},
		"a bank debit that came back": func(b *books) {
			b.pay("pay_11", "plk_many", 500, paylink.Reserved, paylink.Sending, paylink.Pending, paylink.Returned)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := healthy()
			change(b)
			found, _ := run(t, b, false)
			for _, v := range found {
				t.Error(v)
			}
		})
	}
}

func TestOnlyTheAccountsNamedAreJudged(t *testing.T) {
	t.Parallel()
	b := healthy()
	b.charges = append(b.charges, audit.BankCharge{Key: "somebody", Account: "theirs", State: "captured", Captured: 5})
	book := b.gateway()
	book.Accounts = []string{"acct"}
	found, report, err := audit.Run(context.Background(), b, audit.Options{Book: book, Quiet: true})
	if err != nil || len(found) != 0 || report.Charges != 9 {
		t.Errorf("%v, %+v, %v", found, report, err)
	}
}

func TestManyViolationsAreCountedAndFewKept(t *testing.T) {
	t.Parallel()
	b := healthy()
	for i := range b.payments {
		b.payments[i].Amount.Minor = 0
	}
	found, report, err := audit.Run(context.Background(), b, audit.Options{Most: 3})
	if err != nil || len(found) != 3 || report.ByID["I-11"] != 10 || report.Violations < 20 {
		t.Errorf("%d kept, %+v, %v", len(found), report, err)
	}
}

func TestTheSandboxsBookIsReadPageByPage(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		after := r.URL.Query().Get("after")
		next := map[string]int{"0": 2, "2": 4, "4": 0}[after]
		_, _ = fmt.Fprintf(w, `{"charges":[{"seq":1,"id":"ch","account":"a","key":"k%s","state":"captured","amount":2500,"currency":"USD","captured":2500,"refunded":100}],"next":%d}`, after, next)
	}))
	defer server.Close()
	var got []audit.BankCharge
	read := func() error {
		got = nil
		return audit.SandboxBook(server.URL+"/").Each(context.Background(), func(c audit.BankCharge) error {
			got = append(got, c)
			return nil
		})
	}
	if err := read(); err != nil || len(got) != 3 || got[2].Key != "k4" || got[0].Amount != (paylink.Money{Minor: 2500, Currency: "USD"}) || got[0].Refunded != 100 {
		t.Errorf("%+v, %v", got, err)
	}
	status = http.StatusBadGateway
	if err := read(); err == nil || !strings.Contains(err.Error(), server.URL) {
		t.Errorf("a broken book: %v", err)
	}
}

// A million payments must fit into memory: what is kept of each is a few words.
func TestFewWordsAreKeptOfEachPayment(t *testing.T) {
	many := newMany(5_000)
	found, report, err := audit.Run(context.Background(), many, audit.Options{})
	if err != nil || len(found) != 0 || report.Payments != many.n {
		t.Fatalf("%v, %+v, %v", found, report, err)
	}
	if kept := int(many.after-many.before) / many.n; kept > 400 {
		t.Errorf("%d bytes are kept of each link and its payment", kept)
	}
}

// many is a store of n links with one declined payment each, made as it is read.
type many struct {
	*books
	n             int
	before, after uint64 // bytes of heap in use
}

func newMany(n int) *many {
	b := &books{}
	b.link("plk_#", 1, 1)
	b.pay("pay_#", "plk_#", 1, paylink.Reserved, paylink.Sending, paylink.Declined)
	return &many{books: b, n: n}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (m *many) Audit(_ context.Context, f func(paylink.Ledgers) error) error {
	m.before = heap()
	return f(m)
}

func (m *many) EachLink(f func(paylink.Link) error) error {
	for i := range m.n {
		l := m.links[0]
		l.ID = fmt.Sprintf("plk_%d", i)
		if err := f(l); err != nil {
			return err
		}
	}
	return nil
}

func (m *many) EachEvent(f func(paylink.Event) error) error {
	for i := range m.n {
		for j, e := range m.events {
			id := fmt.Sprintf("evt_%d_%d", i, j)
			object := strings.Replace(e.ObjectID, "#", strconv.Itoa(i), 1)
			e.Body = []byte(strings.NewReplacer(e.ID, id, e.ObjectID, object).Replace(string(e.Body)))
			e.ID, e.ObjectID = id, object
			if err := f(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *many) EachPayment(f func(paylink.Payment, []paylink.Step, []paylink.Entry) error) error {
	for i := range m.n {
		r := m.payments[0]
		r.ID, r.LinkID = fmt.Sprintf("pay_%d", i), fmt.Sprintf("plk_%d", i)
		r.steps = slices.Clone(r.steps)
		for j := range r.steps {
			r.steps[j].PaymentID = r.ID
		}
		if err := f(r.Payment, r.steps, nil); err != nil {
			return err
		}
	}
	return nil
}

// EachClaim comes after all that is kept has been read.
func (m *many) EachClaim(func(paylink.Claim) error) error {
	m.after = heap()
	return nil
}

package payroc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// box is a postman that keeps what it is given.
type box struct {
	mu   sync.Mutex
	sent []paylink.Message
}

func (b *box) Send(_ context.Context, m paylink.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, m)
	return nil
}

// mails lets the rig send letters, whose text is their link.
func (r *rig) mails() *box {
	b := &box{}
	r.till.Post = &till.Post{Postman: b, Write: func(l till.Letter) (paylink.Message, error) {
		return paylink.Message{ID: l.Mail.MessageID, To: paylink.Recipient{Name: l.Mail.Name, Email: l.Mail.To},
			Subject: string(l.Mail.Kind), Text: l.Share.Message + l.URL}, nil
	}}
	return b
}

// deliver sends what is due.
func (r *rig) deliver() {
	r.t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = r.till.Mail(context.Background(), 10); err != nil {
			r.t.Fatal(err)
		}
	}
}

const toSarah = `{"sharingMethod":"email","merchantCopy":true,"message":"Dear Sarah","recipients":[{"name":"Sarah Hazel Hopper","email":"sarah.hopper@example.com"}]}`

func TestSharingExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.mails()
	names := r.furnish(t)
	all := examples(t, "sharing-events", 5)
	link := names.Replace("/v1/payment-links/JZURRJBUPS")

	all[4].Request.Method, all[4].Request.Path = "GET", link+"/sharing-events"
	r.play(t, all[4], names) // none
	a := r.play(t, all[0], names)
	if at, err := time.Parse(time.RFC3339, a.text(t, "dateTime")); err != nil || !strings.HasSuffix(a.text(t, "dateTime"), "Z") || day.Sub(at).Abs() > time.Minute {
		t.Errorf("dateTime %s", a.body)
	}
	r.play(t, all[1], names)
	r.deliver()
	var got []string
	for _, m := range b.sent {
		got = append(got, m.Subject+" "+m.To.Email)
	}
	slices.Sort(got) // those of one round leave together
	want := "[share s@example.com share sarah.hopper@example.com share t@example.com share_copy help@harbor.example]"
	if fmt.Sprint(got) != want {
		t.Errorf("letters: %v, want %v", got, want)
	}

	dead := r.make(donation)
	r.must(200, "POST", dead+"/deactivate", "")
	paid := r.make(pizza)
	r.paid(paid)
	for _, link := range []string{dead, paid} {
		e := all[2]
		e.Request.Method, e.Request.Path, e.Request.Body = "POST", link+"/sharing-events", json.RawMessage(toSarah)
		e.Request.Headers = map[string]string{"Idempotency-Key": "new"}
		r.play(t, e, names)
		r.must(200, "GET", link+"/sharing-events", "")
	}

	// The page of the example: the second and third of three with these words.
	other := r.make(donation)
	for _, message := range []string{"a", "b", "c"} {
		r.must(201, "POST", other+"/sharing-events", strings.Replace(toSarah, "Dear Sarah", message, 1), key())
	}
	e := all[3]
	e.Request.Path = strings.Replace(e.Request.Path, "JZURRJBUPS", path.Base(other), 1)
	e.Response.Body = json.RawMessage(strings.NewReplacer("JZURRJBUPS", path.Base(other),
		"?limit=2&after=", "?limit=2&recipientName=Sarah%20Hazel%20Hopper&recipientEmail=sarah.hopper%40example.com&after=").Replace(string(e.Response.Body)))
	next := linkTo(t, r.play(t, e, names), "next")
	last := r.must(200, "GET", next, "")
	if last.get(t, "hasMore") != false || linkTo(t, last, "next") != "" || !strings.Contains(last.body, `"message":"c"`) {
		t.Errorf("the last page: %s", last.body)
	}
	first := r.must(200, "GET", linkTo(t, last, "previous"), "")
	if !strings.Contains(first.body, `"message":"a"`) || !strings.Contains(first.body, `"message":"b"`) || linkTo(t, first, "previous") != "" {
		t.Errorf("back: %s", first.body)
	}
}

func TestASharedLinkIsFoundByItsRecipients(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.mails()
	shared, two := r.make(donation), r.make(pizza)
	r.make(donation)
	r.must(201, "POST", shared+"/sharing-events", toSarah, key())
	r.must(201, "POST", two+"/sharing-events", strings.Replace(toSarah, `[{`, `[{"name":"Tom","email":"tom@example.com"},{`, 1), key())
	for query, want := range map[string][]string{
		"recipientName=Tom":                                           {two},
		"recipientEmail=SARAH.hopper%40example.com":                   {shared, two},
		"recipientName=Tom&recipientEmail=tom%40example.com":          {two},
		"recipientName=Tom&recipientEmail=sarah.hopper%40example.com": nil,
		"recipientName=Sarah":                                         nil,
		"recipientName=Sarah+Hazel+Hopper&linkType=multiUse&limit=1":  {shared},
	} {
		var got []string
		for _, one := range r.must(200, "GET", terminal+"?"+query, "").get(t, "data").([]any) {
			got = append(got, "/v1/payment-links/"+one.(map[string]any)["paymentLinkId"].(string))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	for query, n := range map[string]int{"": 1, "recipientName=Tom": 1, "recipientEmail=TOM%40example.com": 1, "recipientName=Ada": 0,
		"status=active&createdOn=x": 1, "recipientName=Tom&recipientEmail=sarah.hopper%40example.com": 0} {
		if got := len(r.must(200, "GET", two+"/sharing-events?"+query, "").get(t, "data").([]any)); got != n {
			t.Errorf("events, %s: %d, want %d", query, got, n)
		}
	}
	event := r.must(200, "GET", shared+"/sharing-events", "").get(t, "data").([]any)[0].(map[string]any)["sharingEventId"].(string)
	for query, parameter := range map[string]string{"after=" + event: "after", "before=x": "before", "limit=0": "limit", "recipientEmail=a": "recipientEmail",
		"before=" + event + "&after=" + event: "before"} {
		if got := r.must(400, "GET", two+"/sharing-events?"+query, "").parameters(t); len(got) != 1 || got[0] != parameter {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// A share that another API made may name people as Payroc can't: each answer is held
// against Payroc's schema, whose names have 1 to 48 characters.
func TestSharesOfOtherAPIsAreToldInPayrocsWords(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.mails()
	link := r.make(donation)
	id := r.must(200, "GET", link, "").text(t, "paymentLinkId")
	err := r.till.Store.Update(context.Background(), func(tx paylink.Tx) error {
		f, err := tx.ForeignID(paylink.ForeignKind("payroc", paylink.PrefixLink), id)
		if err != nil {
			return err
		}
		_, err = r.till.Shares(till.Sharing{LinkID: f.ObjectID, MerchantID: r.made.Merchant.ID, Recipients: []paylink.Recipient{
			{Email: "ada@example.com"}, {Name: strings.Repeat("G", 60), Email: "grace@example.com"}}})(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	event := r.must(200, "GET", link+"/sharing-events", "").get(t, "data").([]any)[0].(map[string]any)
	got := fmt.Sprint(event["recipients"])
	if want := "[map[email:ada@example.com name:ada@example.com] map[email:grace@example.com name:" + strings.Repeat("G", 48) + "]]"; got != want {
		t.Errorf("%s", got)
	}
}

func TestWhatCantBeShared(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(donation) + "/sharing-events"
	if a := r.must(503, "POST", link, toSarah, key()); !strings.Contains(a.body, "sends no mail") || a.header.Get("Retry-After") != "" {
		t.Errorf("without a mail server: %s", a.body)
	}
	b := r.mails()
	long := strings.Repeat("x", 1025)
	for body, parameter := range map[string]string{
		`[]`: "",
		strings.Replace(toSarah, `"sharingMethod":"email",`, "", 1):                                                                              "sharingMethod",
		strings.Replace(toSarah, `"email",`, `"sms",`, 1):                                                                                        "sharingMethod",
		strings.Replace(toSarah, `true`, `"yes"`, 1):                                                                                             "merchantCopy",
		strings.Replace(toSarah, `Dear Sarah`, long, 1):                                                                                          "message",
		strings.Replace(toSarah, `Dear Sarah`, "4242424242424242", 1):                                                                            "message",
		strings.Replace(toSarah, `Sarah Hazel Hopper`, long[:49], 1):                                                                             "recipients[0].name",
		strings.Replace(toSarah, `Sarah Hazel Hopper`, `Sarah\r\nBcc: v@example.com`, 1):                                                         "recipients[0].name",
		strings.Replace(toSarah, `"name":"Sarah Hazel Hopper",`, "", 1):                                                                          "recipients[0].name",
		strings.Replace(toSarah, `sarah.hopper@`, `sarah hopper@`, 1):                                                                            "recipients[0].email",
		strings.Replace(toSarah, `sarah.hopper@`, `sarah@ex.com,v@`, 1):                                                                          "recipients[0].email",
		strings.Replace(toSarah, `sarah.hopper@example.com`, `a@b.c`, 1):                                                                         "recipients[0].email",
		strings.Replace(toSarah, `sarah.hopper@example.com`, long[:117]+"@example.com", 1):                                                       "recipients[0].email",
		strings.Replace(toSarah, `[{`, `[3,{`, 1):                                                                                                "recipients[0]",
		`{"sharingMethod":"email","recipients":[]}`:                                                                                              "recipients",
		`{"sharingMethod":"email"}`:                                                                                                              "recipients",
		`{"sharingMethod":"email","recipients":[{"name":"S","email":"s@ex.com"},{"name":"S","email":"s@ex.com"}]}`:                               "recipients",
		`{"sharingMethod":"email","recipients":[` + strings.Repeat(`{"name":"S","email":"s@ex.com"},`, 50) + `{"name":"S","email":"s@ex.com"}]}`: "recipients",
	} {
		a := r.must(400, "POST", link, body, key())
		if got := a.parameters(t); len(got) == 0 || got[0] != parameter {
			t.Errorf("%.100s: %s", body, a.body)
		}
	}
	r.must(400, "POST", link, toSarah) // without a key
	r.must(404, "POST", "/v1/payment-links/AAAAAAAAAA/sharing-events", toSarah, key())
	r.must(404, "GET", "/v1/payment-links/AAAAAAAAAA/sharing-events", "")
	expiring := r.make(pizza)
	r.enrol("Other Shop", "other-key", "999900")
	mine := r.token
	r.token = r.authorize("other-key")
	r.must(404, "POST", link, toSarah, key())
	r.must(404, "GET", link, "")
	r.token = mine
	r.at(time.Date(2026, 12, 21, 0, 0, 1, 0, time.UTC))
	r.token = r.authorize(apiKey)
	r.must(409, "POST", expiring+"/sharing-events", toSarah, key())
	r.deliver()
	if len(b.sent) != 0 || len(r.must(200, "GET", link, "").get(t, "data").([]any)) != 0 {
		t.Errorf("%d letters were sent", len(b.sent))
	}
}

func TestAShareIsDoneOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.mails()
	link, once := r.make(donation), key()
	answers := make([]reply, 16)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = r.send("POST", link+"/sharing-events", toSarah, once) })
	}
	all.Wait()
	first := r.must(201, "POST", link+"/sharing-events", toSarah, once)
	for _, a := range answers {
		if a.status != 503 && a.body != first.body {
			t.Errorf("%d %s, then %s", a.status, a.body, first.body)
		}
	}
	r.must(409, "POST", link+"/sharing-events", strings.Replace(toSarah, "Dear", "Hello", 1), once)
	r.must(200, "POST", link+"/deactivate", "")
	if a := r.must(201, "POST", link+"/sharing-events", toSarah, once); a.body != first.body {
		t.Errorf("after the link's end: %s", a.body)
	}
	r.deliver()
	if n := len(r.must(200, "GET", link+"/sharing-events", "").get(t, "data").([]any)); n != 1 || len(b.sent) != 0 {
		t.Errorf("%d events, %d letters about a link that is deactivated", n, len(b.sent))
	}
}

func TestALetterHoldsTheURLThatOpensTheLink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.mails()
	link := r.make(pizza)
	r.must(201, "POST", link+"/sharing-events", toSarah, key())
	after := r.patch(200, link, `{"op":"replace","path":"/order/charge/amount","value":5000}`) // rotates the URL
	r.deliver()
	if len(b.sent) != 2 || !strings.HasSuffix(b.sent[0].Text, after.text(t, "assets.paymentUrl")) {
		t.Errorf("%+v, not %s", b.sent, after.text(t, "assets.paymentUrl"))
	}
}

func TestTooManyLettersAreToldWhenToTryAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.mails()
	r.till.Post.Limits = till.MailLimits{Address: []till.MailLimit{{Letters: 2, In: time.Hour}}}
	link := r.make(donation) + "/sharing-events"
	r.must(201, "POST", link, toSarah, key())
	r.must(201, "POST", link, toSarah, key())
	once := key()
	a := r.must(429, "POST", link, toSarah, once)
	wait, err := time.ParseDuration(a.header.Get("Retry-After") + "s")
	if err != nil || wait < 59*time.Minute || wait > time.Hour+time.Second {
		t.Errorf("Retry-After %s", a.header.Get("Retry-After"))
	}
	r.at(day.Add(wait + time.Minute))
	r.token = r.authorize(apiKey)
	r.must(201, "POST", link, toSarah, once)
}

func TestAMerchantWithoutAnAddressGetsNoCopy(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.mails()
	err := r.store.Update(context.Background(), func(tx paylink.Tx) error {
		m := r.made.Merchant
		m.Email = ""
		return tx.PutMerchant(m)
	})
	if err != nil {
		t.Fatal(err)
	}
	link := r.make(donation) + "/sharing-events"
	if got := r.must(400, "POST", link, toSarah, key()).parameters(t); len(got) != 1 || got[0] != "merchantCopy" {
		t.Errorf("%v", got)
	}
	r.must(201, "POST", link, strings.Replace(toSarah, "true", "false", 1), key())
}

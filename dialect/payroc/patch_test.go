package payroc_test

import (
	"strings"
	"testing"
)

func TestAPatchIsDoneOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link, once := r.make(pizza), key()
	change := `[{"op":"replace","path":"/order/charge/amount","value":5999}]`
	first := r.must(200, "PATCH", link, change, once)
	again := r.must(200, "PATCH", link, change, once)
	if first.body != again.body || r.must(200, "GET", link, "").body != first.body {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	r.must(409, "PATCH", link, strings.Replace(change, "5999", "6999", 1), once)
	r.must(409, "PATCH", r.make(pizza), change, once)
	r.must(400, "PATCH", link, change)
}

// A patch that only tests changes nothing, and takes no URL away.
func TestAPatchThatChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(pizza)
	before := r.must(200, "GET", link, "")
	for _, operations := range [][]string{nil, {`{"op":"test","path":"/status","value":"active"}`}, {`{"op":"add","path":"/nothing/here","value":1}`}} {
		if a := r.patch(200, link, operations...); a.body != before.body {
			t.Errorf("%v: %s", operations, a.body)
		}
	}
}

func TestWhatAPatchMayNot(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	multi, single := r.make(donation), r.make(pizza)
	for _, c := range []struct{ link, operation, parameter string }{
		{multi, `{"op":"replace","path":"/authType","value":"preAuthorization"}`, "authType"},
		{multi, `{"op":"add","path":"/order/description","value":"x"}`, "order.description"},
		{multi, `{"op":"add","path":"/order/charge/amount","value":5}`, "order.charge.amount"},
		{single, `{"op":"replace","path":"/status","value":"deactivated"}`, "status"},
		{single, `{"op":"replace","path":"/assets/paymentUrl","value":"https://evil.example"}`, "assets.paymentUrl"},
		{single, `{"op":"replace","path":"/type","value":"multiUse"}`, "type"},
		{single, `{"op":"replace","path":"/paymentLinkId","value":"AAAAAAAAAA"}`, "paymentLinkId"},
		{single, `{"op":"remove","path":"/order"}`, "order"},
		{single, `{"op":"remove","path":"/expiresOn"}`, "expiresOn"},
		{single, `{"op":"remove","path":"/order/charge/amount"}`, "order.charge.amount"},
		{single, `{"op":"replace","path":"/order/charge/amount","value":1.5}`, "order.charge.amount"},
		{single, `{"op":"replace","path":"/order/charge/currency","value":"EUR"}`, "order.charge.currency"},
		{single, `{"op":"replace","path":"/paymentMethods","value":["card"]}`, "paymentMethods"},
		{single, `{"op":"add","path":"/order/orderID","value":"x"}`, ""}, // a name in two cases
		{single, `{"op":"test","path":"/authType","value":"preAuthorization"}`, "[0]"},
		{single, `{"op":"remove","path":"/customLabels/0"}`, "[0]"},
		{single, `{"op":"move","from":"/nothing","path":"/expiresOn"}`, "[0]"},
		{single, `{"op":"replace","path":"","value":{}}`, "[0].path"},
		{single, `{"op":"replace","path":"expiresOn","value":"2027-01-01"}`, "[0].path"},
		{single, `{"op":"replace","path":"/expiresOn"}`, "[0].value"},
		{single, `{"op":"put","path":"/expiresOn","value":"2027-01-01"}`, "[0].op"},
		{single, `7`, "[0]"},
	} {
		before := r.must(200, "GET", c.link, "").body
		a := r.patch(400, c.link, c.operation)
		if got := a.parameters(t); len(got) != 1 || got[0] != c.parameter {
			t.Errorf("%s: %v, want %s", c.operation, got, c.parameter)
		}
		if after := r.must(200, "GET", c.link, "").body; after != before {
			t.Errorf("%s changed the link: %s", c.operation, after)
		}
	}
	for _, body := range []string{"", "{}", "null", "[", `[{"op":"test","op":"add"}]`} {
		r.must(400, "PATCH", single, body, key())
	}
}

// No document makes the server fall over, or the link another's than its rules allow.
func FuzzPatch(f *testing.F) {
	for _, seed := range []string{`[{"op":"copy","from":"/customLabels","path":"/customLabels/-"},{"op":"copy","from":"/customLabels","path":"/customLabels/-"}]`,
		`[{"op":"add","path":"/customLabels/-1","value":null}]`, `[{"op":"move","from":"/order","path":"/order/charge"}]`,
		`[{"op":"test","path":"/order/charge/x","value":null}]`, `[{"op":"remove","path":"/~1~0"}]`, `[{"op":"replace","path":"/customLabels","value":null},{"op":"add","path":"/customLabels/0","value":{}}]`,
		`[{"op":"replace","path":"/expiresOn","value":"2027-01-01"}]`, `[{"op":"add","path":"/credentialOnFile/tokenize","value":true}]`, `[{"op":"replace","path":"/order/charge/amount","value":9223372036854775808}]`} {
		f.Add(seed)
	}
	r := newRig(f)
	link := r.make(strings.Replace(pizza, `"authType"`, `"customLabels":[{"label":"x"}],"credentialOnFile":{},"authType"`, 1))
	f.Fuzz(func(t *testing.T, body string) {
		r.t = t
		if a := r.send("PATCH", link, body, key()); a.status >= 500 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
		a := r.must(200, "GET", link, "")
		if a.text(t, "merchantReference") != "LinkRef7654" || a.text(t, "order.orderId") != "OrderRef7654" || a.text(t, "status") != "active" {
			t.Errorf("%s made it %s", body, a.body)
		}
	})
}

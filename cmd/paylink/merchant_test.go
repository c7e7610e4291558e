package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// made runs a merchant command that must succeed and reads its JSON.
func made(t *testing.T, book []string, args ...string) map[string]any {
	t.Helper()
	out, errs, status := run(t, append(append([]string{"merchant"}, args...), book...)...)
	if status != 0 {
		t.Fatalf("paylink merchant %v: %d %s", args, status, errs)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("paylink merchant %v: %v in %s", args, err, out)
	}
	return v
}

// freeAddress is an address of this machine that was free a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestAnOperatorSetsUpAMerchantWhoIsThenPaid(t *testing.T) {
	t.Parallel()
	var b bankReady
	if err := json.Unmarshal(start(t, "sandbox", "--listen", "127.0.0.1:0", "--data", t.TempDir()).ready, &b); err != nil {
		t.Fatal(err)
	}
	dir, at := t.TempDir(), freeAddress(t)
	base := "http://" + at
	book := []string{"--database", filepath.Join(dir, "book.db"), "--key-file", filepath.Join(dir, "keys.json")}

	merchant := made(t, book, "add", "--name", "Corner Shop", "--country", "us")["merchant"].(string)
	terminal := made(t, book, "terminal", "add", merchant, "--sandbox-url", b.GatewayURL, "--sandbox-admin-key", b.AdminKey, "--base-url", base)
	partner := made(t, book, "partner", "add", merchant, "--name", "Integrator")
	var r demoReady
	r.BaseURL = base
	r.FrontStream.ClientID, r.FrontStream.ClientSecret = partner["client_id"].(string), partner["client_secret"].(string)
	r.FrontStream.APIKey = made(t, book, "key", "add", merchant, "--api", "frontstream")["secret"].(string)
	native := made(t, book, "key", "add", merchant)
	made(t, book, "scope", partner["partner"].(string), "shop")

	serve := func() *process {
		return start(t, append([]string{"serve", "--listen", at, "--base-url", base, "--sandbox-url", b.GatewayURL}, book...)...)
	}
	server := serve()
	payWell(t, makeLink(t, r, fmt.Sprintf(`,"ProcessorGuid":%q`, terminal["processor_guid"])))
	list := func() int {
		req, err := http.NewRequest(http.MethodGet, base+"/api/v1/links", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+native["secret"].(string))
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		status, _ := readAnswer(t, res)
		return status
	}
	if status := list(); status != http.StatusOK {
		t.Errorf("the merchant's key answers %d", status)
	}
	pair := made(t, book, "key", "add", merchant, "--api", "devdraft")
	req, err := http.NewRequest(http.MethodGet, base+"/api/v0/payment-links", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("x-client-key", pair["client_key"].(string))
	req.Header.Set("x-client-secret", pair["secret"].(string))
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := readAnswer(t, res); status != http.StatusOK || !strings.HasPrefix(body, `[{"id":"pl_`) {
		t.Errorf("Devdraft's key answers %d %s", status, body)
	}
	// A second merchant, while the server has the book.
	second := made(t, book, "add", "--name", "Second Shop")["merchant"].(string)
	made(t, book, "key", "add", second)
	if _, errs, status := run(t, append([]string{"merchant", "key", "add", "mer_none"}, book...)...); status != 1 || !strings.Contains(errs, "there is no merchant mer_none") {
		t.Errorf("a fault in a command that the server runs: %d %s", status, errs)
	}
	if log := server.out.String(); !strings.Contains(log, `"act":"merchant add"`) {
		t.Errorf("the server did not note the operator's command:\n%s", log)
	}

	out, _, _ := run(t, append([]string{"merchant", "list"}, book...)...)
	if !strings.Contains(out, merchant) || !strings.Contains(out, terminal["terminal"].(string)) {
		t.Errorf("the list lacks the merchant:\n%s", out)
	}
	if !strings.Contains(out, second) {
		t.Errorf("the list lacks the second merchant:\n%s", out)
	}
	if _, errs, status := run(t, append([]string{"merchant", "key", "revoke", merchant, native["key"].(string)}, book...)...); status != 0 {
		t.Fatalf("revoke: %s", errs)
	}
	if status := list(); status != http.StatusUnauthorized {
		t.Errorf("a key that was revoked beside the server answers %d", status)
	}
	server.stop(0)
	serve()
	if status := list(); status != http.StatusUnauthorized {
		t.Errorf("a revoked key answers %d", status)
	}
}

func TestMerchantCommandsRefuseWhatCanNotBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	book := []string{"--database", filepath.Join(dir, "book.db"), "--key-file", filepath.Join(dir, "keys.json")}
	for want, args := range map[string][]string{
		"there is no merchant mer_none":     {"key", "add", "mer_none"},
		"is not a code of two letters":      {"add", "--name", "A", "--country", "USA"},
		"is empty or holds characters":      {"add", "--name", "a\u202eb"},
		"give --account":                    {"terminal", "add", "mer_none"},
		`"XYZ" is not known`:                {"terminal", "add", "mer_none", "--currency", "XYZ"},
		"is none of card, bank, stablecoin": {"terminal", "add", "mer_none", "--methods", "card,cash"},
		"(PAYLINK_DATABASE): is missing":    {"list", "--database", ""},
	} {
		args := append(append([]string{"merchant"}, book...), args...)
		_, errs, status := run(t, args...)
		if status == 0 || !strings.Contains(errs, want) {
			t.Errorf("%v: %d, want a message with %q:\n%s", args, status, want, errs)
		}
	}
}

func TestCheckEndsWithOneWhereTheBooksDisagree(t *testing.T) {
	t.Parallel()
	_, other := startDemo(t, t.TempDir())
	dir := t.TempDir()
	_, r := startDemo(t, dir)
	payWell(t, makeLink(t, r, ""))
	database := filepath.Join(dir, "paylink.db")
	out, errs, status := run(t, "check", "--quiet", "--database", database, "--sandbox-url", other.GatewayURL)
	if status != 1 || !strings.Contains(out, "I-02") || !strings.Contains(errs, "do not hold") {
		t.Errorf("against another bank's book: %d\n%s%s", status, out, errs)
	}
	out, _, status = run(t, "check", "--json", "--database", database, "--sandbox-url", r.GatewayURL, "--account", r.Sandbox.Account)
	var report struct {
		Report     struct{ Payments, Charges int }
		Violations []any
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 0 || report.Report.Payments != 1 || report.Report.Charges != 1 || len(report.Violations) != 0 {
		t.Errorf("beside the running server: %d %v\n%s", status, err, out)
	}
	if _, errs, status := run(t, "check", "--database", filepath.Join(dir, "none.db")); status != 1 || errs == "" {
		t.Errorf("a book that is not there: %d %s", status, errs)
	}
}

func TestAnOperatorDecidesWhatNobodyElseCanTell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, r := startDemo(t, dir)
	link := makeLink(t, r, "")
	if status, body := postJSON(t, r.GatewayURL+"/v1/outage", map[string]string{"Authorization": "Bearer " + r.Sandbox.AdminKey}, `{"on":true,"mode":"drop"}`); status != http.StatusOK {
		t.Fatalf("an outage: %d %s", status, body)
	}
	if status, _ := pay(t, link, "tok_test_visa", nil); status != http.StatusSeeOther {
		t.Fatalf("a payment in an outage answered %d", status)
	}
	req, err := http.NewRequest(http.MethodGet, r.BaseURL+"/api/v1/payments", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.Native.SecretKey)
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, body := readAnswer(t, res)
	var list struct {
		Data []struct{ ID, State string }
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Data) != 1 || list.Data[0].State != "unknown" {
		t.Fatalf("payments: %v %s", err, body)
	}
	p.stop(0)
	decide := []string{"decide", list.Data[0].ID, "--not-charged", "--reason", "the bank's statement of 21 November has no such charge",
		"--database", filepath.Join(dir, "paylink.db"), "--key-file", filepath.Join(dir, "key.json")}
	out, errs, status := run(t, decide...)
	if status != 0 || !strings.Contains(out, `"declined"`) {
		t.Errorf("the decision: %d %s%s", status, out, errs)
	}
	if _, _, status := run(t, decide...); status != 1 {
		t.Errorf("a second decision ended with %d, want a refusal", status)
	}
	if _, _, status := run(t, "decide", "pay_x", "--charged", "--not-charged", "--reason", "x"); status != 2 {
		t.Errorf("both words at once ended with %d", status)
	}
}

func TestVersionAndHelpAreToldAndWrongCommandsAreNot(t *testing.T) {
	t.Parallel()
	if out, _, status := run(t, "version"); status != 0 || !strings.HasPrefix(out, "paylink ") {
		t.Errorf("version: %d %s", status, out)
	}
	out, _, status := run(t, "--help")
	for _, command := range []string{"serve", "demo", "sandbox", "merchant", "check", "decide", "version"} {
		if status != 0 || !strings.Contains(out, command) {
			t.Errorf("help (%d) lacks %s", status, command)
		}
	}
	if _, errs, status := run(t, "serv"); status != 2 || errs == "" {
		t.Errorf("an unknown command: %d %s", status, errs)
	}
	if _, _, status := run(t, "serve", "--unknown"); status != 2 {
		t.Errorf("an unknown flag: %d", status)
	}
}

// billed logs in as Elevate's client and asks for a link.
func billed(t *testing.T, base string, key map[string]any, invoice string) (int, string) {
	t.Helper()
	_, body := postJSON(t, base+"/v1/authenticate", nil, fmt.Sprintf(`{"brand":%q,"username":%q,"password":%q}`, key["brand"], key["username"], key["secret"]))
	var session struct{ Token string }
	if err := json.Unmarshal([]byte(body), &session); err != nil || session.Token == "" {
		t.Fatalf("a token: %s", body)
	}
	return postJSON(t, base+"/v1/payment-provider-payment-link", map[string]string{"Authorization": "Bearer " + session.Token},
		`{"paymentProviderId":1,"amountInMajorCurrency":84.5,"description":"November",`+invoice+`}`)
}

func TestAnOperatorMakesInvoicesForElevatesClients(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, r := startDemo(t, dir)
	book := []string{"--database", filepath.Join(dir, "paylink.db"), "--key-file", filepath.Join(dir, "key.json")}
	merchant := made(t, book, "add", "--name", "Harbor Power")["merchant"].(string)
	made(t, book, "terminal", "add", merchant, "--sandbox-url", r.GatewayURL, "--sandbox-admin-key", r.Sandbox.AdminKey, "--base-url", r.BaseURL)
	key := made(t, book, "key", "add", merchant, "--api", "elevate", "--brand", "harbor")
	first := made(t, book, "debt", "add", merchant, "--amount", "84.50", "--reference", "INV-1", "--due", "2030-01-31")
	second := made(t, book, "debt", "add", merchant, "--amount", "84.50", "--adhoc")
	if first["elevate_id"] != 1.0 || second["elevate_id"] != 1.0 || first["state"] != "open" || first["due_on"] != "2030-01-31" {
		t.Errorf("made %v and %v", first, second)
	}
	status, body := billed(t, r.BaseURL, key, `"invoiceId":1`)
	var link struct{ PaymentLink string }
	if err := json.Unmarshal([]byte(body), &link); err != nil || status != http.StatusCreated {
		t.Fatalf("a link: %d %s", status, body)
	}
	if status, to := pay(t, link.PaymentLink, "tok_test_visa", nil); status != http.StatusSeeOther {
		t.Fatalf("the payment answered %d %s", status, to)
	}
	made(t, book, "debt", "cancel", merchant, second["id"].(string), "--reason", "paid by cheque")
	for _, invoice := range []string{`"invoiceId":1`, `"adhocInvoiceId":1`} {
		if status, body := billed(t, r.BaseURL, key, invoice); status != http.StatusConflict {
			t.Errorf("%s: %d %s", invoice, status, body)
		}
	}
	out, _, _ := run(t, append([]string{"merchant", "debt", "list", merchant}, book...)...)
	if strings.Count(out, `"object": "debt"`) != 2 || !strings.Contains(out, `"state": "paid"`) || !strings.Contains(out, `"cancel_reason": "paid by cheque"`) {
		t.Errorf("listed: %s", out)
	}
	if out, _, _ := run(t, append([]string{"merchant", "debt", "list", merchant, "--unpaid"}, book...)...); strings.TrimSpace(out) != "[]" {
		t.Errorf("unpaid: %s", out)
	}
	for want, args := range map[string][]string{
		"more than 2 digits":          {"debt", "add", merchant, "--amount", "1.005"},
		"there is a debt of this":     {"debt", "add", merchant, "--amount", "1", "--reference", "INV-1"},
		"--reference":                 {"debt", "add", merchant, "--amount", "1", "--reference", "4242 4242 4242 4242"},
		"there is no merchant":        {"debt", "add", "mer_none", "--amount", "1"},
		"the debt was paid before":    {"debt", "cancel", merchant, first["id"].(string), "--reason", "x"},
		"choose another --username":   {"key", "add", merchant, "--api", "elevate", "--brand", "harbor", "--username", key["username"].(string)},
		"a brand has no slash in it":  {"key", "add", merchant, "--api", "elevate", "--brand", "a/b"},
		"there is no merchant mer_no": {"debt", "list", "mer_no"},
	} {
		args := append(append([]string{"merchant"}, args...), book...)
		if _, errs, status := run(t, args...); status == 0 || !strings.Contains(errs, want) {
			t.Errorf("%v: %d, want a message with %q:\n%s", args, status, want, errs)
		}
	}
}

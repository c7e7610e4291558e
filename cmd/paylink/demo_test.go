package main

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"paylink/internal/pgtest"
)

func TestADemoTakesAPaymentAndTellsItsInbox(t *testing.T) {
	t.Parallel()
	for engine, database := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "book.db") },
		"PostgreSQL": func(t *testing.T) string { return pgtest.DSN(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			at := database(t)
			_, r := startDemo(t, t.TempDir(), "--database", at)
			payWell(t, makeLink(t, r, ""))
			eventually(t, "the inbox holds the verified payment", func() bool {
				list := inboxOf(t, r)
				return len(list) == 1 && list[0].Verified && list[0].Type == "payment.succeeded"
			})
			eventually(t, "the books agree and all is told", func() bool {
				out, _, status := run(t, "check", "--quiet", "--database", at, "--sandbox-url", r.GatewayURL)
				return status == 0 && strings.Contains(out, "1 payments") && strings.Contains(out, "1 charges")
			})
			status, page := get(t, r.BaseURL+"/demo/inbox")
			if status != http.StatusOK || !strings.Contains(page, "✓ verified") {
				t.Errorf("the inbox's page: %d, without the verified webhook", status)
			}
		})
	}
}

func TestTheReadyFileHasWhatItSaysAndItsOwnersModeOnly(t *testing.T) {
	t.Parallel()
	p, _ := startDemo(t, t.TempDir())
	var got map[string]map[string]any
	var flat map[string]json.RawMessage
	if err := json.Unmarshal(p.ready, &flat); err != nil {
		t.Fatal(err)
	}
	var base, gate string
	if json.Unmarshal(flat["base_url"], &base) != nil || json.Unmarshal(flat["gateway_url"], &gate) != nil ||
		!strings.HasPrefix(base, "http://127.0.0.1:") || !strings.HasPrefix(gate, "http://127.0.0.1:") || base == gate {
		t.Errorf("addresses %q and %q", base, gate)
	}
	delete(flat, "base_url")
	delete(flat, "gateway_url")
	text, _ := json.Marshal(flat)
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"native": {"secret_key"},
		"frontstream": {"client_id", "client_secret", "api_key", "processor_guid", "token_guid", "integration_source"},
		"payroc":      {"api_key", "processing_terminal_id"},
		"devdraft":    {"client_key", "client_secret", "product_id", "tax_id", "customer_id"},
		"elevate":     {"brand", "username", "password", "payment_provider_id", "invoice_id", "adhoc_invoice_id", "customer_id"}}
	for object, names := range want {
		for _, name := range names {
			if v := got[object][name]; v == nil || v == "" || v == 0. || (object == "elevate" && strings.HasSuffix(name, "_id") && v != 1.) {
				t.Errorf("%s.%s is missing", object, name)
			}
		}
		if len(got[object]) != len(names) {
			t.Errorf("%s has %d members, want %d", object, len(got[object]), len(names))
		}
	}
}

func TestTheSameDirectoryKeepsDataAndCredentialsWithOtherPorts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, r1 := startDemo(t, dir)
	link := makeLink(t, r1, "")
	payWell(t, link)
	first.stop(0)

	_, r2 := startDemo(t, dir)
	r1.BaseURL, r1.GatewayURL = r2.BaseURL, r2.GatewayURL
	if r1 != r2 {
		t.Errorf("credentials changed: %+v, then %+v", r1, r2)
	}
	moved := r2.BaseURL + link[strings.Index(link, "/pay/"):]
	if status, _ := get(t, moved); status != http.StatusOK {
		t.Errorf("the old link answers %d under the new address", status)
	}
	before := len(inboxOf(t, r2))
	payWell(t, makeLink(t, r2, ""))
	eventually(t, "the inbox hears under its new address", func() bool { return len(inboxOf(t, r2)) > before })
	for _, name := range []string{"demo.json", "key.json", "paylink.db"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, mode %v, want 0600", name, err, info.Mode())
		}
	}
}

func TestPeopleAreToldWhatToTryAndItWorks(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := &output{}, make(chan int, 1)
	// No addresses: the usual ones, or any where those are taken.
	go func() { ended <- Main{}.Run(ctx, []string{"demo", "--data", t.TempDir()}, out, &output{}) }()
	eventually(t, "people are told", func() bool { return strings.Contains(out.String(), "/demo/#apis") })
	told := out.String()
	for _, link := range regexp.MustCompile(`http://\S+`).FindAllString(told, 4) {
		if status, _ := get(t, link); status != http.StatusOK {
			t.Errorf("%s answers %d", link, status)
		}
	}
	base := regexp.MustCompile(`(http://\S+)/demo/\n`).FindStringSubmatch(told)[1]
	if !strings.Contains(told, "export PAYLINK_URL="+base) || !strings.Contains(told, "paylink link make") || !strings.Contains(told, base+"/docs") {
		t.Errorf("our own commands and documentation are not told:\n%s", told)
	}
	own := regexp.MustCompile(`(?s)own API:\n\n(.*?)\n\nor from`).FindStringSubmatch(told)
	if own == nil {
		t.Fatalf("no lines for our own API:\n%s", told)
	}
	madeBy(t, own[1], nil)
	_, start := get(t, base+"/demo/")
	all := regexp.MustCompile(`(?s)<details><summary>(\w+)</summary>\n<pre>(.*?)</pre>`).FindAllStringSubmatch(start, -1)
	if len(all) != 4 {
		t.Errorf("the demo's page has lines of %d APIs, want 4", len(all))
	}
	for _, one := range all {
		t.Run(one[1], func(t *testing.T) { madeBy(t, html.UnescapeString(one[2]), nil) })
	}
	for _, page := range []string{"/demo/", "/demo/inbox", "/stories/", "/demo/demo.css"} {
		if status, _ := get(t, base+page); status != http.StatusOK {
			t.Errorf("%s answers %d", page, status)
		}
	}
	cancel()
	if status := <-ended; status != 0 {
		t.Errorf("it ended with %d", status)
	}
}

// madeBy runs lines in a shell and fails unless the last answer has the address of a link.
func madeBy(t *testing.T, lines string, env []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", lines)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil || !regexp.MustCompile(`http://127\.0\.0\.1:\d+/(pay|c)/`).Match(out) {
		t.Errorf("the lines made no link: %v\n%s\n%s", err, lines, out)
	}
}

func TestTheReadmesLinesMakeLinks(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"BASE=" + r.BaseURL, "SECRET_KEY=" + r.Native.SecretKey, "CLIENT_ID=" + r.FrontStream.ClientID,
		"CLIENT_SECRET=" + r.FrontStream.ClientSecret, "API_KEY=" + r.FrontStream.APIKey, "PAYROC_KEY=" + r.Payroc.APIKey,
		"DEVDRAFT_KEY=" + r.Devdraft.ClientKey, "DEVDRAFT_SECRET=" + r.Devdraft.ClientSecret, "ELEVATE_PASSWORD=" + r.Elevate.Password}
	_, part, _ := strings.Cut(string(text), "## Make a link")
	part, _, _ = strings.Cut(part, "\n## ")
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(part, -1) {
		for _, lines := range strings.Split(block[1], "\n\n") {
			if strings.Contains(lines, "curl") {
				madeBy(t, lines, env)
				ran++
			}
		}
	}
	if ran != 5 {
		t.Errorf("%d ways to make a link with curl stand in the README, want 5", ran)
	}
}

func TestAPayerWithASavedCardPaysInOnePress(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	link := makeLink(t, r, `,"TokenGuid":"`+r.FrontStream.TokenGUID+`"`)
	status, page := get(t, link)
	if status != http.StatusOK || !strings.Contains(page, "4242") {
		t.Fatalf("the page of a link with a saved card: %d, and it does not show the card", status)
	}
	if status, _ := pay(t, link, "", map[string][]string{"method": {"saved"}}); status != http.StatusSeeOther {
		t.Errorf("a press with the saved card answered %d", status)
	}
	eventually(t, "it is paid", func() bool {
		list := inboxOf(t, r)
		return len(list) == 1 && list[0].Type == "payment.succeeded" && bytes.Contains(list[0].Body, []byte("4242"))
	})
}

func TestOneNodeMayUseABankThatRunsByItself(t *testing.T) {
	t.Parallel()
	bank := start(t, "sandbox", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	var b bankReady
	if err := json.Unmarshal(bank.ready, &b); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	args := []string{"--gateway-url", b.GatewayURL, "--gateway-admin-key", b.AdminKey}
	node, r := startDemo(t, dir, args...)
	if r.GatewayURL != b.GatewayURL {
		t.Errorf("the gateway is told as %s, want %s", r.GatewayURL, b.GatewayURL)
	}
	payWell(t, makeLink(t, r, ""))
	node.stop(0)
	if status, book := get(t, b.GatewayURL+"/book"); status != http.StatusOK || !strings.Contains(book, `"captured"`) {
		t.Errorf("the bank's book after the node ended: %d %s", status, book)
	}
	bank.stop(0)
	// A bank that is away must not keep the node from starting again.
	node, r = startDemo(t, dir, args...)
	if status, _ := get(t, makeLink(t, r, "")); status != http.StatusOK {
		t.Errorf("without its bank a link's page answers %d", status)
	}
	node.stop(0)
}

func TestTwoNodesShareABook(t *testing.T) {
	t.Parallel()
	dir, database := t.TempDir(), pgtest.DSN(t)
	_, one := startDemo(t, dir, "--database", database)
	_, two := startDemo(t, dir, "--database", database, "--gateway-url", one.GatewayURL, "--gateway-admin-key", one.Sandbox.AdminKey)
	link := makeLink(t, one, "")
	other := two.BaseURL + link[strings.Index(link, "/pay/"):]
	payWell(t, other)
	eventually(t, "the books agree", func() bool {
		out, _, status := run(t, "check", "--quiet", "--database", database, "--sandbox-url", one.GatewayURL)
		return status == 0 && strings.Contains(out, "1 payments")
	})
}

func TestTheTestClockMovesBookAndBank(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir(), "--test-clock")
	status, body := postJSON(t, r.BaseURL+"/demo/clock", nil, `{"offset_ms":86400000}`)
	var told struct{ Now time.Time }
	if err := json.Unmarshal([]byte(body), &told); err != nil || status != http.StatusOK || time.Until(told.Now) < 23*time.Hour {
		t.Fatalf("the clock: %d %s", status, body)
	}
	payWell(t, makeLink(t, r, ""))
	eventually(t, "webhooks verify by the moved clock", func() bool {
		list := inboxOf(t, r)
		return len(list) == 1 && list[0].Verified && time.Until(list[0].At) > 23*time.Hour
	})
	_, plainDemo := startDemo(t, t.TempDir())
	if status, _ := postJSON(t, plainDemo.BaseURL+"/demo/clock", nil, `{"offset_ms":1}`); status == http.StatusOK {
		t.Error("a demo without --test-clock moves its clock")
	}
}

// After make run nobody has a paylink on their PATH.
func TestTheDemosLinesCallTheProgramAsItWasCalled(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"bin/paylink": "bin/paylink", "/usr/local/bin/paylink": "/usr/local/bin/paylink", "paylink": "paylink",
		"/tmp/paylink.test": "paylink", "my bin/paylink": "paylink"} {
		if got := calledAs(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

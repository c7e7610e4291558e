package elevate_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"paylink"
	"paylink/dialect/elevate"
	"paylink/till"
)

// login is a request for a token.
func login(brand, username, password string) string {
	raw, _ := json.Marshal(map[string]string{"brand": brand, "username": username, "password": password})
	return string(raw)
}

func TestATokenLivesFifteenMinutesAndSurvivesARestart(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(200, "POST", "/v1/authenticate", login(brand, username, password))
		if a.text(t, "username") != username || a.get(t, "token") == nil || strings.Count(a.body, ":") != 2 {
			t.Errorf("answered %s", a.body)
		}
		r.token = a.text(t, "token")
		if err := r.store.Close(); err != nil {
			t.Fatal(err)
		}
		r.open()
		r.at(day.Add(elevate.TokenLife - 5*time.Second))
		r.must(201, "POST", linkPath, order("10.5", `"invoiceId":1`))
		r.at(day.Add(elevate.TokenLife + 5*time.Second))
		r.must(401, "POST", linkPath, order("10.5", `"invoiceId":1`))
	})
}

// Clients read from the token when to ask for the next one.
func TestATokenIsAJWTWithItsEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	parts := strings.Split(r.token, ".")
	if len(parts) != 3 || len(r.token) > 2048 {
		t.Fatalf("%s is no JWT", r.token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var in struct{ Exp, Iat int64 }
	if err := json.Unmarshal(raw, &in); err != nil || in.Exp-in.Iat != 900 || in.Iat < day.Unix() || in.Iat > day.Unix()+60 {
		t.Errorf("it says %s: %v", raw, err)
	}
}

// Names of the longest kind fit into a token that is read again.
func TestTheLongestNamesWork(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	longest := strings.Repeat("\U0001F4A7", 100)
	if err := elevate.CheckUser(longest, longest); err != nil {
		t.Fatal(err)
	}
	_, err := r.till.Enrol(context.Background(), till.Enrolment{Merchant: &paylink.Merchant{ID: r.made.Merchant.ID}, Credentials: []till.NewCredential{
		{Dialect: elevate.Name, Kind: elevate.KindUser, Lookup: elevate.Lookup(longest, longest), Secret: password}}})
	if err != nil {
		t.Fatal(err)
	}
	r.token = r.must(200, "POST", "/v1/authenticate", login(longest, longest, password)).text(t, "token")
	r.must(201, "POST", linkPath, order("10.5", `"invoiceId":1`))
	for _, bad := range [][2]string{{"", "u"}, {"b", ""}, {"a/b", "u"}, {longest + "x", "u"}, {"b", "u\n\x00"}} {
		if elevate.CheckUser(bad[0], bad[1]) == nil {
			t.Errorf("%q was taken for a brand and a user", bad)
		}
	}
}

func TestForgedTokensAreWorthNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	body := order("10.5", `"invoiceId":1`)
	good := jwt.MapClaims{"sub": username, "brand": brand, "cid": r.made.Credentials[0].ID, "exp": day.Add(time.Minute).Unix()}
	sign := func(m jwt.SigningMethod, key any, change func(jwt.MapClaims)) string {
		in := jwt.MapClaims{}
		for k, v := range good {
			in[k] = v
		}
		change(in)
		s, err := jwt.NewWithClaims(m, in).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	key, as := r.till.KeyFor("elevate token"), func(jwt.MapClaims) {}
	r.token = sign(jwt.SigningMethodHS256, key, as) // what follows differs from it in one thing
	r.must(201, "POST", linkPath, body)
	parts := strings.Split(r.token, ".")
	for what, token := range map[string]string{
		"unsigned":                  sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, as),
		"another algorithm":         sign(jwt.SigningMethodHS512, key, as),
		"another key":               sign(jwt.SigningMethodHS256, r.till.KeyFor("elevate"), as),
		"without an end":            sign(jwt.SigningMethodHS256, key, func(in jwt.MapClaims) { delete(in, "exp") }),
		"ended":                     sign(jwt.SigningMethodHS256, key, func(in jwt.MapClaims) { in["exp"] = day.Add(-time.Second).Unix() }),
		"an older user of the name": sign(jwt.SigningMethodHS256, key, func(in jwt.MapClaims) { in["cid"] = "cre_other" }),
		"of no user":                sign(jwt.SigningMethodHS256, key, func(in jwt.MapClaims) { delete(in, "cid") }),
		"another's name":            sign(jwt.SigningMethodHS256, key, func(in jwt.MapClaims) { in["sub"] = "other" }),
		"another brand":             sign(jwt.SigningMethodHS256, key, func(in jwt.MapClaims) { in["brand"] = "other" }),
		"signature cut":             parts[0] + "." + parts[1] + ".",
		"no token":                  "",
		"an opaque one":             "sk_live_0123456789",
		"two parts":                 parts[0] + "." + parts[1],
		"longer than allowed":       r.token + strings.Repeat("x", 2048),
	} {
		r.token = token
		a := r.must(401, "POST", linkPath, body)
		if a.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: headers %v", what, a.header)
		}
	}
}

func TestATokenDiesWithItsUser(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.must(201, "POST", linkPath, order("10.5", `"invoiceId":1`))
		if err := r.till.Revoke(context.Background(), r.made.Credentials[0]); err != nil {
			t.Fatal(err)
		}
		r.must(401, "POST", linkPath, order("10.5", `"invoiceId":1`))
		r.must(401, "POST", "/v1/authenticate", login(brand, username, password))
	})
}

// Whoever tries names learns nothing: what is wrong is not told.
func TestWrongCredentialsAreOneAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	want := ""
	for what, body := range map[string]string{
		"brand": login("other", username, password), "username": login(brand, "other", password), "password": login(brand, username, "other"),
		"the slash moved": login("harbor/billing-api", "x", password), "another's name": login("har", "bor/"+username, password)} {
		a := r.must(401, "POST", "/v1/authenticate", body)
		if want == "" {
			want = a.body
		}
		if a.body != want {
			t.Errorf("%s: %s, and another: %s", what, a.body, want)
		}
	}
	for _, body := range []string{``, `[]`, `{}`, login("", username, password), login(brand, "", password), login(brand, username, ""),
		login(brand, strings.Repeat("u", 101), password), login(brand, username, strings.Repeat("p", 101)), `{"brand":1,"username":"u","password":"p"}`} {
		r.must(400, "POST", "/v1/authenticate", body, "Content-Type: application/json")
	}
}

// What is another merchant's gets the answer of what does not exist, and numbers
// count for each merchant from 1.
func TestForeignThingsLookUnknown(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.enrol("other")
		mine := r.token
		r.token = r.login("other")
		for _, target := range []string{`"invoiceId":1`, `"adhocInvoiceId":1`, `"customerId":1`} {
			r.must(404, "POST", linkPath, order("10.5", target))
		}
		theirs := r.must(201, "POST", linkPath, order("10.5"))
		r.token = mine
		ours := r.must(201, "POST", linkPath, order("10.5"))
		if theirs.get(t, "id") != json.Number("1") || ours.get(t, "id") != json.Number("1") {
			t.Errorf("the first links are %s and %s", theirs.body, ours.body)
		}
		if r.look(theirs).Link.TerminalID == r.look(ours).Link.TerminalID {
			t.Error("provider 1 is the same terminal for both merchants")
		}
	})
}

func TestEachDocumentedStatusHasItsForm(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	body := order("10.5", `"invoiceId":1`)
	r.must(400, "POST", linkPath, `{`)
	r.must(400, "POST", linkPath, `{"description":"`+strings.Repeat("x", 70_000)+`"}`)
	r.must(404, "POST", linkPath, order("10.5", `"invoiceId":99`))
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		if a := r.must(405, method, linkPath, ""); a.header.Get("Allow") != "POST" {
			t.Errorf("%s: Allow: %s", method, a.header.Get("Allow"))
		}
	}
	r.must(405, "GET", "/v1/authenticate", "")
	r.must(406, "POST", linkPath, body, "Accept: application/xml")
	r.must(406, "POST", "/v1/authenticate", login(brand, username, password), "Accept: text/html;q=1")
	r.must(415, "POST", linkPath, body, "Content-Type: text/plain")
	r.must(415, "POST", "/v1/authenticate", "x", "Content-Type: application/x-www-form-urlencoded")
	r.token = "x"
	r.must(401, "POST", linkPath, `{`) // who calls is judged before what they send
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	if a := r.must(503, "POST", "/v1/authenticate", login(brand, username, password)); a.header.Get("Retry-After") == "" {
		t.Errorf("headers of 503: %v", a.header)
	}
}

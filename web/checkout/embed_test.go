package checkout_test

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink"
	"paylink/till"
	"paylink/web/checkout"
)

// embedded is a link that a merchant's site may show in a frame.
func embedded() paylink.Offer {
	o := documented()
	o.Link.Page.Embed = []string{"https://shop.example", "https://www.shop.example:8443"}
	return o
}

func TestALinkStandsInFramesOfTheSitesThatItNamesOnly(t *testing.T) {
	t.Parallel()
	mux := site(t, &acts{sight: till.Sight{Offer: embedded()}}, nil)
	w := get(mux, "/embed/tok")
	expect(t, w, 200, `action="/embed/tok"`, `href="/embed/tok/theme/`, `data-frame="https://cards.example/frame?within=https%3A%2F%2Fshop.example+https%3A%2F%2Fwww.shop.example%3A8443"`,
		`href="https://powered.example/" rel="noreferrer" target="_top"`)
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors https://shop.example https://www.shop.example:8443") || w.Header().Get("X-Frame-Options") != "" {
		t.Errorf("%s, X-Frame-Options %q", csp, w.Header().Get("X-Frame-Options"))
	}
	// The page itself is in nobody's frame, whatever the link says.
	w = get(mux, "/pay/tok")
	expect(t, w, 200, `action="/pay/tok"`, `data-frame="https://cards.example/frame"`)
	lacks(t, w, "target=")
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || w.Header().Get("X-Frame-Options") != "DENY" {
		t.Errorf("%s, X-Frame-Options %q", csp, w.Header().Get("X-Frame-Options"))
	}
}

func TestALinkThatNamesNoSiteIsInNoFrame(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{State: paylink.Captured}}
	mux := site(t, a, nil)
	for _, path := range []string{"/embed/tok", "/embed/tok/" + goodAttempt, "/embed/unknown"} {
		w := get(mux, path)
		if w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/pay/") || !strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/embed/tok", strings.NewReader(good().Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if w.Code != 303 || len(a.orders) != 0 {
		t.Errorf("a form: %d, %d orders", w.Code, len(a.orders))
	}
}

// In a frame a payment ends on our own page: where it leads on to, a press does, in
// place of the page around.
func TestAFramedPaymentLeadsOutOfTheFrameByAPress(t *testing.T) {
	t.Parallel()
	post := func(mux http.Handler, site string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/embed/tok", strings.NewReader(good().Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	for state, way := range map[paylink.PaymentState]string{
		paylink.Captured:       `href="https://m.example/t?a=1#f#told" rel="noreferrer" target="_top"`,
		paylink.RequiresAction: `href="https://bank.example/3ds" rel="noreferrer" target="_top"`,
	} {
		a := &acts{sight: till.Sight{Offer: embedded()}, payment: paylink.Payment{State: state, ActionURL: "https://bank.example/3ds", Amount: paylink.Money{Minor: 2500, Currency: "USD"}, CompletedAt: now}}
		mux := site(t, a, nil)
		w := post(mux, "same-origin")
		if w.Code != 303 || w.Header().Get("Location") != "/embed/tok/"+goodAttempt || len(a.orders) != 1 {
			t.Fatalf("%s: %d %s", state, w.Code, w.Header().Get("Location"))
		}
		w = get(mux, w.Header().Get("Location"))
		expect(t, w, 200, way)
		if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors https://shop.example") {
			t.Errorf("%s: %s", state, csp)
		}
		if w := post(mux, "cross-site"); w.Code != 403 || len(a.orders) != 1 {
			t.Errorf("a form of the page around: %d, %d orders", w.Code, len(a.orders))
		}
	}
}

func TestAQRCodeIsOfALivingAddressAndOfASizeWithinLimits(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	mux := site(t, a, nil)
	w := get(mux, "/pay/tok/qr.png?size=300")
	img, err := png.Decode(w.Body)
	if err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "image/png" || img.Bounds().Dx() != 300 || w.Header().Get("Cache-Control") != "private, max-age=3600" {
		t.Errorf("%d %v %v", w.Code, err, w.Header())
	}
	w = get(mux, "/pay/tok/qr.svg")
	expect(t, w, 200, `<svg xmlns="http://www.w3.org/2000/svg" width="512"`)
	if w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%v", w.Header())
	}
	for _, size := range []string{"63", "2049", "x", "-1", "1e3"} {
		if w := get(mux, "/pay/tok/qr.png?size="+size); w.Code != 400 {
			t.Errorf("size %s: %d", size, w.Code)
		}
	}
	for _, path := range []string{"/pay/retired/qr.svg", "/pay/retired/qr.png"} {
		if w := get(mux, path); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if len(a.orders) != 0 {
		t.Error("looking at a code must not pay")
	}
}

func TestAPreviewIsThePayersPageWithoutAnAttempt(t *testing.T) {
	t.Parallel()
	h := &checkout.Handler{Acts: &acts{}}
	h.Mount(http.NewServeMux())
	s := till.Sight{Offer: documented(), Now: now, Standing: paylink.Payable}
	status, page, err := h.Preview(s)
	if err != nil || status != 200 || !bytes.Contains(page, []byte("$25.00")) || !bytes.Contains(page, []byte(`name="attempt" value=""`)) {
		t.Errorf("%d %v %s", status, err, page)
	}
	s.Standing = paylink.Closed
	if status, page, err := h.Preview(s); err != nil || status != 410 || bytes.Contains(page, []byte("$25.00")) {
		t.Errorf("closed: %d %v %s", status, err, page)
	}
}

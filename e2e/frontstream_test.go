package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheFrontStreamClientAsksAsDocumented(t *testing.T) {
	t.Parallel()
	tokens := 0
	var order string
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/ClientSession", func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); string(body) != `{"ClientId":"c","ClientSecret":"s"}` {
			t.Errorf("the session was asked for with %s", body)
		}
		tokens++
		fmt.Fprintf(w, `{"Token":"t%d","ClientId":"c","ExpirationDate":"2026-07-05T17:48:22.461Z"}`, tokens)
	})
	mux.HandleFunc("/api/paylink", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		order = string(body)
		if r.Header.Get("AccessToken") != fmt.Sprintf("t%d", tokens) {
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprintf(w, `{"PayLinkUrl":"http://pay.example/pay/%s%s"}`, r.Method, r.FormValue("PayLinkId"))
	})
	mux.HandleFunc("GET /api/Verification/VerifyAuthToken", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%q", r.FormValue("Code"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p := &Product{Ready: Ready{BaseURL: server.URL}}
	p.Ready.FrontStream.ClientID, p.Ready.FrontStream.ClientSecret, p.Ready.FrontStream.APIKey = "c", "s", "k"
	client := p.FrontStream(t)

	if link := client.Link(map[string]any{"RedirectUrl": nil, "TranId": "T-1"}); link != "http://pay.example/pay/POST" {
		t.Errorf("the link is %s", link)
	}
	if strings.Contains(order, "RedirectUrl") || !strings.Contains(order, `"TranId":"T-1"`) || !strings.Contains(order, `"ApiKey":"k"`) {
		t.Errorf("the order sent is %s", order)
	}
	if answer := client.Delete("http://pay.example/pay/abc"); answer.Status != 200 || !strings.Contains(string(answer.Body), "/pay/DELETEabc") {
		t.Errorf("the link was deleted with %d %s", answer.Status, answer.Body)
	}
	if answer := client.Verify("r 1"); string(answer.Body) != `"r 1"` {
		t.Errorf("the response token was sent as %s", answer.Body)
	}
	if tokens != 2 {
		t.Errorf("%d access tokens for 2 calls, want one each", tokens)
	}
}

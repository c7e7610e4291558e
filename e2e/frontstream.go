package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"testing"
	"time"
)

// FrontStream is a client of FrontStream's API as an API Partner writes one.
type FrontStream struct {
	t     testing.TB
	ready Ready
	http  *http.Client
}

// Answer is what an API answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON decodes the body into T, and fails the test if it is not JSON.
func JSON[T any](t testing.TB, a Answer) T {
	t.Helper()
	var value T
	if err := json.Unmarshal(a.Body, &value); err != nil {
		t.Fatalf("e2e: the answer %d is not the JSON expected: %v\n%s", a.Status, err, a.Body)
	}
	return value
}

// FrontStream returns a client with the demo merchant's credentials.
func (p *Product) FrontStream(t testing.TB) *FrontStream {
	return &FrontStream{t, p.Ready, &http.Client{Timeout: Patience}}
}

// Call sends a request to a path of the API. A body that is not []byte or nil
// is sent as JSON.
func (f *FrontStream) Call(method, pathAndQuery string, header http.Header, body any) Answer {
	f.t.Helper()
	text, raw := body.([]byte)
	if body != nil && !raw {
		var err error
		if text, err = json.Marshal(body); err != nil {
			f.t.Fatal(err)
		}
	}
	r, err := http.NewRequest(method, f.ready.BaseURL+pathAndQuery, bytes.NewReader(text))
	if err != nil {
		f.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	answer, err := f.http.Do(r)
	if err != nil {
		f.t.Fatalf("e2e: %s %s: %v", method, pathAndQuery, err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		f.t.Fatalf("e2e: %s %s: %v", method, pathAndQuery, err)
	}
	return Answer{answer.StatusCode, answer.Header, got}
}

// Session is what POST /api/ClientSession answers.
type Session struct {
	Token          string
	ClientID       string `json:"ClientId"`
	ExpirationDate time.Time
}

// AccessToken gets a fresh one-time token.
func (f *FrontStream) AccessToken() string {
	f.t.Helper()
	answer := f.Call("POST", "/api/ClientSession", nil, map[string]string{
		"ClientId": f.ready.FrontStream.ClientID, "ClientSecret": f.ready.FrontStream.ClientSecret})
	session := JSON[Session](f.t, answer)
	if answer.Status != http.StatusOK || session.Token == "" {
		f.t.Fatalf("e2e: POST /api/ClientSession answered %d: %s", answer.Status, answer.Body)
	}
	return session.Token
}

func (f *FrontStream) authorized() http.Header {
	f.t.Helper()
	return http.Header{"AccessToken": {f.AccessToken()}}
}

// Order is a request for a link with the demo merchant's key and one line of
// 25.00; changes replace its members, and a nil change removes one.
func (f *FrontStream) Order(changes map[string]any) map[string]any {
	order := map[string]any{
		"ApiKey":       f.ready.FrontStream.APIKey,
		"RedirectUrl":  "https://merchant.example/thanks",
		"PaymentLines": []map[string]any{{"Amount": "25.00", "Type": 12, "Recurring": 0}},
	}
	maps.Copy(order, changes)
	maps.DeleteFunc(order, func(_ string, value any) bool { return value == nil })
	return order
}

// Create asks for a link with a fresh token.
func (f *FrontStream) Create(changes map[string]any) Answer {
	f.t.Helper()
	return f.Call("POST", "/api/paylink", f.authorized(), f.Order(changes))
}

// Link makes a link and returns its address.
func (f *FrontStream) Link(changes map[string]any) string {
	f.t.Helper()
	answer := f.Create(changes)
	link := JSON[struct{ PayLinkUrl string }](f.t, answer).PayLinkUrl
	if answer.Status != http.StatusOK || link == "" {
		f.t.Fatalf("e2e: POST /api/paylink answered %d: %s", answer.Status, answer.Body)
	}
	return link
}

// Delete cancels a link, which is named by the last segment of its address.
func (f *FrontStream) Delete(link string) Answer {
	f.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.Call("DELETE", "/api/paylink?"+url.Values{"PayLinkId": {path.Base(u.Path)}}.Encode(), f.authorized(), nil)
}

// Verify asks what a responseToken stands for, which is told once.
func (f *FrontStream) Verify(responseToken string) Answer {
	f.t.Helper()
	return f.Call("GET", "/api/Verification/VerifyAuthToken?"+url.Values{"Code": {responseToken}}.Encode(), nil, nil)
}

package e2e

import (
	"net/http"
	"path/filepath"
	"testing"
)

// The bank dies while payers stand before the button: each is told that nothing was
// taken, nothing was, and when the bank is back the same payers pay once.
func TestGatewayOutageInChromium(t *testing.T) {
	t.Parallel()
	const admin = "adm_outage_of_the_bank_0123456789abcdef"
	dir, port := t.TempDir(), freePort(t)
	start := func() *process {
		bank := startProcess(t, filepath.Join(dir, "bank.log"), nil, "sandbox", "--listen", "127.0.0.1:"+port,
			"--data", filepath.Join(dir, "bank"), "--admin-key", admin, "--log-level", "error")
		bank.serves("http://127.0.0.1:" + port + "/book")
		return bank
	}
	bank := start()
	s := newScene(t, Start(t, Args("--gateway-url", "http://127.0.0.1:"+port, "--gateway-admin-key", admin)))
	cents, text := amount()
	link := s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)}))

	typed := s.open(link)
	forward(typed)
	s.card(typed, cardGood)
	still := s.open(link, NoScript())
	choose(still, "card")
	bank.kill()

	typed.Click(".pl-pay")
	typed.WaitText(".pl-errors", "Your details could not be sent. You have not been charged.")
	typed.WaitGone(".pl-busy")
	typed.Axe("the bank cannot be reached from its fields")
	still.Click(".pl-pay")
	still.WaitText("h2", "The bank can’t be reached right now")
	if body := still.Text("main"); still.Status() != http.StatusServiceUnavailable || still.Header("retry-after") == "" {
		t.Errorf("status %d, Retry-After %q, and the page says\n%s", still.Status(), still.Header("retry-after"), body)
	}
	still.WaitText("main", "Nothing was taken.")
	s.seesOutage(link)

	start()
	s.taken(cents, 0)
	typed.Click(".pl-pay")
	s.back(typed)
	s.taken(cents, 1)
	still.Click(".pl-go")
	still.Wait("#pl-form")
	choose(still, "card")
	still.Click(".pl-pay")
	still.WaitText(".pl-errors", "This reference has been paid already. You have not been charged again.")
	s.taken(cents, 1)
}

// seesOutage inspects the page of an outage with a script that runs.
func (s *scene) seesOutage(link string) {
	s.t.Helper()
	tab := s.open(link)
	forward(tab)
	Eval[any](tab.Scope, `document.querySelector("#m-card").checked = true`)
	tab.Click("button[value=hosted]")
	tab.WaitText("h2", "The bank can’t be reached right now")
	inspect(tab, "gateway down", wideLight, phoneDark)
}

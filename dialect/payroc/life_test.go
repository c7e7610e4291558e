package payroc_test

import (
	"strings"
	"testing"
	"time"
)

func TestStatusOverALife(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	is := func(link, want string) {
		t.Helper()
		if got := r.must(200, "GET", link, "").text(t, "status"); got != want {
			t.Errorf("%s: %s, want %s", link, got, want)
		}
	}
	single, multi, expiring := r.make(pizza), r.make(donation), r.make(pizza)
	r.paid(single)
	r.paid(multi)
	is(single, "completed")
	is(multi, "active")
	for _, a := range []reply{r.send("POST", single+"/deactivate", ""), r.patch(409, single, `{"op":"replace","path":"/expiresOn","value":"2027-06-30"}`)} {
		if a.status != 409 || !strings.HasSuffix(a.text(t, "type"), "#cannot-be-modified") {
			t.Errorf("completed: %d %s", a.status, a.body)
		}
	}
	r.must(200, "POST", multi+"/deactivate", "", "Content-Type: text/plain")
	is(multi, "deactivated")
	r.patch(409, multi, `{"op":"replace","path":"/expiresOn","value":"2027-06-30"}`)

	r.at(time.Date(2026, 12, 20, 23, 59, 0, 0, time.UTC))
	r.token = r.authorize(apiKey)
	is(expiring, "active")
	r.at(time.Date(2026, 12, 21, 0, 0, 1, 0, time.UTC))
	is(expiring, "expired")
	r.patch(400, expiring, `{"op":"replace","path":"/expiresOn","value":"2026-12-20"}`, `{"op":"replace","path":"/expiresOn","value":"2026-12-19"}`)
	r.patch(200, expiring, `{"op":"replace","path":"/order/description","value":"Cold pizza"}`)
	is(expiring, "expired")
	if got := r.patch(200, expiring, `{"op":"replace","path":"/expiresOn","value":"2026-12-21"}`).text(t, "status"); got != "active" {
		t.Errorf("revived: %s", got)
	}
}

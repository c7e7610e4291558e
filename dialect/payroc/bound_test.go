package payroc_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"paylink"
)

// whole follows a list to its end and gives the ids of all rows, and how many pages
// there were. hasMore must be true exactly where the page leads on.
func (r *rig) whole(from, id, rel string) (ids []string, pages int) {
	r.t.Helper()
	for at := from; at != ""; pages++ {
		a := r.must(200, "GET", at, "")
		var page []string
		for _, one := range a.data(r.t) {
			page = append(page, one[id].(string))
		}
		if rel == "next" {
			ids = append(ids, page...)
		} else {
			ids = append(page, ids...)
		}
		if (linkTo(r.t, a, "next") != "") != a.get(r.t, "hasMore") {
			r.t.Errorf("%s: hasMore %v", at, a.get(r.t, "hasMore"))
		}
		if at = linkTo(r.t, a, rel); pages > 200 {
			r.t.Fatalf("%s never ends", from)
		}
	}
	return ids, pages
}

// A call that may look at few rows only ends its page early and leads on: what is found
// on all pages is what one call finds that may look at all, from either end.
func TestPagesThatEndEarlyLeadOn(t *testing.T) {
	t.Parallel()
	for engine, dsn := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRigOn(t, dsn(t))
			var links []string
			for i := range 26 {
				r.at(day.Add(time.Duration(i) * 2 * time.Hour)) // on three days
				r.token = r.authorize(apiKey)
				body := donation
				if i%9 == 4 {
					body = strings.Replace(pizza, "2026-12-20", fmt.Sprint("2026-12-2", i%3), 1)
				}
				link := r.make(body)
				if links = append(links, path.Base(link)); i%8 == 7 {
					r.must(200, "POST", link+"/deactivate", "")
				}
			}
			paid := r.linkOf("/v1/payment-links/" + links[0])
			for i := range 24 {
				state := []paylink.PaymentState{paylink.Captured, paylink.Declined, paylink.Unknown}[min(2, i%11)]
				r.payment(paid, func(p *paylink.Payment) {
					if i%7 == 0 {
						bank(p)
					}
					if i == 20 {
						p.Payer.FirstName, p.Last4 = "Grace", "1111"
					}
				}, state)
			}
			lists := map[string][]string{"paymentLinkId": nil, "paymentId": nil}
			for _, q := range []string{"", "status=active", "status=deactivated", "status=completed", "linkType=singleUse", "chargeType=preset", "createdOn=2026-11-21", "createdOn=2026-11-20",
				"createdOn=2026-12-01", "expiresOn=2026-12-21", "merchantReference=LinkRef7654&status=active", "merchantReference=" + paid} {
				lists["paymentLinkId"] = append(lists["paymentLinkId"], terminal+"?limit=4&"+q)
			}
			for _, q := range []string{"", "status=declined", "status=declined&status=ready", "last4=1111", "cardholderName=Grace+Lovelace", "orderId=nothing", "type=preAuthorization",
				"processingTerminalId=1234001", "dateFrom=2026-11-22T00:00:00Z", "dateTo=2026-11-20T00:00:00Z", "paymentLinkId=" + links[0], "paymentLinkId=" + links[1]} {
				lists["paymentId"] = append(lists["paymentId"], "/v1/payments?limit=4&"+q, "/v1/bank-transfer-payments?limit=4&"+strings.NewReplacer("cardholderName", "nameOnAccount", "preAuthorization", "accountVerification").Replace(q))
			}
			short := 0
			for id, all := range lists {
				for _, list := range all {
					r.api.Tight(10_000, 3, 500)
					want, least := r.whole(list, id, "next")
					r.api.Tight(3, 2, 2)
					got, pages := r.whole(list, id, "next")
					if !slices.Equal(got, want) {
						t.Errorf("%s: %v, want %v", list, got, want)
					}
					if pages > least {
						short++
					}
					if len(want) == 0 || id != "paymentLinkId" {
						continue
					}
					last := links[len(links)-1]
					want = slices.DeleteFunc(want, func(one string) bool { return one == last })
					if back, _ := r.whole(list+"&before="+last, id, "previous"); !slices.Equal(back, want) {
						t.Errorf("%s backwards: %v, want %v", list, back, want)
					}
				}
			}
			if short < 15 {
				t.Errorf("only %d lists had pages that ended early", short)
			}
		})
	}
}

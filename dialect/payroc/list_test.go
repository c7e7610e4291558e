package payroc_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"
)

// Lists are walked in both directions, with the filters, every link once.
func TestListsAreWalked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var single, every []string
	for i := range 14 {
		body := donation
		if i%2 == 1 {
			body = pizza
		}
		id := path.Base(r.make(body))
		if every = append(every, id); i%2 == 1 {
			single = append(single, id)
		}
	}
	r.must(201, "POST", strings.Replace(terminal, "4001", "4003", 1), donation, key()) // another terminal's
	ids := func(a reply) (out []string) {
		for _, one := range a.get(t, "data").([]any) {
			out = append(out, one.(map[string]any)["paymentLinkId"].(string))
		}
		if n := a.get(t, "count").(json.Number).String(); n != fmt.Sprint(len(out)) {
			t.Errorf("count %s of %d", n, len(out))
		}
		return out
	}
	follow := func(from, rel string) (out []string) {
		for at := from; at != ""; {
			a := r.must(200, "GET", at, "")
			if rel == "next" {
				out = append(out, ids(a)...)
			} else {
				out = append(ids(a), out...)
			}
			if next := linkTo(t, a, "next") != ""; next != a.get(t, "hasMore") {
				t.Errorf("hasMore %v, next %t", a.get(t, "hasMore"), next)
			}
			at = linkTo(t, a, rel)
		}
		return out
	}
	for query, want := range map[string][]string{"": every, "limit=3": every, "limit=7": every, "limit=100": every, "limit=2&linkType=singleUse": single,
		"limit=3&chargeType=preset": single, "limit=3&merchantReference=LinkRef7654&status=active": single, "limit=4&expiresOn=2026-12-20": single,
		"limit=5&createdOn=2026-11-20": every, "createdOn=2026-11-21": nil, "status=expired": nil, "status=deactivated": nil, "recipientName=Ada": nil,
		"recipientEmail=ada%40example.com": nil, "merchantReference=LinkRef": nil, "page=2": every} {
		if got := follow(terminal+"?"+query, "next"); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	if got := follow(terminal+"?limit=3&linkType=singleUse&before="+every[13], "previous"); fmt.Sprint(got) != fmt.Sprint(single[:6]) {
		t.Errorf("backwards: %v, want %v", got, single[:6])
	}
	if a := r.must(200, "GET", terminal+"?before="+every[0], ""); len(ids(a)) != 0 || len(a.get(t, "links").([]any)) != 0 || a.get(t, "hasMore") != false {
		t.Errorf("before the first: %s", a.body)
	}
	last := r.must(200, "GET", terminal+"?limit=3&status=active&merchantReference=LinkRef7654&after="+single[3], "")
	if u, err := url.Parse(linkTo(t, last, "previous")); err != nil || u.Query().Get("merchantReference") != "LinkRef7654" || u.Query().Get("limit") != "3" {
		t.Errorf("the filters are lost: %s", last.body)
	}
	for query, parameter := range map[string]string{"limit=0": "limit", "limit=101": "limit", "limit=x": "limit", "status=deactived": "status", "createdOn=2026-1-1": "createdOn",
		"recipientEmail=a": "recipientEmail", "linkType=both": "linkType", "before=AAAAAAAAAA": "before", "after=x": "after", "limit=1&limit=2": "limit",
		"merchantReference=": "merchantReference", "before=" + every[1] + "&after=" + every[0]: "before"} {
		if got := r.must(400, "GET", terminal+"?"+query, "").parameters(t); len(got) != 1 || got[0] != parameter {
			t.Errorf("%s: %v", query, got)
		}
	}
}

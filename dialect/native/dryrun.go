package native

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"paylink"
	"paylink/till"
)

// rehearsed are the routes that take ?dry_run=true.
var rehearsed = []string{"POST " + root + "/links", "POST " + root + "/links/{id}", "POST " + root + "/links/{id}/close",
	"POST " + root + "/links/{id}/share"}

// readDryRun reads the only parameter that a POST can have.
func readDryRun(req *http.Request) (bool, error) {
	if req.URL.RawQuery == "" {
		return false, nil
	}
	r := &reader{}
	values, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		r.fault("", "query", "the query can't be read")
		return false, r.faults.Err()
	}
	may := slices.Contains(rehearsed, req.Pattern)
	for name, given := range values {
		switch {
		case name != "dry_run" || !may:
			r.fault("", "unknown_parameter", "this call has no parameter of one of the names given")
		case len(given) > 1:
			r.fault(name, "twice", "is given twice")
		case given[0] != "true" && given[0] != "false":
			r.fault(name, "value", "must be true or false")
		}
	}
	return values.Get("dry_run") == "true", r.faults.Err()
}

// dryAnswer is what a call would do.
type dryAnswer struct {
	Object string            `json:"object"` // "dry_run"
	Status int               `json:"status"` // that the call would be answered with
	Result any               `json:"result"` // its body; ids and addresses in it are nobody's
	Events []json.RawMessage `json:"events"` // as webhooks would carry them
	Mails  []mailAnswer      `json:"mails,omitempty"`
	Page   *pageAnswer       `json:"page,omitempty"`
}

// mailAnswer is a letter that would be sent.
type mailAnswer struct {
	Kind paylink.MailKind `json:"kind"`
	To   string           `json:"to"`
	Name string           `json:"name,omitempty"`
}

// pageAnswer is what a payer would see.
type pageAnswer struct {
	Status int    `json:"status"`
	HTML   string `json:"html"`
}

// rehearse plays a change and tells what it would do. It uses no idempotency key.
func (h *Handler) rehearse(c call, change till.Change, show func(till.Changed) (int, string, any)) (answer, error) {
	done, err := h.Till.Rehearse(c.Context(), change)
	if err != nil {
		return answer{}, err
	}
	out := dryAnswer{Object: "dry_run", Events: []json.RawMessage{}}
	out.Status, _, out.Result = show(done.Changed)
	for _, e := range done.Events {
		out.Events = append(out.Events, e.Body)
	}
	for _, m := range done.Changed.Mails {
		out.Mails = append(out.Mails, mailAnswer{m.Kind, m.To, m.Name})
	}
	if done.Sight != nil && h.Preview != nil {
		status, html, err := h.Preview(*done.Sight)
		if err != nil {
			return answer{}, &paylink.Error{Kind: paylink.Internal, Err: err}
		}
		out.Page = &pageAnswer{Status: status, HTML: string(html)}
	}
	return ok(out), nil
}

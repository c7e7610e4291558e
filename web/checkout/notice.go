package checkout

import (
	"net/http"
	"strings"

	"paylink/web/look"
)

// state is a page that only tells: its status code, sign and tone. Its words are
// state.{name}.title and .text in the catalog, its name is the reason code that
// support can look up.
type state struct {
	status     int
	sign, tone string
}

var states = map[string]state{
	"confirming":     {http.StatusOK, "wait", ""},
	"resume":         {http.StatusOK, "lock", ""},
	"resume_wallet":  {http.StatusOK, "wait", ""},
	"pending_wallet": {http.StatusOK, "wait", ""},
	"paid":           {http.StatusOK, "good", "good"},
	"held":           {http.StatusOK, "good", "good"},
	"pending":        {http.StatusOK, "good", "good"},
	"already_paid":   {http.StatusGone, "good", "good"},
	"refunded":       {http.StatusOK, "back", ""},
	"surplus":        {http.StatusOK, "back", ""},
	"voided":         {http.StatusOK, "stop", ""},
	"released":       {http.StatusOK, "stop", ""},
	"returned":       {http.StatusOK, "back", "bad"},
	"used_up":        {http.StatusGone, "stop", ""},
	"expired":        {http.StatusGone, "wait", ""},
	"cancelled":      {http.StatusGone, "stop", ""},
	"paused":         {http.StatusForbidden, "wait", ""},
	"not_yet":        {http.StatusForbidden, "wait", ""},
	"off_sale":       {http.StatusForbidden, "stop", ""},
	"unknown":        {http.StatusNotFound, "ask", ""},
	"forbidden":      {http.StatusForbidden, "stop", "bad"},
	"too_many":       {http.StatusTooManyRequests, "wait", ""},
	"gateway_down":   {http.StatusServiceUnavailable, "error", "bad"},
	"broken":         {http.StatusInternalServerError, "error", "bad"},
	"broken_safe":    {http.StatusInternalServerError, "error", "bad"},
}

// notice begins the page of a state; args fill the catalog's {names}.
func notice(s look.Shell, name string, args ...string) NoticeView {
	st := states[name]
	s.Reason = name
	v := NoticeView{Shell: s, Sign: st.sign, Tone: st.tone,
		Heading: s.T("state."+name+".title", args...), Text: []string{s.T("state."+name+".text", args...)}}
	v.Tab = v.Heading
	return v
}

// leavesFrame: our own pages stay in the frame of a merchant's page, all others take
// its place; most of them refuse to be framed.
func (v NoticeView) leavesFrame(w Way) bool { return v.Framed && !strings.HasPrefix(w.Href, "/") }

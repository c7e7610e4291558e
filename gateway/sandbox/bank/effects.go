package bank

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Reasons is every reason for which the bank declines or returns; each is a code
// that programs may rely on.
var Reasons = []string{
	"do_not_honor", "insufficient_funds", "expired_card", "incorrect_cvc", "lost_card", "stolen_card",
	"processing_error", "fraudulent", "authentication_failed", "invalid_account", "account_closed", "not_authorized",
}

// effects is what a trouble text means, parsed.
type effects struct {
	decline     string // reason of a decline
	threeDS     bool   // ask for 3-D Secure first
	returned    string // reason of a bank return
	returnLate  bool   // return after settling, not instead of it
	slow        time.Duration
	notBooked   bool
	queue       time.Duration // book only later, from a queue; the answer is lost
	answer      string        // "", none, hang, 5xx, garbage, html, empty, huge, half, not_found
	falsify     string        // "", amount, currency, account
	hideLookups int
	callback    string        // "", twice, late, early, out_of_order, never
	late        time.Duration // of callback "late"
}

// words are the effects without an argument.
var words = map[string]effects{
	"3ds":                   {threeDS: true},
	"no_answer_booked":      {answer: "none"},
	"no_answer_not_booked":  {answer: "none", notBooked: true},
	"hang_booked":           {answer: "hang"},
	"hang_not_booked":       {answer: "hang", notBooked: true},
	"5xx_booked":            {answer: "5xx"},
	"5xx_not_booked":        {answer: "5xx", notBooked: true},
	"garbage":               {answer: "garbage"},
	"html":                  {answer: "html"},
	"empty":                 {answer: "empty"},
	"huge":                  {answer: "huge"},
	"reset_half":            {answer: "half"},
	"not_found":             {answer: "not_found"},
	"wrong_amount":          {falsify: "amount"},
	"wrong_currency":        {falsify: "currency"},
	"other_account":         {falsify: "account"},
	"callback_twice":        {callback: "twice"},
	"callback_early":        {callback: "early"},
	"callback_out_of_order": {callback: "out_of_order"},
	"callback_never":        {callback: "never"},
}

// parseDo reads a trouble text: effects joined by "+", each a word or
// word:argument. The empty text is no trouble.
func parseDo(do string) (effects, error) {
	var all effects
	if do == "" {
		return all, nil
	}
	for _, part := range strings.Split(do, "+") {
		one, err := parseEffect(part)
		if err != nil {
			return effects{}, err
		}
		all = all.with(one)
	}
	return all, nil
}

func parseEffect(part string) (effects, error) {
	if e, ok := words[part]; ok {
		return e, nil
	}
	word, arg, _ := strings.Cut(part, ":")
	switch word {
	case "decline", "return", "return_late":
		return parseReason(word, arg)
	}
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 || n > 1<<36 {
		return effects{}, fmt.Errorf("trouble %q is not known, or lacks its number (slow_ms:500)", part)
	}
	ms := time.Duration(n) * time.Millisecond
	switch word {
	case "slow_ms":
		return effects{slow: ms}, nil
	case "queue_ms":
		return effects{queue: ms, answer: "none", notBooked: true}, nil
	case "callback_late_ms":
		return effects{callback: "late", late: ms}, nil
	case "not_found_lookups":
		return effects{hideLookups: n}, nil
	}
	return effects{}, fmt.Errorf("trouble %q is not known", part)
}

func parseReason(word, reason string) (effects, error) {
	for _, r := range Reasons {
		if r == reason {
			if word == "decline" {
				return effects{decline: r}, nil
			}
			return effects{returned: r, returnLate: word == "return_late"}, nil
		}
	}
	return effects{}, fmt.Errorf("reason %q is not known; use one of %s", reason, strings.Join(Reasons, ", "))
}

// with lays another trouble over this one: what the other says, wins.
func (e effects) with(o effects) effects {
	put(&e.decline, o.decline)
	put(&e.returned, o.returned)
	put(&e.answer, o.answer)
	put(&e.falsify, o.falsify)
	put(&e.slow, o.slow)
	put(&e.queue, o.queue)
	put(&e.hideLookups, o.hideLookups)
	if o.callback != "" {
		e.callback, e.late = o.callback, o.late
	}
	e.threeDS = e.threeDS || o.threeDS
	e.returnLate = e.returnLate || o.returnLate
	e.notBooked = e.notBooked || o.notBooked
	return e
}

func put[T comparable](to *T, from T) {
	var zero T
	if from != zero {
		*to = from
	}
}

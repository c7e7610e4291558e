package frontstream

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"paylink"
	"paylink/dialect"
)

// line is a PayLinkPaymentLine.
type line struct {
	Amount         string `json:"Amount,omitempty"` // as it came; empty where the payer types it
	Type           int    `json:"Type"`
	Recurring      int    `json:"Recurring"`
	ExternalLineID string `json:"ExternalLineId,omitempty"`

	minor int64
}

var lineNames = []string{"Amount", "Type", "Recurring", "ExternalLineId"}

const (
	maxAmount = 7   // FrontStream OpenAPI, maxLength; it holds beside the range (A1)
	maxLineID = 100 // FrontStream OpenAPI, maxLength
	maxLines  = 200 // ours: the OpenAPI has no bound

	// Amounts are $0.01 to $99,999.99 (FrontStream OpenAPI, Amount), each line by
	// itself (A20); here in minor units of a currency with two decimals.
	leastMinor = 1
	mostMinor  = 99_999_99
)

// amountForm is a plain decimal of at most two places (A2).
var amountForm = regexp.MustCompile(`^(\d+(\.\d{1,2})?|\.\d{1,2})$`)

// types are the payment types that pay links take (FrontStream OpenAPI, Type; A19).
var types = map[int]bool{1: true, 3: true, 4: true, 5: true, 12: true}

// frequencies are Recurring 1 to 9 (FrontStream OpenAPI, Recurring). Mind 5 and 9:
// every two months, and twice a month.
var frequencies = map[int]paylink.Frequency{1: paylink.Daily, 2: paylink.Weekly, 3: paylink.BiWeekly, 4: paylink.Monthly,
	5: paylink.BiMonthly, 6: paylink.Quarterly, 7: paylink.SemiAnnually, 8: paylink.Annually, 9: paylink.SemiMonthly}

// lines reads PaymentLines.
func (r *reader) lines() []line {
	v := r.get("PaymentLines")
	switch {
	case v.Kind == dialect.Null:
		r.required("PaymentLines")
		return nil
	case v.Kind != dialect.Array:
		r.broken(CodeType, "PaymentLines", "must be an array of objects")
		return nil
	case len(v.Items) == 0:
		r.broken(CodeRequired, "PaymentLines", "needs at least one line")
		return nil
	case len(v.Items) > maxLines:
		r.broken(CodeTooMany, "PaymentLines", fmt.Sprintf("must not have more than %d lines", maxLines))
		return nil
	}
	out := make([]line, 0, len(v.Items))
	recurs := false
	for i, item := range v.Items {
		path := "PaymentLines[" + strconv.Itoa(i) + "]"
		if item.Kind != dialect.Object {
			r.broken(CodeType, path, "must be an object")
			continue
		}
		l := newReader(item, path+".", lineNames, r.strict, r.rules).line(len(v.Items) > 1)
		recurs = recurs || l.Recurring != 0
		out = append(out, l)
	}
	if recurs && len(v.Items) > 1 {
		r.broken(CodeOnlyLine, "PaymentLines", "has a recurring line, which must be the only line")
	}
	return out
}

func (r *reader) line(several bool) (l line) {
	r.amount(&l, several)
	if n, ok := r.integer("Type"); ok && !types[n] {
		r.broken(CodeNotAllowed, "Type", "must be 1, 3, 4, 5 or 12")
	} else {
		l.Type = n
	}
	if n, ok := r.integer("Recurring"); ok && (n < 0 || n > len(frequencies)) {
		r.broken(CodeNotAllowed, "Recurring", "must be between 0 and 9")
	} else {
		l.Recurring = n
	}
	l.ExternalLineID, _ = r.text("ExternalLineId", maxLineID)
	return l
}

// amount reads Amount as an exact decimal; a JSON number by its literal text (A3).
func (r *reader) amount(l *line, several bool) {
	s, ok := r.raw("Amount", maxAmount)
	switch {
	case !ok:
	case s == "" && several:
		r.broken(CodeAmountLines, "Amount", "is required where there are several lines")
	case s == "":
	case !amountForm.MatchString(s):
		r.broken(CodeFormat, "Amount", "must be a plain decimal of at most two places, such as 25.00")
	default:
		l.Amount, l.minor = s, cents(s)
		if l.minor < leastMinor || l.minor > mostMinor {
			r.broken(CodeAmountRange, "Amount", "must be between 0.01 and 99999.99")
		}
	}
}

// cents reads a text of amountForm, of at most seven characters, in hundredths.
func cents(s string) int64 {
	whole, frac, _ := strings.Cut(s, ".")
	var n int64
	for _, d := range whole + (frac + "00")[:2] {
		n = n*10 + int64(d-'0')
	}
	return n
}

package paylink

import "time"

// Frequency is how often a schedule charges.
type Frequency string

// The nine frequencies of FrontStream's Recurring 1–9.
const (
	Daily        Frequency = "daily"
	Weekly       Frequency = "weekly"
	BiWeekly     Frequency = "every_two_weeks"
	Monthly      Frequency = "monthly"
	BiMonthly    Frequency = "every_two_months"
	Quarterly    Frequency = "quarterly"
	SemiAnnually Frequency = "every_six_months"
	Annually     Frequency = "yearly"
	SemiMonthly  Frequency = "twice_a_month"
)

// Schedule is what is charged after the first payment. Only the first charge is
// taken so far; the rest of the schedule is stored and shown.
type Schedule struct {
	Every Frequency `json:"every"`
}

// Next is the civil date of charge n of a schedule that was anchored on a date;
// n=0 is the anchor itself. It is a pure function of the anchor, never of the
// charge before, and clamps to the month's end: 31 Jan, 28 Feb, 31 Mar
// (trust.md 4.7; time.AddDate would walk 31 Jan to 3 March).
func (s Schedule) Next(anchor time.Time, n int) time.Time {
	y, m, d := anchor.Date()
	day := func(months, on int) time.Time {
		first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
		if last := first.AddDate(0, 1, -1).Day(); on > last {
			on = last
		}
		return first.AddDate(0, 0, on-1)
	}
	switch s.Every {
	case Daily:
		return time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC)
	case Weekly:
		return time.Date(y, m, d+7*n, 0, 0, 0, 0, time.UTC)
	case BiWeekly:
		return time.Date(y, m, d+14*n, 0, 0, 0, 0, time.UTC)
	case SemiMonthly:
		// d and d+15 where d ≤ 15, else d−15 (of the next month) and d.
		if d <= 15 {
			return day(n/2, d+15*(n%2))
		}
		return day((n+1)/2, d-15*(n%2))
	}
	months := map[Frequency]int{Monthly: 1, BiMonthly: 2, Quarterly: 3, SemiAnnually: 6, Annually: 12}[s.Every]
	return day(months*n, d)
}

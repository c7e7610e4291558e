package sqlstore

import (
	"context"
	"time"

	"paylink"
)

// Queue is what waits for background work in one state.
type Queue struct {
	Name  string // "payments": for a look at the gateway; "deliveries", "mails": to be sent
	State string
	Count int64
	// Overdue is how long ago the first of them was due; negative where it is not yet.
	Overdue time.Duration
}

const (
	paymentQueue  = "SELECT state, COUNT(*), MIN(look_at) FROM payment WHERE look_at > 0 GROUP BY state"
	mailQueue     = "SELECT state, COUNT(*), MIN(next_at) FROM mail WHERE next_at > 0 GROUP BY state"
	deliveryQueue = "SELECT state, COUNT(*), MIN(next_at) FROM delivery WHERE next_at > 0 GROUP BY state"
)

// Queues counts what waits, for operators. It reads only rows that do: what is
// finished costs nothing.
func (s *Store) Queues(ctx context.Context) ([]Queue, error) {
	var out []Queue
	err := s.View(ctx, func(any paylink.Reader) error {
		r := any.(*reader)
		out = nil
		now := r.Now() // before the rows: they hold a connection
		for name, text := range map[string]string{"payments": paymentQueue, "deliveries": deliveryQueue, "mails": mailQueue} {
			err := r.each(text, nil, func(got row) error {
				q := Queue{Name: name}
				var first int64
				if err := got.Scan(&q.State, &q.Count, &first); err != nil {
					return err
				}
				q.Overdue = now.Sub(time.UnixMicro(first))
				out = append(out, q)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

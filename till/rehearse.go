package till

import (
	"context"
	"errors"
	"strings"

	"paylink"
)

// Rehearsal is what a change would leave behind.
type Rehearsal struct {
	Changed
	Events []paylink.Event // that would be told, oldest first
	// Sight is what a payer would see of the changed link, nil where the change is
	// about no link.
	Sight *Sight
}

// errRehearsed takes a rehearsed change back.
var errRehearsed = errors.New("this was a rehearsal")

// Rehearse plays a change to its end and takes it back: nothing is kept, nothing is
// sent, no idempotency key is used. It fails with the error that the change itself
// would fail with. The ids and addresses that it shows are nobody's afterwards.
func (t *Till) Rehearse(ctx context.Context, change Change) (Rehearsal, error) {
	var out Rehearsal
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		out = Rehearsal{}
		heard := &listening{Tx: tx}
		if out.Changed, err = change(heard); err != nil {
			return err
		}
		out.Events = heard.events
		if address, ok := strings.CutPrefix(out.URL, t.LinkURL("")); ok {
			sight, err := sightOf(tx, address)
			if err != nil {
				return err
			}
			out.Sight = &sight
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return out, err
}

// listening is a transaction that notes what merchants would hear of it.
type listening struct {
	paylink.Tx
	events []paylink.Event
}

// AddEvent implements paylink.Tx.
func (l *listening) AddEvent(e paylink.Event) error {
	l.events = append(l.events, e)
	return l.Tx.AddEvent(e)
}

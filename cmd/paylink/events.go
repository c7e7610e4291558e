package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"paylink/client"
)

type eventsCommand struct {
	Tail eventsTail `cmd:"" help:"Show events as they happen, until Ctrl-C."`
}

// eventFlags narrow what is followed.
type eventFlags struct {
	Types  []string      `name:"events" help:"Only these types, with commas; payment.* is all that begin so."`
	Object string        `help:"Only about this link, payment …"`
	After  string        `help:"Go on behind this event, evt_…, instead of beginning now."`
	Every  time.Duration `default:"1s" help:"How often to ask."`
}

// wants reports whether a type is among the patterns.
func (f eventFlags) wants(kind string) bool {
	for _, pattern := range f.Types {
		if ok, err := path.Match(pattern, kind); err == nil && ok {
			return true
		}
	}
	return len(f.Types) == 0
}

func (f eventFlags) check() error {
	for _, pattern := range f.Types {
		if _, err := path.Match(pattern, ""); err != nil {
			return &failure{2, "--events " + pattern + " is no pattern; write payment.* or payment.succeeded"}
		}
	}
	if f.Every < 100*time.Millisecond {
		return &failure{2, "--every is at least 100ms"}
	}
	return nil
}

// follow gives each wanted event to a function until the context ends. A server that
// is away is waited for; where it went on is told, so that nothing is missed.
func (f eventFlags) follow(s *session, api *client.Client, each func(client.Event) error) error {
	if err := f.check(); err != nil {
		return err
	}
	after, away := f.After, false
	for {
		err := error(nil)
		for e, ferr := range api.Events.Follow(s.ctx, client.EventFilter{Object: f.Object}, after, f.Every) {
			if err = ferr; err != nil {
				break
			}
			after, away = e.ID, false
			if !f.wants(e.Type) {
				continue
			}
			if err := each(e); err != nil {
				return err
			}
		}
		var said *client.Error
		switch {
		case s.ctx.Err() != nil:
			if after != "" {
				_, _ = fmt.Fprintf(s.stderr, "To go on where this ended: --after %s\n", after)
			}
			return nil
		case errors.As(err, &said) && said.Status < 500:
			return reached(err)
		case !away:
			away = true
			_, _ = fmt.Fprintf(s.stderr, "%v; asking again\n", told(reached(err)))
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(f.Every):
		}
	}
}

type eventsTail struct {
	eventFlags  `embed:""`
	callerFlags `embed:""`
}

// Run follows events.
func (c *eventsTail) Run(s *session) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.follow(s, api, func(e client.Event) error {
		return c.show(s, e.Raw, func() error {
			_, err := fmt.Fprintln(s.stdout, eventLine(e))
			return err
		})
	})
}

// eventLine is an event in one line: when, what, and what of it matters most.
func eventLine(e client.Event) string {
	about := struct {
		ID       string        `json:"id"`
		Title    string        `json:"title"`
		Name     string        `json:"name"`
		State    string        `json:"state"`
		Amount   *client.Money `json:"amount"`
		Decline  string        `json:"decline_code"`
		Standing string        `json:"standing"`
	}{}
	// Data of a kind that has other members is told by its type alone.
	_ = json.Unmarshal(e.Data, &about)
	parts := []string{about.ID}
	if about.Amount != nil {
		parts = append(parts, about.Amount.String())
	}
	for _, more := range []string{about.Title, about.Name, about.Decline} {
		if more != "" {
			parts = append(parts, oneLine(more))
		}
	}
	return fmt.Sprintf("%s  %-20s  %s  %s", e.CreatedAt.Local().Format("15:04:05"), e.Type, strings.Join(parts, "  "), e.ID)
}

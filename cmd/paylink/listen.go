package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paylink/client"
	"paylink/internal/signing"
)

// listenCommand brings webhooks to a developer's machine, which no server can reach:
// it asks for events and posts them itself, signed as real ones are.
type listenCommand struct {
	Forward     string   `help:"Post each event there, like http://127.0.0.1:3000/hooks. Without it they are only shown."`
	Secret      secret   `env:"PAYLINK_WEBHOOK_SECRET" help:"Sign with this secret, whsec_…; left out: with a new one, which is printed."`
	Replay      []string `help:"Post these events, evt_…, with commas, and end."`
	eventFlags  `embed:""`
	callerFlags `embed:""`
}

// Run listens.
func (c *listenCommand) Run(s *session) error {
	post, err := c.poster(s)
	if err != nil {
		return err
	}
	api, err := c.client()
	if err != nil {
		return err
	}
	hear := func(e client.Event) error {
		err := c.show(s, e.Raw, func() error {
			_, err := fmt.Fprintln(s.stdout, eventLine(e))
			return err
		})
		if err != nil || post == nil {
			return err
		}
		return post(e)
	}
	if len(c.Replay) > 0 {
		for _, id := range c.Replay {
			e, err := api.Events.Show(s.ctx, id)
			if err != nil {
				return reached(err)
			}
			if err := hear(e); err != nil {
				return err
			}
		}
		return nil
	}
	if !c.JSON {
		_, _ = fmt.Fprintln(s.stderr, "Listening; stop with Ctrl-C.")
	}
	return c.follow(s, api, hear)
}

// forwardTimeout is how long a receiver may take; real webhooks wait as long.
const forwardTimeout = 15 * time.Second

// poster makes the function that posts an event, nil where none is asked for. What
// the receiver answers is shown, and never ends the listening.
func (c *listenCommand) poster(s *session) (func(client.Event) error, error) {
	if c.Forward == "" {
		return nil, nil
	}
	u, err := url.Parse(c.Forward)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, &failure{2, "--forward " + c.Forward + " is no address like http://127.0.0.1:3000/hooks"}
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return nil, &failure{2, "--forward sends payers' data: without https only to this machine, like http://127.0.0.1:3000/hooks"}
	}
	sign := signing.NewSecret()
	if c.Secret != "" {
		if sign, err = signing.ParseSecret(string(c.Secret)); err != nil {
			return nil, &failure{2, "--secret: " + err.Error()}
		}
	} else {
		_, _ = fmt.Fprintf(s.stderr, "Your webhook secret for now is %s\n", sign.Reveal())
	}
	// A receiver that redirects is shown as such: real webhooks do not follow.
	browser := &http.Client{Timeout: forwardTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(e client.Event) error {
		began := time.Now()
		said, err := forward(s.ctx, browser, c.Forward, e, sign, began)
		if err != nil {
			said = "failed: " + strings.TrimPrefix(err.Error(), `Post "`+c.Forward+`": `)
		}
		_, err = fmt.Fprintf(s.stderr, "          -> %s  %s\n", said, time.Since(began).Round(time.Millisecond))
		return err
	}, nil
}

// forward posts one event and gives what was answered.
func forward(ctx context.Context, browser *http.Client, to string, e client.Event, sign signing.Secret, at time.Time) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(e.Raw))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "paylink-webhooks/1")
	if err := signing.Sign(req.Header, e.ID, at, e.Raw, sign); err != nil {
		return "", err
	}
	res, err := browser.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	head, _ := io.ReadAll(io.LimitReader(res.Body, 120)) // what is missing is only not shown
	return strings.TrimSpace(res.Status + "  " + oneLine(string(head))), nil
}

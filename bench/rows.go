package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// rounds is how often a load is alternated with the one it is compared with, so
// that a machine that slows down slows down both.
const rounds = 3

// against measures both, in turn.
func against(ours, theirs func() (result, error)) (us, them result, err error) {
	for range rounds {
		r, err := ours()
		if err != nil {
			return us, them, err
		}
		us = us.and(r)
		if r, err = theirs(); err != nil {
			return us, them, err
		}
		them = them.and(r)
	}
	return us, them, nil
}

// takeSample has two links made and keeps what the first wrote, for the bare program.
func (e engine) takeSample(p *program) (string, error) {
	c := newClient(1)
	defer c.close()
	var two [2]*sample
	for i := range two {
		token, err := c.accessToken(p.ready)
		if err != nil {
			return "", err
		}
		two[i], err = e.sample(func() error {
			_, err := c.link(p.ready, token)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	s := two[0]
	s.tellRandom(two[1])
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	file := filepath.Join(e.dir, "sample.json")
	return file, os.WriteFile(file, text, 0o600)
}

// creation compares the making of links with a program that writes the same rows.
func (e engine) creation(p *program) error {
	sample, err := e.takeSample(p)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	other, err := start(filepath.Join(e.dir, "bare"), self, "bare", "--sample", sample, "--store", e.bare)
	if err != nil {
		return err
	}
	defer other.kill()
	for _, callers := range []int{1, 16, 64} {
		count := e.calls / rounds
		if callers == 1 {
			count /= 6
		}
		ours, theirs, err := against(
			func() (result, error) { return createAt(p, callers, count) },
			func() (result, error) { return createBare(other, callers, count) })
		if err != nil {
			return err
		}
		e.add(compared(fmt.Sprintf("make a link, %d at once, %s", callers, e.name), ours, theirs, 0.5))
	}
	return other.stop()
}

// createAt makes links with access tokens got beforehand: the session is a
// request of its own, and the bare program has none.
func createAt(p *program, callers, count int) (result, error) {
	c := newClient(callers)
	defer c.close()
	tokens := make([]string, count)
	_, err := load(16, count, func(n int) (err error) {
		tokens[n], err = c.accessToken(p.ready)
		return err
	})
	if err != nil {
		return result{}, err
	}
	return load(callers, count, func(n int) error {
		_, err := c.link(p.ready, tokens[n])
		return err
	})
}

func createBare(p *program, callers, count int) (result, error) {
	c := newClient(callers)
	defer c.close()
	return load(callers, count, func(int) error {
		_, err := c.link(p.ready, "bare")
		return err
	})
}

// reading compares the page with its own bytes, compressed as a browser gets them.
func (e engine) reading(p *program) error {
	c := newClient(16)
	defer c.close()
	links, err := makeLinks(c, p, 1)
	if err != nil {
		return err
	}
	page, err := c.getZipped(links[0])
	if err != nil {
		return err
	}
	dir := filepath.Join(e.dir, "memory")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file := filepath.Join(dir, "page.html.gz")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	other, err := start(dir, self, "memory", "--page", file)
	if err != nil {
		return err
	}
	defer other.kill()
	ours, theirs, err := against(
		func() (result, error) {
			return load(16, e.calls, func(int) error { _, err := c.getZipped(links[0]); return err })
		},
		func() (result, error) {
			return load(16, e.calls, func(int) error { _, err := c.getZipped(other.BaseURL); return err })
		})
	if err != nil {
		return err
	}
	e.add(compared("read a page, 16 at once, "+e.name, ours, theirs, 0.4))
	return other.stop()
}

// paying pays links that were made beforehand, each once: by one payer after the
// other, and by many at a time.
func (e engine) paying(p *program) error {
	for _, callers := range []int{1, 128} {
		c := newClient(callers)
		defer c.close()
		count := e.calls
		if callers == 1 {
			count /= 20
		}
		links, err := makeLinks(c, p, count)
		if err != nil {
			return err
		}
		paid, err := load(callers, count, func(n int) error { return c.pay(p.ready, links[n]) })
		if err != nil {
			return err
		}
		r := row{what: fmt.Sprintf("a link paid end to end, %d at once, %s", callers, e.name), paylink: describe(paid),
			figure: fmt.Sprintf("%.0f/s", paid.rate()), goal: "≥ 500/s", met: paid.rate() >= 500}
		if callers == 1 {
			r.goal, r.noGoal = "–", true
		}
		e.add(r)
	}
	return nil
}

// add keeps a row. PostgreSQL has no goals yet: it is reported.
func (e engine) add(r row) {
	if e.name != "SQLite" {
		r.goal, r.noGoal = "–", true
	}
	e.rows = append(e.rows, r)
}

func makeLinks(c *client, p *program, count int) ([]string, error) {
	links := make([]string, count)
	_, err := load(16, count, func(n int) error {
		token, err := c.accessToken(p.ready)
		if err == nil {
			links[n], err = c.link(p.ready, token)
		}
		return err
	})
	return links, err
}

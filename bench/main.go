package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(args []string) error {
	if len(args) > 0 && (args[0] == "bare" || args[0] == "memory") {
		return bare(args[0], args[1:])
	}
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	b := new(bench)
	flags.StringVar(&b.binary, "binary", "bin/paylink", "the paylink to measure")
	flags.IntVar(&b.calls, "calls", 4000, "calls of each load (a quarter of it at 1 caller)")
	flags.StringVar(&b.dir, "dir", "", "keep data and logs in this directory instead of a temporary one")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.dir == "" {
		temporary, err := os.MkdirTemp("", "paylink-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		b.dir = temporary
	}
	err := b.run()
	if len(b.rows) > 0 {
		fmt.Printf("%s, %s/%s, %d CPUs, %s\n\n", time.Now().UTC().Format("2006-01-02"), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
		err = errors.Join(err, write(os.Stdout, b.rows))
	}
	return err
}

// bench is one run: its programs, one at a time, and the rows so far.
type bench struct {
	binary string
	calls  int
	dir    string
	rows   []row
}

func (b *bench) run() error {
	data := filepath.Join(b.dir, "data")
	p, err := start(filepath.Join(b.dir, "paylink"), b.binary,
		"demo", "--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0", "--data", data)
	if err != nil {
		return err
	}
	defer p.kill()
	if err := b.idle(p); err != nil {
		return err
	}
	s, err := b.sample(p, data)
	if err != nil {
		return err
	}
	if err := b.creation(p, s); err != nil {
		return err
	}
	if err := b.reading(p); err != nil {
		return err
	}
	if err := b.paying(p); err != nil {
		return err
	}
	return p.stop()
}

// idle waits for the program to settle before it asks for its memory.
func (b *bench) idle(p *program) error {
	b.rows = append(b.rows, row{what: "start of a new store until it serves", paylink: short(p.served),
		figure: short(p.served), goal: "≤ 200 ms", met: p.served <= 200*time.Millisecond})
	time.Sleep(3 * time.Second)
	bytes, err := p.memory()
	if err != nil {
		return err
	}
	size := fmt.Sprintf("%d MB", bytes>>20)
	b.rows = append(b.rows, row{what: "resident memory when idle, sandbox included", paylink: size,
		figure: size, goal: "≤ 64 MB", met: bytes <= 64<<20})
	return nil
}

// sample has one link made and keeps what it wrote, for the bare program.
func (b *bench) sample(p *program, data string) (string, error) {
	c := newClient(1)
	defer c.close()
	token, err := c.accessToken(p.ready)
	if err != nil {
		return "", err
	}
	s, err := takeSample(data, func() error {
		_, err := c.link(p.ready, token)
		return err
	})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	file := filepath.Join(b.dir, "sample.json")
	return file, os.WriteFile(file, text, 0o600)
}

func (b *bench) creation(p *program, sample string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "bare")
	other, err := start(dir, self, "bare", "--sample", sample, "--data", dir)
	if err != nil {
		return err
	}
	defer other.kill()
	for _, callers := range []int{1, 16, 64} {
		count := b.calls
		if callers == 1 {
			count = b.calls / 4
		}
		ours, err := b.createAt(p, callers, count)
		if err != nil {
			return err
		}
		theirs, err := createBare(other, callers, count)
		if err != nil {
			return err
		}
		b.rows = append(b.rows, compared(fmt.Sprintf("make a link, %d at once, SQLite", callers), ours, theirs, 0.5))
	}
	return other.stop()
}

// createAt makes links with access tokens got beforehand: the session is a
// request of its own, and the bare program has none.
func (b *bench) createAt(p *program, callers, count int) (result, error) {
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

// reading compares the page with its own bytes.
func (b *bench) reading(p *program) error {
	c := newClient(16)
	defer c.close()
	links, err := makeLinks(c, p, 1)
	if err != nil {
		return err
	}
	page, err := c.get(links[0])
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, "memory")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file := filepath.Join(dir, "page.html")
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
	ours, err := load(16, b.calls, func(int) error { _, err := c.get(links[0]); return err })
	if err != nil {
		return err
	}
	theirs, err := load(16, b.calls, func(int) error { _, err := c.get(other.BaseURL); return err })
	if err != nil {
		return err
	}
	b.rows = append(b.rows, compared("read a page, 16 at once", ours, theirs, 0.4))
	return other.stop()
}

// paying pays links that were made beforehand, each once.
func (b *bench) paying(p *program) error {
	const callers = 64
	c := newClient(callers)
	defer c.close()
	links, err := makeLinks(c, p, b.calls)
	if err != nil {
		return err
	}
	paid, err := load(callers, len(links), func(n int) error { return c.pay(p.ready, links[n]) })
	if err != nil {
		return err
	}
	b.rows = append(b.rows, row{what: fmt.Sprintf("a link paid end to end, %d at once, SQLite", callers), paylink: describe(paid),
		figure: fmt.Sprintf("%.0f/s", paid.rate()), goal: "≥ 500/s", met: paid.rate() >= 500})
	return nil
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

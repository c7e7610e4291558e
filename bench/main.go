package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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
	flags.IntVar(&b.calls, "calls", 6000, "calls of each load (a sixth of it at 1 caller)")
	flags.StringVar(&b.postgres, "postgres", os.Getenv("PAYLINK_TEST_POSTGRES"), "URL of a PostgreSQL server to measure with too (make bench brings one)")
	flags.StringVar(&b.only, "only", "start,create,dialects,read,pay", "which of its measurements to make")
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
	binary   string
	calls    int
	postgres string
	only     string
	dir      string
	rows     []row
}

// engine is paylink on one store, and where the bare program writes.
type engine struct {
	*bench
	name  string
	dir   string
	store []string // paylink's arguments that name the store
	bare  string   // the bare program's store
	// sample tells what an act wrote.
	sample func(act func() error) (*sample, error)
}

func (b *bench) run() error {
	if strings.Contains(b.only, "start") {
		if err := b.starting(); err != nil {
			return err
		}
	}
	dir := filepath.Join(b.dir, "sqlite")
	bare := filepath.Join(dir, "bare")
	if err := os.MkdirAll(bare, 0o700); err != nil {
		return err
	}
	lite := engine{bench: b, name: "SQLite", dir: dir, bare: bare,
		sample: func(act func() error) (*sample, error) { return sampleSQLite(filepath.Join(dir, "data"), act) }}
	if err := lite.run(); err != nil {
		return err
	}
	if b.postgres == "" {
		fmt.Fprintln(os.Stderr, "bench: no -postgres, so its rows are missing (make bench has them)")
		return nil
	}
	return b.onPostgres()
}

// onPostgres measures with a database for paylink and one with the same tables for
// the bare program; paylink itself makes them.
func (b *bench) onPostgres() (err error) {
	var addresses []string
	for range 2 {
		address, drop, err := database(b.postgres)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, drop()) }()
		addresses = append(addresses, address)
	}
	dir := filepath.Join(b.dir, "postgres")
	tables, err := b.demo(filepath.Join(dir, "tables"), "--database", addresses[1])
	if err != nil {
		return err
	}
	if err := tables.stop(); err != nil {
		return err
	}
	return engine{bench: b, name: "PostgreSQL", dir: dir, store: []string{"--database", addresses[0]}, bare: addresses[1],
		sample: func(act func() error) (*sample, error) { return samplePostgres(addresses[0], act) }}.run()
}

// demo starts the program to measure, with its data in a directory. Payments send
// no webhook: the inbox of a demo is a receiver in the same process, and measuring
// it would say nothing of a merchant's.
func (b *bench) demo(dir string, args ...string) (*program, error) {
	return start(dir, b.binary, append([]string{"demo", "--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0",
		"--no-inbox", "--data", filepath.Join(dir, "data")}, args...)...)
}

// starts is how often a new store is started; the median counts.
const starts = 5

// starting measures starts, and the memory of a program that does nothing.
func (b *bench) starting() error {
	var served []time.Duration
	for n := range starts {
		p, err := b.demo(filepath.Join(b.dir, fmt.Sprintf("start%d", n)))
		if err != nil {
			return err
		}
		defer p.kill()
		if served = append(served, p.served); n == 0 {
			if err := b.idle(p); err != nil {
				return err
			}
		}
		if err := p.stop(); err != nil {
			return err
		}
	}
	slices.Sort(served)
	took := served[starts/2]
	b.rows = append(b.rows, row{what: "start with a new store until it serves, SQLite", paylink: short(took),
		figure: short(took), goal: "≤ 200 ms", met: took <= 200*time.Millisecond})
	return nil
}

func (e engine) run() error {
	p, err := e.demo(e.dir, e.store...)
	if err != nil {
		return err
	}
	defer p.kill()
	for _, step := range []struct {
		name    string
		measure func(*program) error
	}{{"create", e.creation}, {"dialects", e.dialects}, {"read", e.reading}, {"pay", e.paying}} {
		if !strings.Contains(e.only, step.name) {
			continue
		}
		if err := step.measure(p); err != nil {
			return err
		}
	}
	return p.stop()
}

// idle waits for a program to settle before it asks for its memory.
func (b *bench) idle(p *program) error {
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

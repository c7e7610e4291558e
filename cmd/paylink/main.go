package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"paylink"
)

// gcPercent lets the heap grow to four times what is in use before it is collected.
// What is in use is small (about 10 MB, most of it rendered pages), so that memory is
// cheap: against Go's own 100 a busy server does a fifth more. GOGC, where set, wins.
const gcPercent = 300

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Main{}.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Main is the program. Tests run it as the shell does, with a context in place of
// signals.
type Main struct{}

// session is what a command is run with.
type session struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	parsed *kong.Context
	book   *bookFlags // of the command, where it opens the book for a moment
	node   *node      // the server's own, where the command was handed to it
}

// commands is the command line; each command has a file of its own.
type commands struct {
	Serve    serveCommand    `cmd:"" help:"Run the server."`
	Demo     demoCommand     `cmd:"" help:"Run the whole thing with nothing to configure: a sandbox bank, a merchant, a first link."`
	Sandbox  sandboxCommand  `cmd:"" help:"Run the sandbox's bank as a process of its own. It moves no money."`
	Merchant merchantCommand `cmd:"" help:"Keep merchants, their terminals and keys."`
	Link     linkCommand     `cmd:"" help:"Make, list, show and close links."`
	Payments paymentsCommand `cmd:"" help:"List payments."`
	Events   eventsCommand   `cmd:"" help:"Follow what happens."`
	Listen   listenCommand   `cmd:"" help:"Show webhooks as they happen, and forward them to this machine."`
	Check    checkCommand    `cmd:"" help:"Audit a store; exit 1 on a violation."`
	Decide   decideCommand   `cmd:"" help:"Say what became of a payment that nobody else can tell."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// failure ends the program with a status of its own.
type failure struct {
	status int
	text   string
}

func (f *failure) Error() string { return f.text }

// exit carries the status with which kong wants to end (after --help) out of it.
type exit int

// Run runs one command to its end and gives the exit status.
func (Main) Run(ctx context.Context, args []string, stdout, stderr io.Writer) (status int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exit:
			status = int(r)
		default:
			panic(r)
		}
	}()
	s := &session{ctx: ctx, stdout: stdout, stderr: stderr}
	parser, err := kong.New(&commands{}, kong.Name("paylink"), kong.Writers(stdout, stderr), kong.Bind(s),
		kong.Description("A payment-link server that a merchant owns."),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}))
	if err != nil {
		fmt.Fprintln(stderr, "paylink:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "paylink: %v (paylink --help lists what there is)\n", err)
		return 2
	}
	s.parsed = parsed
	if err = parsed.Run(); err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "paylink:", scrubText(told(err)))
	return statusOf(err)
}

// statusOf is the exit status of an error.
func statusOf(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.status
	}
	return 1
}

// told is an error for a person at a terminal: our own say it in their text.
func told(err error) string {
	var e *paylink.Error
	if errors.As(err, &e) && e.Kind != paylink.Internal && len(e.Faults) == 0 && e.Err == nil && e.Text != "" {
		return e.Text
	}
	return err.Error()
}

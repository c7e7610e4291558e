package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"paylink/internal/pgtest/server"
)

// variable is pgtest.Variable; that package is for tests only and cannot be
// imported by a program.
const variable = "PAYLINK_TEST_POSTGRES"

func main() {
	disk := flag.Bool("disk", false, "keep the data on the disk (TMPDIR), for measurements")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: pgserver [-disk] command [argument ...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	start := server.Start
	if *disk {
		start = func(settings ...string) (*server.Server, error) { return server.StartIn(os.TempDir(), settings...) }
	}
	status, err := run(start, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgserver:", err)
	}
	os.Exit(status)
}

func run(start func(...string) (*server.Server, error), command []string) (int, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if os.Getenv(variable) == "" {
		s, err := start()
		if err != nil {
			return 1, err
		}
		defer s.Stop()
		cmd.Env = append(os.Environ(), variable+"="+s.DSN("postgres"))
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if exit.ExitCode() < 0 {
			return 1, err
		}
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

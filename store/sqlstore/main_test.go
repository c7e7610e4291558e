package sqlstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"paylink"
	"paylink/internal/pgtest"
	"paylink/store/sqlstore"
)

// childDSN makes this test's program a writer of its own instead: it opens the
// store and prints the name of each setting after it was acknowledged.
const childDSN = "PAYLINK_TEST_CHILD_DSN"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		if err := writeForEver(dsn); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func writeForEver(dsn string) error {
	s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{})
	if err != nil {
		return err
	}
	var out sync.Mutex
	failed := make(chan error)
	for writer := range 8 {
		go func() {
			for n := 0; ; n++ {
				name := fmt.Sprintf("w%d.%d", writer, n)
				err := s.Update(context.Background(), func(tx paylink.Tx) error { return tx.PutSetting(name, "kept") })
				if err != nil {
					failed <- err
					return
				}
				out.Lock()
				fmt.Println(name)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// child starts such a writer.
func child(t *testing.T, dsn string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDSN+"="+dsn)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(pipe)
}

func TestKilledProcessLosesNothingThatItAcknowledged(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": sqliteFile(t), "PostgreSQL": pgtest.DSN(t)} {
		t.Run(engine, func(t *testing.T) {
			for round := range 3 {
				cmd, lines := child(t, dsn)
				var told []string
				for lines.Scan() {
					told = append(told, lines.Text())
					if len(told) == 150+50*round {
						if err := cmd.Process.Kill(); err != nil { // what is in the pipe was acknowledged too
							t.Fatal(err)
						}
					}
				}
				_ = cmd.Wait() // "signal: killed"
				if len(told) < 150 || strings.HasPrefix(told[len(told)-1], "error") {
					t.Fatalf("the writer ended early: %q", told)
				}
				s := openStore(t, dsn, sqlstore.Options{})
				for _, name := range told {
					// A line that the kill cut short is the front of a name that was kept or not.
					if setting(t, s, name) != "kept" && name != told[len(told)-1] {
						t.Errorf("%s was acknowledged and is gone", name)
					}
				}
				if err := s.Audit(context.Background(), paylink.Ledgers.Integrity); err != nil {
					t.Error(err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestSecondProcessOnASQLiteFileIsRefused(t *testing.T) {
	t.Parallel()
	file := sqliteFile(t)
	openStore(t, file, sqlstore.Options{})
	cmd, lines := child(t, file)
	if !lines.Scan() || !strings.Contains(lines.Text(), "written by another paylink") {
		t.Errorf("the second process said %q", lines.Text())
	}
	if cmd.Wait() == nil {
		t.Error("it ended well")
	}
}

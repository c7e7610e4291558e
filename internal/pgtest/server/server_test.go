package server

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// asChild makes the test binary start a server and wait, for the test that
// kills it.
const asChild = "PAYLINK_SERVER_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		s, err := Start()
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.port, s.dir)
		time.Sleep(time.Minute)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func start(t *testing.T, settings ...string) *Server {
	t.Helper()
	s, err := Start(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var answer string
	if err := conn.QueryRow(context.Background(), sql).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

func TestServerIsAsDurableAsPostgreSQLIsByDefault(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if got := query(t, s, "SHOW "+name); got != "on" {
			t.Errorf("%s is %s, want on", name, got)
		}
	}
}

func TestServerTakesSettings(t *testing.T) {
	t.Parallel()
	if got := query(t, start(t, "fsync=off", "max_connections=37"), "SELECT current_setting('fsync') || ' ' || current_setting('max_connections')"); got != "off 37" {
		t.Errorf("fsync and max_connections are %s, want off 37", got)
	}
}

func TestAWrongSettingIsReportedInTheServersWords(t *testing.T) {
	t.Parallel()
	began := time.Now()
	_, err := Start("fsync=banana")
	if err == nil || !strings.Contains(err.Error(), `"fsync"`) || time.Since(began) > startWait/2 {
		t.Errorf("Start with fsync=banana gave %v, want an error that names the setting", err)
	}
}

func TestAcknowledgedRowsSurviveACrash(t *testing.T) {
	t.Parallel()
	s := start(t)
	conn, err := pgx.Connect(context.Background(), s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(context.Background(), "CREATE TABLE kept AS SELECT 'acknowledged' AS word"); err != nil {
		t.Fatal(err)
	}
	if err := s.Crash(); err != nil {
		t.Fatal(err)
	}
	if err := conn.Ping(context.Background()); err == nil {
		t.Error("a connection outlived the crash")
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := query(t, s, "SELECT word FROM kept"); got != "acknowledged" {
		t.Errorf("after the crash the row says %q", got)
	}
}

func TestStopLeavesNothing(t *testing.T) {
	t.Parallel()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if !gone(s.port, s.dir) {
		t.Errorf("after Stop the port %d or the directory %s is still there", s.port, s.dir)
	}
}

func TestAKilledProcessLeavesNoServer(t *testing.T) {
	t.Parallel()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), asChild+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var port int
	var dir string
	if _, err := fmt.Sscan(line, &port, &dir); err != nil {
		t.Fatalf("the child said %q", line)
	}
	if gone(port, dir) {
		t.Fatal("the child's server does not run")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	for end := time.Now().Add(20 * time.Second); !gone(port, dir); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("20 s after its process was killed, the server on port %d or its directory %s is still there", port, dir)
		}
	}
}

func gone(port int, dir string) bool {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err == nil {
		conn.Close()
		return false
	}
	_, err = os.Stat(dir)
	return os.IsNotExist(err)
}

func TestAMachineWithoutPostgreSQLSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := findPrograms(filepath.Join(t.TempDir(), "*"))
	if err == nil || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("got %v, want the words what to do", err)
	}
}

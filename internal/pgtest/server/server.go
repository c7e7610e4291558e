package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running PostgreSQL server that nobody else uses.
type Server struct {
	dir      string
	password string
	port     int
	commands io.WriteCloser // to the keeper; closing it ends the server
	answers  *bufio.Reader
	ended    chan struct{}
}

// keeper is the shell that holds the server. It obeys "start" and "crash", one
// answer line each, and ends everything once its input closes. The server gets
// no copy of the pipes, so that only our own end decides.
const keeper = `
postgres=$1 dir=$2 pid=
shift 2
while read -r word; do
	case $word in
	start) "$postgres" "$@" </dev/null >>"$dir/log" 2>&1 & pid=$! ;;
	crash) kill -QUIT $pid 2>/dev/null; wait $pid ;;
	esac
	echo "$pid"
done
[ -z "$pid" ] || { kill -QUIT $pid; wait $pid; } 2>/dev/null
rm -rf "$dir"
`

// startWait is how long a server may take until it answers. Recovery after a
// crash is part of it; a loaded machine needs most of it.
const startWait = 60 * time.Second

// Start starts a server with the given settings, each "name=value", on top of
// PostgreSQL's defaults. It returns once the server answers. The data live in
// memory where the machine has enough: they survive the death of every
// process, which is what the tests ask, though not a loss of power.
func Start(settings ...string) (*Server, error) {
	return StartIn(quickest(), settings...)
}

// StartIn is Start with the data in a new directory under parent, for
// measurements, which are honest only on a disk. The server's account must be
// able to enter parent.
func StartIn(parent string, settings ...string) (*Server, error) {
	p, err := findPrograms(debian)
	if err != nil {
		return nil, err
	}
	a, err := findAccount()
	if err != nil {
		return nil, err
	}
	from, password, err := template(p, a)
	if err != nil {
		return nil, fmt.Errorf("prepare a PostgreSQL cluster: %w", err)
	}
	// A port that was free a moment ago may be taken by the time the server
	// binds it, so a failed start is tried with other ports before it counts.
	for attempt := 0; ; attempt++ {
		s, err := startOnce(p, a, parent, from, password, settings)
		if err == nil || attempt == 2 || !strings.Contains(err.Error(), portTaken) {
			return s, err
		}
	}
}

// portTaken is how the server's log ends when another program has the port.
const portTaken = "could not create any TCP/IP sockets"

func startOnce(p programs, a account, parent, from, password string, settings []string) (*Server, error) {
	dir, err := privateDir(parent, a)
	if err != nil {
		return nil, err
	}
	cluster := filepath.Join(dir, "cluster")
	port, err := freePort()
	if err == nil {
		err = copyCluster(from, cluster, a)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("prepare a PostgreSQL server: %w", err)
	}
	args := []string{"-c", keeper, "keeper", filepath.Join(p.dir, "postgres"), dir,
		"-D", cluster, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-k", dir, "-c", "max_connections=400"}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	cmd := a.command(dir, "/bin/sh", args...)
	s := &Server{dir: dir, password: password, port: port, ended: make(chan struct{})}
	if s.commands, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.answers = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start the PostgreSQL server's keeper: %w", err)
	}
	go func() {
		defer close(s.ended)
		cmd.Wait()
	}()
	if err := s.Restart(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// DSN names a database of the server as a URL, with the superuser's password.
func (s *Server) DSN(database string) string {
	return (&url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, s.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}).String()
}

// Crash ends the server at once, without a checkpoint and without a word to
// its clients, as a failing machine would. Restart brings it back.
func (s *Server) Crash() error { return s.tell("crash") }

// Restart starts the server after a Crash, with the same data, port and
// settings, and returns once it answers.
func (s *Server) Restart() error {
	before, _ := os.ReadFile(s.log())
	if err := s.tell("start"); err != nil {
		return err
	}
	deadline := time.Now().Add(startWait)
	for {
		err := s.ping()
		if err == nil {
			return nil
		}
		log, _ := os.ReadFile(s.log())
		log = log[min(len(before), len(log)):]
		if gaveUp(string(log)) || time.Now().After(deadline) {
			return fmt.Errorf("the PostgreSQL server does not answer: %w\n%s", err, log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// gaveUp tells a server that ended from one that still recovers and turns our
// pings away with "FATAL:  the database system is starting up".
func gaveUp(log string) bool {
	for line := range strings.Lines(log) {
		_, reason, fatal := strings.Cut(line, "FATAL:  ")
		if fatal && !strings.HasPrefix(reason, "the database system is ") {
			return true
		}
	}
	return false
}

func (s *Server) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

func (s *Server) tell(word string) error {
	if _, err := fmt.Fprintln(s.commands, word); err != nil {
		return fmt.Errorf("tell the PostgreSQL server's keeper to %s: %w", word, err)
	}
	if _, err := s.answers.ReadString('\n'); err != nil {
		return fmt.Errorf("the PostgreSQL server's keeper did not %s: %w", word, err)
	}
	return nil
}

// Stop ends the server and removes its directory.
func (s *Server) Stop() {
	s.commands.Close()
	<-s.ended
}

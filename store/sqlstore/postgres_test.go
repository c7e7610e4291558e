package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink"
	"paylink/store/sqlstore"
)

// proxy stands between the store and PostgreSQL and cuts connections.
type proxy struct {
	listener net.Listener
	server   string
	onCommit atomic.Int32
	commits  atomic.Int64 // that were met by onCommit
	mu       sync.Mutex
	open     map[net.Conn]bool
	refusing bool
}

// What a proxy does with the next COMMIT.
const (
	passCommit int32 = iota
	cutBefore        // the server never sees it
	cutAfter         // the server does it, the answer is lost
	cutBeforeAlways
)

func newProxy(t *testing.T, dsn string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{server: u.Host, open: make(map[net.Conn]bool)}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u.Host = p.listener.Addr().String()
	go p.accept()
	t.Cleanup(func() {
		_ = p.listener.Close()
		p.cut()
	})
	return p, u.String()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		refusing := p.refusing
		p.mu.Unlock()
		if refusing {
			_ = client.Close()
			continue
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.open[client], p.open[server] = true, true
		p.mu.Unlock()
		go p.toServer(client, server)
		go func() {
			_, _ = io.Copy(client, server)
			_ = client.Close()
		}()
	}
}

func (p *proxy) toServer(client, server net.Conn) {
	defer server.Close()
	defer client.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if bytes.Contains(buffer[:n], []byte("COMMIT\x00")) {
			switch act := p.onCommit.Load(); act {
			case cutBefore, cutBeforeAlways:
				p.commits.Add(1)
				p.onCommit.CompareAndSwap(cutBefore, passCommit)
				return
			case cutAfter:
				p.commits.Add(1)
				p.onCommit.Store(passCommit)
				// The answer must not come through, the change must be made.
				_ = client.Close()
				_, _ = server.Write(buffer[:n])
				_ = server.SetReadDeadline(time.Now().Add(5 * time.Second))
				_, _ = io.ReadAtLeast(server, make([]byte, 1024), 1)
				return
			}
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut ends every connection that is open.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close()
		delete(p.open, c)
	}
}

func (p *proxy) refuse(yes bool) {
	p.mu.Lock()
	p.refusing = yes
	p.mu.Unlock()
}

func proxied(t *testing.T) (*proxy, *sqlstore.Store) {
	t.Helper()
	p, dsn := newProxy(t, migratedPostgres(t))
	return p, openStore(t, dsn, sqlstore.Options{Conns: 4})
}

func TestConnectionLostBeforeBeginIsTriedAgain(t *testing.T) {
	t.Parallel()
	p, s := proxied(t)
	for range 5 {
		p.cut()
		if err := put(s, "a"); err != nil {
			t.Fatal(err)
		}
		p.cut()
		if setting(t, s, "a") != "kept" {
			t.Error("a read did not try again")
		}
	}
}

func TestConnectionLostInATransactionIsTriedAgain(t *testing.T) {
	t.Parallel()
	p, s := proxied(t)
	runs := 0
	err := s.Update(context.Background(), func(tx paylink.Tx) error {
		runs++
		// Not idempotent on purpose: if the first run had been kept, this would clash.
		if err := tx.AddToken(paylink.AccessToken{Hash: "h", CreatedAt: tx.Now()}); err != nil {
			return err
		}
		if runs == 1 {
			p.cut()
		}
		return tx.PutSetting("a", "kept")
	})
	if err != nil || runs != 2 || setting(t, s, "a") != "kept" {
		t.Errorf("after %d runs: %v", runs, err)
	}
}

func TestConnectionLostDuringCommitIsUnknownAndNotTriedAgain(t *testing.T) {
	t.Parallel()
	p, s := proxied(t)
	for act, want := range map[int32]string{cutBefore: "", cutAfter: "kept"} {
		runs := 0
		name := map[int32]string{cutBefore: "before", cutAfter: "after"}[act]
		p.onCommit.Store(act)
		err := s.Update(context.Background(), func(tx paylink.Tx) error {
			runs++
			return tx.PutSetting(name, "kept")
		})
		if paylink.KindOf(err) != paylink.Unavailable || paylink.CodeOf(err) != "commit_unknown" || runs != 1 {
			t.Errorf("cut %s: after %d runs the answer is %v", name, runs, err)
		}
		// The caller re-reads, and finds what became of it. The server may take a moment.
		for deadline := time.Now().Add(5 * time.Second); setting(t, s, name) != want; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Errorf("cut %s: the setting is %q, want %q", name, setting(t, s, name), want)
				break
			}
		}
	}
	if p.commits.Load() != 2 {
		t.Errorf("%d commits were cut", p.commits.Load())
	}
}

func TestServerThatIsGoneIsUnavailableAndComesBack(t *testing.T) {
	t.Parallel()
	p, s := proxied(t)
	p.refuse(true)
	p.cut()
	err := put(s, "a")
	if paylink.KindOf(err) != paylink.Unavailable || paylink.CodeOf(err) != "store_unavailable" {
		t.Errorf("got %v", err)
	}
	if paylink.KindOf(s.Ping(context.Background())) != paylink.Unavailable {
		t.Error("ping does not say that the server is gone")
	}
	p.refuse(false)
	if err := put(s, "a"); err != nil {
		t.Errorf("after it came back: %v", err)
	}
}

func TestExhaustedPoolWaitsNoLongerThanItsCaller(t *testing.T) {
	t.Parallel()
	s := openStore(t, migratedPostgres(t), sqlstore.Options{Conns: 1})
	release := hold(t, s)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	err := s.Update(ctx, func(paylink.Tx) error { return errors.New("ran without a connection") })
	if !errors.Is(err, context.DeadlineExceeded) || paylink.KindOf(err) != paylink.Unavailable {
		t.Errorf("got %v", err)
	}
	release()
}

func TestSerializationFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	dsn := migratedPostgres(t)
	db := plain(t, dsn)
	// The server itself fails two in seven calls, at the statement and at COMMIT, and
	// never one transaction more often than it is tried.
	for _, statement := range []string{
		"CREATE SEQUENCE calls",
		`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('calls') % 7 IN (0, 3) THEN RAISE EXCEPTION 'made by the test' USING ERRCODE = '40001'; END IF;
			RETURN NEW; END $$`,
		"CREATE TRIGGER now BEFORE INSERT OR UPDATE ON setting FOR EACH ROW EXECUTE FUNCTION fail()",
		"CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE ON setting DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	s := openStore(t, dsn, sqlstore.Options{})
	var runs atomic.Int64
	for range 100 {
		err := s.Update(context.Background(), func(tx paylink.Tx) error {
			runs.Add(1)
			return tx.PutSetting("a", "kept")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if runs.Load() < 110 {
		t.Errorf("100 updates ran %d times: the failures did not happen", runs.Load())
	}
}

func TestDeadlocksAreTriedAgain(t *testing.T) {
	t.Parallel()
	s := openStore(t, migratedPostgres(t), sqlstore.Options{})
	var both sync.WaitGroup
	meet := make(chan struct{})
	var runs atomic.Int64
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		both.Go(func() {
			first := true
			err := s.Update(context.Background(), func(tx paylink.Tx) error {
				runs.Add(1)
				if _, err := tx.LockDebt("s", order[0]); err != nil {
					return err
				}
				if first { // both hold one before either wants the other
					first = false
					select {
					case meet <- struct{}{}:
					case <-meet:
					}
				}
				d, err := tx.LockDebt("s", order[1])
				if err != nil {
					return err
				}
				d.Reserved++
				return tx.SaveDebt(d)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if runs.Load() < 3 {
		t.Errorf("two closures ran %d times: there was no deadlock", runs.Load())
	}
}

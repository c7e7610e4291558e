package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"paylink"
)

// Options are what an address does not say.
type Options struct {
	// TestClock lets SetClockOffset move the time that transactions see. Never in a
	// store with real money: keys and links would live shorter or longer than told.
	TestClock bool
	// ReadOnly opens a store that another process may be writing: no migration, no
	// Update. For audits.
	ReadOnly bool
	// Conns bounds the connections to PostgreSQL, or those that read SQLite;
	// 0: 32, or twice the processors but at least 4.
	Conns int

	// wrap stands between database/sql and SQLite's driver, for the writer, in fault tests.
	wrap func(driver.Connector) driver.Connector
	// climbTo ends migration at an older schema in tests; 0: the newest.
	climbTo int
}

// backend is what the engines do each in their own way.
type backend interface {
	update(ctx context.Context, f func(paylink.Tx) error) error
	view(ctx context.Context, f func(paylink.Reader) error) error
	snapshot(ctx context.Context, f func(*ledgers) error) error
	ping(ctx context.Context) error
	close() error
}

// Store implements paylink.Store and paylink.Books.
type Store struct {
	backend backend
	engine  *engine
	options Options
	woken   chan struct{}
	offset  atomic.Int64 // SQLite: of the test clock, in microseconds
	closing sync.Once
}

var (
	_ paylink.Store = (*Store)(nil)
	_ paylink.Books = (*Store)(nil)
)

// Open opens a store and brings its schema up to date. The address is a file's
// path, also as "sqlite:path" or "file:path", or "postgres://user:password@host/database".
// It refuses, saying what to change, a database that can lose acknowledged
// writes, one that is newer than this program, and a SQLite file that another
// process writes.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	s := &Store{options: o, woken: make(chan struct{}, 1)}
	var err error
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		s.engine = postgresEngine
		s.backend, err = openPostgres(ctx, address, s)
	} else {
		s.engine = sqliteEngine
		s.backend, err = openSQLite(ctx, strings.TrimPrefix(strings.TrimPrefix(address, "sqlite:"), "file:"), s)
	}
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return s, nil
}

// busyMillis is how long SQLite waits for a lock of another process, such as a
// back-up's, before it says "busy".
const busyMillis = 5000

func openSQLite(ctx context.Context, path string, s *Store) (_ *sqliteStore, err error) {
	path, extra, options := strings.Cut(path, "?")
	switch {
	case path == "" || path == ":memory:":
		return nil, errors.New("a store in memory forgets what it acknowledged; name a file")
	case options:
		return nil, fmt.Errorf("SQLite's options are paylink's to choose; take ?%s out of the database's address", extra)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	b := &sqliteStore{path: path, offset: &s.offset}
	if !s.options.ReadOnly {
		if b.lock, err = hold(path); err != nil {
			return nil, err
		}
		if err = private(path); err != nil {
			return nil, errors.Join(err, release(b.lock))
		}
	}
	if err = checkMount(filepath.Dir(path)); err == nil {
		err = b.connect(ctx, s)
	}
	if err != nil {
		// b.close wants all of it; here some may be missing.
		for _, db := range []*sql.DB{b.reading, b.writing} {
			if db != nil {
				_ = db.Close()
			}
		}
		if b.lock != nil {
			_ = release(b.lock)
		}
		return nil, err
	}
	return b, nil
}

func (b *sqliteStore) connect(ctx context.Context, s *Store) (err error) {
	pragmas := "_pragma=busy_timeout(" + itoa(busyMillis) + ")&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=wal_autocheckpoint(4000)&_pragma=journal_size_limit(" + itoa(walTidy) + ")&_txlock=immediate"
	if b.writing, err = sqliteDB(b.path, pragmas+"&_pragma=cache_size(-16000)", 1, s.options.wrap); err != nil {
		return err
	}
	n := s.options.Conns
	if n == 0 {
		n = max(4, 2*runtime.GOMAXPROCS(0))
	}
	// One more, for a snapshot that takes long.
	if b.reading, err = sqliteDB(b.path, pragmas+"&_pragma=cache_size(-4000)&_pragma=query_only(1)", n+1, nil); err != nil {
		return err
	}
	conn, err := b.writing.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open %s: %w", b.path, err)
	}
	l := newLane(conn)
	if err := checkSQLite(l, b.path); err != nil {
		return err
	}
	if err := ready(ctx, migrator{conn, sqliteEngine}, s.options); err != nil {
		return err
	}
	b.readers = make(chan *lane, n)
	for range n {
		conn, err := b.reading.Conn(ctx)
		if err != nil {
			return fmt.Errorf("open %s for reading: %w", b.path, err)
		}
		b.readers <- newLane(conn)
	}
	if s.options.TestClock {
		var micros int64
		err := l.each("SELECT micros FROM clock", nil, func(got row) error { return got.Scan(&micros) })
		if err != nil {
			return err
		}
		s.offset.Store(micros)
	}
	if !s.options.ReadOnly {
		b.writer = newWriter(l, b.now, s.wake, b.tidy)
	}
	return nil
}

func sqliteDB(path, pragmas string, conns int, wrap func(driver.Connector) driver.Connector) (*sql.DB, error) {
	// The path of a URI: what has a meaning in one is escaped.
	c, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if wrap != nil {
		c = wrap(c)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// ready climbs to the newest schema, or checks that it is there.
func ready(ctx context.Context, m migrator, o Options) error {
	list, err := steps()
	if err != nil {
		return err
	}
	if o.ReadOnly {
		return checkVersion(ctx, m, len(list))
	}
	if o.climbTo > 0 {
		return m.climb(ctx, o.climbTo)
	}
	return m.climb(ctx, len(list))
}

func openPostgres(ctx context.Context, address string, s *Store) (*postgres, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	for name, value := range map[string]string{
		"application_name": "paylink",
		// A node that is stopped in the middle of a transaction must not hold others up.
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "30s",
	} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	c := stdlib.GetConnector(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, ownSynchronousCommit)
		return err
	}))
	n := s.options.Conns
	if n == 0 {
		n = 32
	}
	b := &postgres{pool: sql.OpenDB(c), wake: s.wake,
		clock: "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"}
	if s.options.TestClock {
		b.clock += " + coalesce((SELECT micros FROM clock WHERE id = 1), 0)"
	}
	b.pool.SetMaxOpenConns(n)
	b.pool.SetMaxIdleConns(n)
	b.pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := b.prepare(ctx, s.options); err != nil {
		return nil, errors.Join(err, b.pool.Close())
	}
	return b, nil
}

func (p *postgres) prepare(ctx context.Context, o Options) error {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close()
	if err := checkPostgres(session{ctx, conn}); err != nil {
		return err
	}
	return ready(ctx, migrator{conn, postgresEngine}, o)
}

package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// line is the one connection of a letter, so that it can be cut from outside: the
// library leaves it open where the greeting fails.
type line struct {
	mu   sync.Mutex
	conn net.Conn
	over bool
}

func (l *line) dial(ctx context.Context, network string, to Server, config *tls.Config) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, to.Address)
	if err != nil {
		return nil, err
	}
	if to.Implicit {
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // the handshake's error says more
			return nil, err
		}
		conn = secured
	}
	l.mu.Lock()
	l.conn = conn
	over := l.over
	l.mu.Unlock()
	if over {
		l.cut()
	}
	return conn, nil
}

// cut ends the connection, now or as soon as it is there.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.conn != nil {
		_ = l.conn.Close() // it may be closed already
	}
}

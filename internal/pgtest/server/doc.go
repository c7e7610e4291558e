// Package server runs a private PostgreSQL server for tests: its own
// directory, a free port of 127.0.0.1, a random password, and the durability
// settings that PostgreSQL has by default (fsync, full_page_writes and
// synchronous_commit on), because tests about crashes are worth nothing
// without them.
//
// The server never outlives the process that started it, however that process
// ends: a small shell holds the server and waits on a pipe whose other end
// only we have. Once the pipe closes, it stops the server and removes the
// directory.
//
// PostgreSQL refuses to run as root. Where we are root, the server runs as the
// user postgres, or nobody where there is none.
package server

// Package pgtest gives tests a PostgreSQL database of their own.
//
// Where PAYLINK_TEST_POSTGRES holds the URL of a server (a superuser's, to any
// of its databases), the databases are made there; `make test` starts one
// server for all packages that way. Otherwise each test process starts a
// private server on first use, which ends with the process (package server
// says how). A server named by the variable is taken to be a throw-away: the
// template databases made by [Migrated] stay until it goes.
//
// Nothing is skipped: a machine without PostgreSQL fails the test with the
// words what to install.
package pgtest

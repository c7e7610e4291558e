// Package sqlstore keeps the book in SQLite, embedded in the program, or in
// PostgreSQL. It implements paylink.Store and paylink.Books on both with one SQL
// text; what differs between the engines is in engine.go.
//
// # SQLite
//
// One goroutine writes (group.go). It takes whatever closures are waiting, runs
// them in one transaction, commits once with synchronous=FULL and only then
// answers them all: a commit costs a flush of the disk, and the flush is shared.
// A closure that fails after writing has the group rolled back and run again
// without it. Readers have connections of their own. The writer takes for granted
// that it is alone, so a second process that opens the file for writing is refused
// (lock.go).
//
// # PostgreSQL
//
// Each closure has a transaction at READ COMMITTED. Row locks and unique indexes
// decide races. Serialization failures, deadlocks and connections lost before
// COMMIT are tried again; a connection lost during COMMIT leaves a change whose
// fate nobody knows, and is told as "commit_unknown".
//
// # What is stored how
//
// Times are integers, microseconds since 1970 in UTC, and zero where there is
// none. Amounts are integers of minor units. Structures that are never queried are
// JSON as text. The tables are in schema/, one file for each step of their
// history.
//
// Open refuses a database that can lose what was acknowledged (safety.go).
package sqlstore

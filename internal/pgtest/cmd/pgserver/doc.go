// Pgserver runs a command with a private PostgreSQL server beside it, named to
// the command by PAYLINK_TEST_POSTGRES:
//
//	go run ./internal/pgtest/cmd/pgserver go test ./...
//
// The server ends with the command, or when pgserver itself ends. The exit
// status is the command's. A server that the variable already names is used
// as it is.
package main

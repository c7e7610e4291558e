// Package house holds the house rules that a machine can check: which package
// may import which, no floating point near money, no skipped test, a doc.go
// for every package, no endless file.
//
// The rules are the tables in rules.go; the test checks the whole tree against
// them, and plants each violation to see that it is found.
package house

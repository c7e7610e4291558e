// Package fault holds the fail points of the kill tests: named places before
// and after each commit point of the paying path where a test
// build kills its own process.
//
// A build with the tag "fault" reads the environment variable FAULT:
//
//	FAULT=K09.after:3              kill at the third time K09.after is passed
//	FAULT=K04.before:1,K06.after:2 whichever comes first
//	FAULT=K04.before               the same as K04.before:1
//
// The kill is SIGKILL to the own process: no deferred function runs, no buffer
// is flushed, no connection is closed politely. Every other build compiles
// [Point] to nothing.
package fault

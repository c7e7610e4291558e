// Package storetest says what a paylink.Store is, as tests that every store must
// pass. A rule that is not here is not a rule.
//
// A store under test has two methods beyond the interface: SetClockOffset, for
// whatever depends on time, and Audit (paylink.Books).
package storetest

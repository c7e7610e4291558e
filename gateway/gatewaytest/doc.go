// Package gatewaytest says what a Gateway is, as tests. A gateway's own tests
// call Run with a Harness: the adapter, the account it uses, and a hand behind
// the scenes that reads the gateway's own book and loses answers. The optional
// interfaces are tested where the adapter has them.
package gatewaytest

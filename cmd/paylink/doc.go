// Command paylink is the product: one binary that serves, shows itself in a demo,
// keeps its merchants, and audits its own book. It is the only place that knows
// every gateway, API and page; wire.go is the list of them.
//
//	paylink serve      the server
//	paylink demo       the whole thing with nothing to configure
//	paylink sandbox    the sandbox's bank as a process of its own
//	paylink merchant   merchants, terminals, keys, partners
//	paylink link       makes, lists, shows and closes links, over our own API
//	paylink payments   lists payments
//	paylink events     follows what happens
//	paylink listen     shows webhooks and forwards them to a developer's machine
//	paylink check      audits a store, and the sandbox's book beside it
//	paylink decide     an operator's word on a payment that nobody else can tell
//	paylink version
//
// URLs of this package itself; those of the APIs and pages stand in their own doc.go:
//
//	POST /callbacks/{gateway}   a gateway's call: 200, 401 (not verified), 503 (send again)
//	GET  /healthz               the process runs
//	GET  /readyz                the store answers and the node is not stopping
//	GET  /metrics               figures in the Prometheus format
//	GET  /demo/                 demo only: what there is to try
//	GET  /demo/inbox            demo only: the webhooks that arrived
//	POST /demo/hook             demo only: where they arrive
//	POST /demo/clock            demo only, with --test-clock: moves the store's clock
//
// The exit status is 0 for success, 1 for a failure (of check: a violation), 2 for
// a command line or configuration that can't be used.
package main

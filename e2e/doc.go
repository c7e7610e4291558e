// Package e2e drives the finished program as merchants and payers do: it
// starts the real binary, calls its APIs over HTTP, opens its pages in
// Chromium, and plays the merchant's own site.
//
// A test package needs this once:
//
//	func TestMain(m *testing.M) { e2e.Main(m) }
//
// and then, in each test:
//
//	product := e2e.Start(t)                   // paylink demo, with a new data directory
//	merchant := e2e.NewMerchant(t)            // records redirects and webhooks
//	tab := product.Open(t, e2e.Allow(merchant.URL))
//	tab.Goto(link)
//	tab.Type("#Email", "payer@example.com")
//	tab.Frame(product.Ready.GatewayURL).Type("#number", "4111111111111111")
//	tab.Click(".pay")
//	tab.WaitURL(merchant.URL)
//
// A tab fails its test at the end if the page asked any origin for anything
// that was not allowed, if a Content Security Policy was violated, or if a
// script threw. Everything a method waits for, it waits for up to [Patience];
// what does not come fails the test.
//
// Nothing is skipped: without Chromium, axe-core or the program, tests fail
// with the words what to install.
//
// Environment:
//
//	PAYLINK_TEST_BINARY        a paylink built with -race, instead of building one
//	PAYLINK_TEST_FAULT_BINARY  the same built with -tags fault
//	PAYLINK_SHOTS              a directory for the pictures that [Tab.Shot] takes
//	PAYLINK_PROVE=full         every seed and round of the tests named TestProve…
package e2e

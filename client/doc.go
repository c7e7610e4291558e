// Package client calls paylink's own API. It needs the standard library only.
//
//	c := client.New("https://pay.example", os.Getenv("PAYLINK_SECRET_KEY"))
//	link, err := c.Links.Make(ctx, client.NewLink{Title: "Invoice 42", Amount: "25.00", Currency: "USD"})
//	fmt.Println(link.URL)
//	for payment, err := range c.Payments.List(ctx, client.PaymentFilter{Link: link.ID}) { … }
//
// Every POST carries an idempotency key of its own, or the one of WithKey. A call
// that got no answer, or one that says "later" (429, 5xx), is sent again with the same
// key, so that it is done once whether the request or only the answer was lost. What
// the server refuses is an *Error, with the code and the fields that are at fault.
//
// Times are UTC; amounts are minor units with their currency, and decimals as strings.
package client

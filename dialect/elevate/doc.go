// Package elevate speaks Elevate Billing's payment-link API, so that its clients work
// against paylink by a change of base URL alone.
//
//	POST /v1/authenticate                       a bearer token of 15 minutes
//	POST /v1/payment-provider-payment-link      make a link, or find the one that stands
//	GET  /v1/payment-providers, /{id}           terminals
//	GET  /v1/currencies                         theirs
//	GET, POST, PATCH /v1/customers              whom the merchant knows
//	GET  /v1/invoices                           debts
//	GET  /v1/invoice-payments, /v1/adhoc-invoice-payments, /v1/customer-payments
//	GET  /v1/customer-balances                  debts less payments
//
// README.md is the contract, with where we differ and why. "Elevate" in comments is its
// documentation of the Billing, Payment and Refund API 1.37; "CODES" its page of
// response codes.
package elevate

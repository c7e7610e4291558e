// Package payroc speaks Payroc's payment-link API, so that its official SDKs work
// against paylink by a change of base URL alone.
//
//	POST  /authorize, /v1/authorize                         a bearer token of one hour
//	POST  /v1/processing-terminals/{id}/payment-links       make a link
//	GET   /v1/processing-terminals/{id}/payment-links       list links, oldest first
//	GET   /v1/payment-links/{id}                            read one
//	PATCH /v1/payment-links/{id}                            change one (RFC 6902)
//	POST  /v1/payment-links/{id}/deactivate                 end one
//	GET   /v1/payments, /v1/payments/{id}                   payments by card
//	GET   /v1/bank-transfer-payments, …/{id}                payments by bank debit
//	POST  /v1/payment-links/{id}/sharing-events             send one by mail
//	GET   /v1/payment-links/{id}/sharing-events             to whom it was sent, oldest first
//
// README.md is the contract, with where we differ and why. "OpenAPI" in comments is
// Payroc's description, v1.0.227.
package payroc

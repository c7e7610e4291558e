// Package devdraft speaks Devdraft's payment-link API, so that its official SDKs work
// against paylink by a change of base URL alone.
//
//	POST, GET /api/v0/payment-links            GET, PUT /api/v0/payment-links/{id}
//	POST, GET /api/v0/products                 GET, PUT, DELETE /api/v0/products/{id}
//	POST      /api/v0/products/{id}/images
//	POST, GET /api/v0/customers                GET, PATCH /api/v0/customers/{id}
//	POST, GET /api/v0/taxes                    GET, PUT, DELETE /api/v0/taxes/{id}
//	POST, GET /api/v0/webhooks                 GET, PATCH, DELETE /api/v0/webhooks/{id}
//	GET       /api/v0/health                   GET /api/v0/health/public
//
// Its contract, and where we differ, is in README.md beside this file.
package devdraft

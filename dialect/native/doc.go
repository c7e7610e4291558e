// Package native is paylink's own API, under /api/v1:
//
//	POST   /api/v1/links                              make a link
//	GET    /api/v1/links                              list links, newest first
//	GET    /api/v1/links/{id}                         read one
//	POST   /api/v1/links/{id}                         change one
//	POST   /api/v1/links/{id}/close                   end one
//	GET    /api/v1/payments                           list payments, newest first
//	GET    /api/v1/payments/{id}                      read one
//	GET    /api/v1/events                             list events, newest first
//	GET    /api/v1/events/{id}                        read one
//	POST   /api/v1/webhook_endpoints                  make a webhook endpoint
//	GET    /api/v1/webhook_endpoints                  list them
//	GET    /api/v1/webhook_endpoints/{id}             read one
//	DELETE /api/v1/webhook_endpoints/{id}             remove one
//	POST   /api/v1/webhook_endpoints/{id}/rotate      give one a new secret
//	POST   /api/v1/webhook_endpoints/{id}/enable      switch a disabled one on
//	GET    /api/v1/webhook_endpoints/{id}/deliveries  list what was sent to one
//	GET    /api/v1/deliveries/{id}                    read one delivery
//	GET    /api/v1/deliveries/{id}/tries              each sending of it
//	POST   /api/v1/deliveries/{id}/replay             send its event again
//	GET    /api/v1/openapi.json                       this API as OpenAPI 3.1
//
// Callers prove who they are by a secret key, "Authorization: Bearer sk_…". What is
// not theirs looks unknown. README.md is the contract; openapi.json, written by hand,
// its formal part.
package native

// Package native is paylink's own API, under /api/v1:
//
//	POST   /api/v1/links                              make a link
//	GET    /api/v1/links                              list links, newest first
//	GET    /api/v1/links/{id}                         read one
//	POST   /api/v1/links/{id}                         change one
//	POST   /api/v1/links/{id}/close                   end one
//	POST   /api/v1/links/{id}/share                   send one by mail
//	GET    /api/v1/links/{id}/shares                  list to whom it was sent
//	GET    /api/v1/shares/{id}                        read one sending
//	GET    /api/v1/payments                           list payments, newest first
//	GET    /api/v1/payments/{id}                      read one
//	POST   /api/v1/products                           make a product
//	GET    /api/v1/products                           list them
//	GET    /api/v1/products/{id}                      read one
//	POST   /api/v1/products/{id}                      change one
//	DELETE /api/v1/products/{id}                      remove one
//	POST   /api/v1/taxes                              make a tax
//	GET    /api/v1/taxes                              list them
//	GET    /api/v1/taxes/{id}                         read one
//	POST   /api/v1/taxes/{id}                         change one
//	DELETE /api/v1/taxes/{id}                         remove one
//	POST   /api/v1/customers                          make a customer
//	GET    /api/v1/customers                          list them
//	GET    /api/v1/customers/{id}                     read one
//	POST   /api/v1/customers/{id}                     change one
//	DELETE /api/v1/customers/{id}                     remove one
//	POST   /api/v1/debts                              make a debt
//	GET    /api/v1/debts                              list them
//	GET    /api/v1/debts/{id}                         read one
//	POST   /api/v1/debts/{id}                         change one
//	POST   /api/v1/debts/{id}/cancel                  ask for it no more
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

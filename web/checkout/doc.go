// Package checkout is what a payer sees. Its pages are pure functions of typed
// data; its handlers only translate between HTTP and the till.
//
//	GET  /pay/{token}                    the payment page; changes nothing, ever
//	POST /pay/{token}                    the form: 303 to the attempt or the gateway, 422 with the form when a field is wrong
//	GET  /pay/{token}/{attempt}          the state of one attempt: confirming, resume, receipt, declined
//	GET  /pay/{token}/theme/{hash}.css   the merchant's style sheet, made safe
//	     /embed/…                        the same pages for a frame on a merchant's own site, where the link names that site
//	GET  /pay/{token}/qr.svg, qr.png     the link's URL as a QR code, ?size= pixels wide
//	GET  /assets/{hash}-{name}           our style sheet, script and icon
//	GET  /stories/                       every page in every state with made-up data, in demo mode only
package checkout

// Package frontstream speaks FrontStream's pay-link API, word for word, so that a
// client of theirs works against paylink by a change of base URL alone.
//
//	POST   /api/ClientSession                  a one-time AccessToken of 5 hours
//	POST   /api/paylink                        make a link
//	DELETE /api/paylink?PayLinkId=             end a link
//	GET    /api/Verification/VerifyAuthToken   what a payment became, told once
//
// Paths and query keys are read in any letter case, as ASP.NET does. README.md is
// the contract, with where we differ and why. Numbers such as A8 and A29 in comments
// are its resolutions of what FrontStream leaves open; sources are named as
// README.md names them.
package frontstream

// Package picture shows merchants' pictures from our own host, so that a payer's page
// asks no other: covers and products' pictures by their https address, and files that
// a merchant gave us.
//
//	GET /img/{signature}/{size}/{ref}   a picture, made small; a neutral one where it can't be had
//
// An address is fetched only where the till signed it, and by a client that reaches
// the public internet alone. What comes is believed in nothing: its type is judged by
// its bytes, its size before it is decoded, and what is served is a picture that we
// drew anew, so that no script, location or comment in it goes on to a payer.
package picture

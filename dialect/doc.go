// Package dialect is what the translators of foreign APIs share: strict reading of
// JSON bodies, plain writing of answers, idempotency keys, bearer keys, problem
// documents, and what stands around each route (Route). It knows no API; each has a folder of its own beside this file.
//
// Reading is in two steps. Read takes a request's body with its limits and gives a
// Value, a tree in which numbers keep their literal text: money is never touched by
// floating point on its way in. A dialect then walks the tree by its own rules, or
// fills a struct by Decode.
package dialect

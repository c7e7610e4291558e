// Package docs shows our own API to people: one page, made from the OpenAPI
// document when it is first asked for, without scripts and without anything from
// elsewhere.
//
//	GET /docs               the page
//	GET /docs/{hash}.css    its style sheet
//	GET /problems/{code}    where the type of a problem document leads: the page's table of codes
package docs

// Package docs shows our own API to people: one page, made once from the OpenAPI
// document, without scripts and without anything from elsewhere.
//
//	GET /docs               the page
//	GET /docs/{hash}.css    its style sheet
//	GET /problems/{code}    where the type of a problem document leads: the page's table of codes
package docs

// Package dialecttest plays transcripts: requests and the answers that a dialect
// promises, as plain text in testdata, one promise to a file.
//
//	# Why this must be so, and who says it.
//	> POST /api/paylink
//	> AccessToken: {{token}}
//	>
//	> {"ApiKey":"{{api_key}}"}
//	< 200
//	< Content-Type: application/json
//	<
//	< {"PayLinkUrl":"{{url}}"}
//
// A request is its request line, headers, a blank line and a body; an answer is
// its status, the headers that must be there (others may be), and the whole body.
// A file may hold many exchanges; lines that start with "#" and blank ones between
// them are for readers.
//
// {{name}} stands for a variable where one of that name is known. In an answer an
// unknown name takes whatever stands there, up to a quote, and is known from then
// on; {{*}} takes anything and keeps nothing. "< -" says that a header must not be
// there. Lines of a body are joined by a line feed.
package dialecttest

// Package dialecttest is what every dialect is tested with: transcripts, the fields of
// its contract, and what it promises about repetition.
//
// # Transcripts
//
// They are requests and the answers that a dialect promises, as plain text in testdata,
// one promise to a file.
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
//
// # Every field of a contract
//
// A Contract is a body that an API takes, with the table of its fields. Run tries each
// field: a value that is taken, its limits, one past each of them, other types, null,
// absence. The table is read out of the contract's own document, never typed again:
//
//	fields, err := dialecttest.Schema(openapi, "#/components/schemas/NewLink", body)
//	fields, err := dialecttest.Markdown(page, "Request", dialecttest.Columns{
//		Field: "Field", Type: "Type", Required: "Req.", Limits: "Limits"})
//	dialecttest.Contract{Fields: fields, Body: body, Send: …, Count: …, Refused: …,
//		Except: []dialecttest.Exception{{Path: "State", Case: "limit 50", Why: "in the US it is a code"}}}.Run(t)
//
// Where we read a field otherwise than its table says, the test lists it with the
// reason; an exception that nothing needs fails. The document lies in testdata. A body
// can't hold fields that exclude one another: then there are several bodies, each a
// sub-test. A table of another form (words of an enum in a table of their own) is
// completed by hand on the fields that were read.
//
// # Done once
//
// Once puts a call with a key under what its caller is promised: 64 at once are one, an
// equal call gets the first answer byte for byte on every node and after a restart,
// another call under the key is refused and changes nothing, and equal keys of two
// callers never meet.
package dialecttest

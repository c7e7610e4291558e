// Package smtp hands letters to a mail server (RFC 5321): it is paylink's Postman.
//
// A letter is taken once the server has answered the end of its data with 2xx. What
// goes wrong before is certain: the server has nothing, and the letter is sent again.
// Where the connection breaks between the last byte and that answer nobody can know
// whether the server has the letter. It is sent again then, too, with the same
// Message-ID, by which most servers and readers drop the second: so a letter is never
// lost, and may arrive twice in this one case.
package smtp

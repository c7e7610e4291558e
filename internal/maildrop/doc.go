// Package maildrop is a small SMTP server that keeps the letters that it is given
// and carries none of them anywhere: the demo's inbox, and the other end of the
// line in tests.
//
// It makes trouble on request, told by the part of the recipient's address before
// the at sign:
//
//	refused  is refused for good: 550
//	busy     is put off at the first try of each letter: 451
//	cut      the line breaks before the end of the letter, at its first try
//	lost     the letter is kept and the line breaks before the answer, at its first try
package maildrop

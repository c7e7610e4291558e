// Package theme makes a merchant's own CSS safe to serve beside a form that
// asks for money.
//
// A theme is written by somebody we do not know (FrontStream OpenAPI,
// PayLinkRequest.Theme, max: 5000) and lands on the page where payers
// read an amount and press a button. It may paint; it may not load anything,
// read what the payer typed, hide, cover or move what the payer must see.
//
// Sanitize never passes text through. It tokenises the sheet, decodes escapes,
// and writes a new sheet from what an allow-list knows: a rule that is not
// understood does not exist. What is left out is listed with its reason.
//
// # What a theme may say
//
//   - Selectors: classes, ids, a short list of elements, states such as :hover
//     and :focus, ::placeholder, the four combinators. Never an attribute, :has,
//     :visited, a generated box, nor a class or id that starts with "pl-": those
//     are the page's protected parts.
//   - Declarations: colours, gradients, borders, radius, small shadows, fonts,
//     text styling, padding and margin within bounds. On html, :root and body
//     only colour, background and font family, because everything inherits
//     from there. display only on Font Awesome icons (classes "fa", "fa-…").
//   - Custom properties that hold one colour, one length up to 32 px or a list
//     of words, except "--pl-…", which are the page's own. var() where the
//     worst of these values is harmless.
//   - @media by width, colour scheme, hover, pointer, contrast and print. No
//     other at-rule.
//
// The sheet is one belt of three: the page's guard layer (cascade layer
// "guard", design.md 4a) repaints the protected parts with !important whatever
// the theme says, and the Content-Security-Policy forbids every foreign load.
//
// Fonts parses the ThemeFonts list. Nothing is ever fetched for it: a family
// is used when the payer's system has it.
package theme

// Command bench measures paylink and prints one Markdown table. Each row is a
// ratio to something bare that ran in the same minute on the same machine, or
// a figure beside its goal:
//
//   - making a link over HTTP, durably, at 1, 16 and 64 callers, against a bare
//     net/http program that commits the same rows in groups;
//   - making a link through each foreign API, against making one through our own;
//   - reading a payment page, against the same bytes served from memory;
//   - a link paid end to end: look, enter the card at the sandbox, reserve,
//     charge, settle, with the load, the sandbox and paylink on one machine;
//   - how soon after its start paylink serves, and its memory when idle.
//
// Each on SQLite and on PostgreSQL, and a load and what it is compared with in
// turn, three times.
//
// The program measured is bin/paylink (-binary), started as `paylink demo` on
// a directory of the disk that TMPDIR names. The load is closed: each caller
// waits for an answer before it asks again. So a rate is honest, and a latency
// is only that of a caller who waits; both servers are asked alike.
package main

// Package vault holds a node's secret keys: one that encrypts small secrets at
// rest (webhook secrets), and one that signs the tokens which paylink hands out.
// All nodes of one installation have the same key file.
//
// The file is JSON: a Tink keyset of AES-256-GCM keys under "seal", and 32 random
// bytes under "sign". What was sealed names the key that sealed it, so a keyset can
// get a new first key (Rotate) while older ones go on opening what they sealed. The
// signing key is not rotated with it: tokens in people's browsers depend on it.
//
// A key file that anybody but its owner can read is refused (trust.md ACC-20).
package vault

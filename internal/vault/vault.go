package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// signSize is the length of the signing key in bytes: that of SHA-256's output.
const signSize = 32

// Vault is the keys, ready for use. It implements till.Sealer. It may be used by
// many goroutines at once.
type Vault struct {
	aead tink.AEAD
	sign []byte
}

// Seal encrypts a small secret. Open gives it back only with the same context, so
// that a sealed text can't be moved to another row.
func (v *Vault) Seal(plain, context []byte) ([]byte, error) {
	sealed, err := v.aead.Encrypt(plain, context)
	if err != nil {
		return nil, fmt.Errorf("a secret could not be sealed: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made under one of the vault's keys. It fails for another
// context, a changed text, or a key that the vault does not have.
func (v *Vault) Open(sealed, context []byte) ([]byte, error) {
	plain, err := v.aead.Decrypt(sealed, context)
	if err != nil {
		return nil, errors.New("a sealed secret can't be opened: the key file is not the one it was sealed with, or the text was changed or moved")
	}
	return plain, nil
}

// SigningKey is the 32 bytes that sign attempts and response tokens (till.Till.Key).
func (v *Vault) SigningKey() []byte { return bytes.Clone(v.sign) }

// String hides the keys, so that a log cannot hold them by accident.
func (v *Vault) String() string { return "vault(…)" }

// GoString hides the keys from %#v.
func (v *Vault) GoString() string { return v.String() }

// file is the key file.
type file struct {
	Seal json.RawMessage `json:"seal"` // Tink's JSON keyset, in clear: the file itself is the secret
	Sign []byte          `json:"sign"` // base64
}

// Parse reads a key file's content, or base64 of it (for configuration that can't
// hold JSON). Errors never hold any of it.
func Parse(text []byte) (*Vault, error) {
	f, handle, err := read(text)
	if err != nil {
		return nil, err
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, errors.New("the vault's keyset can't be used: it holds a key that does not encrypt, or has no primary key")
	}
	return &Vault{aead: primitive, sign: f.Sign}, nil
}

func read(text []byte) (file, *keyset.Handle, error) {
	var f file
	text = bytes.TrimSpace(text)
	if len(text) > 0 && text[0] != '{' {
		raw, err := base64.StdEncoding.DecodeString(string(text))
		if err != nil {
			return f, nil, errors.New("the vault's keys are neither a key file's JSON nor base64 of it")
		}
		text = raw
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return f, nil, errors.New("the vault's keys can't be read: they are not the JSON that paylink makes")
	}
	if len(f.Sign) != signSize {
		return f, nil, fmt.Errorf("the vault's signing key has %d bytes, not %d", len(f.Sign), signSize)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(f.Seal)))
	if err != nil {
		return f, nil, errors.New("the vault's keyset can't be read: it is not a Tink keyset in JSON")
	}
	return f, handle, nil
}

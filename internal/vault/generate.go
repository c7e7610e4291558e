package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Generate makes the content of a new key file.
func Generate() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("a new keyset can't be made: %w", err)
	}
	f := file{Sign: make([]byte, signSize)}
	_, _ = rand.Read(f.Sign) // never fails since Go 1.24: it crashes the program instead
	return write(f, handle)
}

// Rotate gives a key file's content with a new key in front: from now on it seals;
// the older ones go on opening. The signing key stays. Give the result to all nodes
// before one of them seals with it, or the others can't open what that one sealed.
func Rotate(text []byte) ([]byte, error) {
	f, handle, err := read(text)
	if err != nil {
		return nil, err
	}
	m := keyset.NewManagerFromHandle(handle)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("a new key can't be added to the keyset: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("the new key can't be put in front: %w", err)
	}
	if handle, err = m.Handle(); err != nil {
		return nil, fmt.Errorf("the rotated keyset can't be used: %w", err)
	}
	return write(f, handle)
}

func write(f file, handle *keyset.Handle) ([]byte, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&b)); err != nil {
		return nil, errors.New("the keyset can't be written as JSON")
	}
	f.Seal = b.Bytes()
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, errors.New("the key file can't be written as JSON")
	}
	return append(text, '\n'), nil
}

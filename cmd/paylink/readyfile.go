package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// writeReady writes a file whole, by rename: whoever waits for it never reads half of
// it. It holds credentials, so only its owner may read it.
func writeReady(path string, content any) error {
	if path == "" {
		return nil
	}
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".ready-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(append(text, '\n'))
	if serr := tmp.Sync(); err == nil {
		err = serr
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

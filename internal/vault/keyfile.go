package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFile is far above any keyset and far below what hurts to read by mistake.
const maxFile = 1 << 20

// Load reads a key file. A file that its group or others may read is refused.
func Load(path string) (*Vault, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the key file can't be opened: %w", err)
	}
	defer f.Close()
	// The open file is asked, not the path: nobody can swap one for the other between.
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("the key file can't be examined: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("the key file %s is not a regular file", path)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return nil, fmt.Errorf("the key file %s can be used by others than its owner (mode %04o): run chmod 600 %[1]s",
			path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("the key file can't be read: %w", err)
	}
	v, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return v, nil
}

// LoadOrCreate reads a key file, and makes it with mode 0600 where there is none. A
// file that can't be read is never replaced: without it sealed secrets are lost.
func LoadOrCreate(path string) (*Vault, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return Load(path)
	}
	text, err := Generate()
	if err != nil {
		return nil, err
	}
	if err := create(path, text); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("the key file can't be made: %w", err)
	}
	return Load(path)
}

// create writes a file whole and durable, or not at all; it does not replace one.
func create(path string, text []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

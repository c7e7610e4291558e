package sqlstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// hold takes the lock that says who writes to a SQLite file. It is a file beside
// the database: locks on the database itself are SQLite's own. The kernel lets go
// of it when the process ends, however that ends.
func hold(path string) (*os.File, error) {
	name := path + ".lock"
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the directory %s can't be written: %w; make it exist and belong to the user that runs paylink", filepath.Dir(path), err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s is being written by another paylink; stop that one, or use PostgreSQL for several", path)
		}
		return nil, fmt.Errorf("lock %s: %w; the file system must have working locks", name, err)
	}
	return f, nil
}

// release gives the lock back. To close the file would not be enough while a
// program that we are just starting still has a copy of it, between fork and exec.
func release(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}

// private makes the database's file, or takes the rights to it away from everyone
// but its owner: it holds names, addresses and hashes of secrets.
//
// A file that exists is not opened here: to close it would drop the locks that
// SQLite holds on it anywhere in this process.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return f.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the database %s can't be written: %w", path, err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm() != 0o600 {
			err = os.Chmod(name, 0o600)
		}
		if err != nil {
			return fmt.Errorf("make %s readable by its owner only: %w", name, err)
		}
	}
	return nil
}

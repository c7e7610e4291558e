package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	superuser = "paylink"
	// hostRules lets in whoever knows the password, over loopback only.
	hostRules = "host all all 127.0.0.1/32 scram-sha-256\n"
)

// initdbArgs prepares a cluster as merchants have them: UTF-8 and a language's
// collation, not C. A query that leans on byte order is wrong on most real
// databases and must fail here.
func initdbArgs(major int) []string {
	args := []string{"--no-sync", "--username=" + superuser, "--encoding=UTF8", "--auth=scram-sha-256"}
	if major >= 15 {
		return append(args, "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
	}
	return append(args, "--locale=C.UTF-8")
}

// template returns the directory of a freshly initialised cluster and the
// superuser's password in it. initdb takes a second or two, so its result is
// kept in the user's cache directory, one for each version of the server.
func template(p programs, a account) (dir, password string, err error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	base = filepath.Join(base, "paylink-test")
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", "", err
	}
	args := initdbArgs(p.major)
	key := sha256.Sum256([]byte(p.version + strings.Join(args, " ") + hostRules))
	dir = filepath.Join(base, fmt.Sprintf("postgres-%d-%s", p.major, hex.EncodeToString(key[:6])))
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", "", err
	}
	defer unlock()
	if known, err := os.ReadFile(filepath.Join(dir, "password")); err == nil {
		return filepath.Join(dir, "cluster"), string(known), nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", "", err
	}
	password = rand.Text()
	if err := initialise(p, a, args, dir, password); err != nil {
		return "", "", err
	}
	return filepath.Join(dir, "cluster"), password, nil
}

// initialise runs initdb in a directory that the account may reach (root's
// cache is closed to others) and keeps the result under dir.
func initialise(p programs, a account, args []string, dir, password string) error {
	work, err := privateDir(os.TempDir(), a)
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	secret := filepath.Join(work, "secret")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return err
	}
	if err := os.Chown(secret, a.uid, a.gid); err != nil {
		return err
	}
	cluster := filepath.Join(work, "cluster")
	args = append(args, "--pwfile="+secret, "--pgdata="+cluster)
	cmd := a.command(work, filepath.Join(p.dir, "initdb"), args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	rules := filepath.Join(cluster, "pg_hba.conf")
	if err := os.WriteFile(rules, []byte(hostRules), 0o600); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(dir, "cluster"), os.DirFS(cluster)); err != nil {
		return err
	}
	// Written last: its presence says that the template is whole.
	return os.WriteFile(filepath.Join(dir, "password"), []byte(password), 0o600)
}

// privateDir makes a directory that the account owns and nobody else may enter.
func privateDir(parent string, a account) (string, error) {
	dir, err := os.MkdirTemp(parent, "paylink-pg-")
	if err != nil {
		return "", err
	}
	return dir, os.Chown(dir, a.uid, a.gid)
}

// memory is Linux's file system in memory, where making and dropping a
// database takes a tenth of the time that it takes on a disk.
const memory = "/dev/shm"

// quickest is the memory where it is roomy enough for some hundred databases,
// otherwise the disk. Containers often give it 64 MB.
func quickest() string {
	var fs syscall.Statfs_t
	const enough = 2 << 30
	if syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) >= enough {
		return memory
	}
	return os.TempDir()
}

// copyCluster copies a template to where the account's server will run it.
func copyCluster(from, to string, a account) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		// PostgreSQL refuses a data directory that others may enter.
		if entry.IsDir() {
			if err := os.Chmod(path, 0o700); err != nil {
				return err
			}
		}
		return os.Chown(path, a.uid, a.gid)
	})
}

// lock waits for a lock that all processes of this user share.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}

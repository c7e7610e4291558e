package server

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
)

// ErrNotInstalled says that the machine has no PostgreSQL server programs.
var ErrNotInstalled = errors.New("no PostgreSQL server programs (initdb, postgres) in /usr/lib/postgresql/*/bin or PATH; run `make setup` as root, or install the package postgresql")

// programs is where the server's programs are and which major version they have.
type programs struct {
	dir     string
	version string // as `postgres --version` says it
	major   int
}

// debian is where Debian's packages put the server programs.
const debian = "/usr/lib/postgresql/*/bin"

// findPrograms takes the newest version that Debian's layout offers, otherwise
// what PATH has. Debian keeps initdb and postgres out of PATH.
func findPrograms(pattern string) (programs, error) {
	dirs, _ := filepath.Glob(pattern)
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	var best programs
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		p, err := describe(dir)
		if err == nil && p.major > best.major {
			best = p
		}
	}
	if best.dir == "" {
		return best, ErrNotInstalled
	}
	return best, nil
}

var versionNumber = regexp.MustCompile(`\) (\d+)[.\d]*`)

func describe(dir string) (programs, error) {
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return programs{}, fmt.Errorf("%s/postgres --version: %w", dir, err)
	}
	match := versionNumber.FindSubmatch(out)
	if match == nil {
		return programs{}, fmt.Errorf("%s/postgres --version says %q, which has no version number", dir, out)
	}
	major, err := strconv.Atoi(string(match[1]))
	return programs{dir: dir, version: string(out), major: major}, err
}

// account is the user that the server runs as. A nil credential means our own.
type account struct {
	uid, gid   int
	credential *syscall.Credential
}

func findAccount() (account, error) {
	if os.Getuid() != 0 {
		return account{uid: os.Getuid(), gid: os.Getgid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr != nil || gidErr != nil {
			continue
		}
		return account{uid, gid, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return account{}, errors.New("PostgreSQL refuses to run as root and this machine has neither a user postgres nor nobody; run the tests as another user")
}

// command prepares a program that runs as the account, in dir, away from our
// terminal's signals: an interrupt reaches us, and we end the server.
func (a account) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: a.credential}
	return cmd
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"paylink/client"
)

// callerFlags say which server a command calls, and as whom. With none of them it is
// the demo that runs from the same directory.
type callerFlags struct {
	Server  string `env:"PAYLINK_URL" help:"The server, like https://pay.example. Without it, and without a key: the demo that was started in this directory."`
	Key     secret `env:"PAYLINK_SECRET_KEY" help:"The merchant's secret key, sk_…"`
	KeyFile string `name:"key-file" env:"PAYLINK_SECRET_KEY_FILE" help:"A file that holds it instead."`
	JSON    bool   `name:"json" help:"Print JSON, one object a line, for programs."`
}

// demoAccess is what a running demo leaves in its directory for these commands.
type demoAccess struct {
	Server string `json:"server"`
	Key    string `json:"key"`
}

// accessFile is in the demo's directory while it runs; only its owner can read it.
const accessFile = "client.json"

// client makes the client that the flags ask for.
func (c *callerFlags) client() (*client.Client, error) {
	var f faults
	if c.KeyFile != "" && c.Key == "" {
		text, err := os.ReadFile(c.KeyFile)
		if err != nil {
			f.add("key-file", "%v", err)
		}
		c.Key = secret(strings.TrimSpace(string(text)))
	}
	server, key := c.Server, string(c.Key)
	if server == "" && key == "" && len(f) == 0 {
		found, err := findDemo(filepath.Join("paylink-demo", accessFile))
		if err != nil {
			return nil, err
		}
		server, key = found.Server, found.Key
	}
	if len(f) == 0 {
		if server == "" {
			f.add("server", "is missing: say which server the key is for, like https://pay.example (PAYLINK_URL)")
		} else {
			server = checkBase(&f, server)
		}
		if key == "" {
			f.add("key", "is missing: the merchant's secret key; paylink merchant key add makes one (PAYLINK_SECRET_KEY)")
		}
	}
	if err := callerFault(f); err != nil {
		return nil, err
	}
	out := client.New(server, key)
	out.Agent = "paylink-cli/" + version()
	return out, nil
}

// callerFault says what is wrong in the words of a command line.
func callerFault(f faults) error {
	if len(f) == 0 {
		return nil
	}
	for i := range f {
		name, text, _ := strings.Cut(f[i], ": ")
		flag, _, _ := strings.Cut(name, " ")
		f[i] = flag + " " + text
	}
	return &failure{2, strings.Join(f, "\n  ")}
}

// findDemo reads what a running demo left. It must be its owner's alone and of this
// machine: a file that somebody else put there would send a key, and money's news, to them.
func findDemo(path string) (out demoAccess, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return out, &failure{2, "which server? Give --server and --key (PAYLINK_URL, PAYLINK_SECRET_KEY), or start paylink demo in this directory"}
	}
	if err != nil {
		return out, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return out, &failure{2, path + " can be read or written by others than its owner; give --server and --key instead"}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return out, err
	}
	u := &url.URL{}
	if err := json.Unmarshal(text, &out); err == nil {
		u, err = url.Parse(out.Server)
		if err != nil || !isLoopback(u.Hostname()) || out.Key == "" {
			return out, &failure{2, path + " names no server of this machine; give --server and --key"}
		}
		return out, nil
	}
	return out, &failure{2, path + " can't be read; start paylink demo again, or give --server and --key"}
}

// reached tells a person why a server did not answer; what it refused it says itself.
func reached(err error) error {
	var said *client.Error
	if err == nil {
		return nil
	}
	if errors.As(err, &said) {
		switch said.Status {
		case http.StatusUnauthorized:
			return &failure{1, "the server does not take the key: it is wrong, revoked, or another server's"}
		default:
			return &failure{1, said.Error()}
		}
	}
	var dial *url.Error
	if errors.As(err, &dial) && dial.Err != nil {
		host := dial.URL
		if u, perr := url.Parse(dial.URL); perr == nil {
			host = u.Scheme + "://" + u.Host
		}
		return &failure{1, fmt.Sprintf("%s gives no answer; does paylink run there? (%v)", host, dial.Err)}
	}
	return err
}

// show prints a thing for programs, or calls people to print it for people.
func (c *callerFlags) show(s *session, v any, people func() error) error {
	if !c.JSON {
		return people()
	}
	text, err := json.Marshal(v)
	if err == nil {
		_, err = fmt.Fprintln(s.stdout, string(text))
	}
	return err
}

// isTerminal reports whether somebody reads what is printed there.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// shortTime is a time for people, in their own zone.
func shortTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

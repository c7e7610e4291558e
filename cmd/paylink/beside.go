package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// A book that is a SQLite file has one writer: the server. So that an operator need
// not stop it to add a key, the server runs the operator's commands: they are handed
// over a socket beside the file, in a directory that only its owner can enter.

// socketPath is where the server of a book listens for commands; empty where the
// book is not a file, or the path would be longer than a socket's may be.
func socketPath(database string) string {
	path := strings.TrimPrefix(strings.TrimPrefix(database, "sqlite:"), "file:")
	if isPostgres(dsn(database)) || strings.ContainsAny(path, "?:") {
		return ""
	}
	path = filepath.Join(path+".admin", "socket")
	// sockaddr_un holds 108 bytes on Linux and 104 elsewhere, one of them the end.
	if len(path) > 100 {
		return ""
	}
	return path
}

// handed is a command on its way to the server.
type handed struct {
	Command []string        `json:"command"`
	Fields  json.RawMessage `json:"fields"`
}

// outcome is what became of it.
type outcome struct {
	Stdout string `json:"stdout"`
	Error  string `json:"error,omitempty"`
	Status int    `json:"status"`
}

// handOver gives the selected command to the server of the book, if one runs.
func handOver(s *session, database string) (done bool, err error) {
	path := socketPath(database)
	if path == "" {
		return false, nil
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return false, nil // nobody serves this book
	}
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}}
	selected := s.parsed.Selected()
	fields, err := json.Marshal(selected.Target.Addr().Interface())
	if err != nil {
		return true, errors.Join(err, conn.Close())
	}
	body, err := json.Marshal(handed{commandPath(selected), fields})
	if err != nil {
		return true, errors.Join(err, conn.Close())
	}
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, "http://server/run", strings.NewReader(string(body)))
	if err != nil {
		return true, errors.Join(err, conn.Close())
	}
	res, err := client.Do(req)
	if err != nil {
		return true, fmt.Errorf("the running server of this book did not take the command: %w", err)
	}
	defer res.Body.Close()
	var out outcome
	if err := json.NewDecoder(io.LimitReader(res.Body, 16<<20)).Decode(&out); err != nil {
		return true, fmt.Errorf("the running server of this book gave no answer (%s): %w", res.Status, err)
	}
	if _, err := io.WriteString(s.stdout, out.Stdout); err != nil {
		return true, err
	}
	if out.Status != 0 {
		return true, &failure{out.Status, out.Error}
	}
	return true, nil
}

func commandPath(n *kong.Node) (path []string) {
	for ; n != nil && n.Type == kong.CommandNode; n = n.Parent {
		path = append(path, n.Name)
	}
	slices.Reverse(path)
	return path
}

// hear takes operators' commands until deaf is called. Where there can be no socket
// there is none: commands then need the server stopped, and say so.
func (n *node) hear() {
	deaf, err := n.takeCommands()
	if err != nil {
		n.log.Warn("operators' commands need this server stopped", "error", err.Error())
		return
	}
	n.deaf = deaf
}

func (n *node) takeCommands() (stop func(), err error) {
	path := socketPath(n.database)
	if path == "" {
		return func() {}, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	// The store's lock says that no other server has this book: what is left is stale.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /run", n.runHanded)
	server := newServer(mux, n.log)
	server.WriteTimeout = time.Minute
	go func() { _ = server.Serve(l) }() // ends with stop
	return func() { _ = server.Close() }, nil
}

func (n *node) runHanded(w http.ResponseWriter, r *http.Request) {
	var h handed
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&h); err != nil {
		plain(w, http.StatusBadRequest, "the command could not be read")
		return
	}
	var out strings.Builder
	err := n.runCommand(&session{ctx: r.Context(), stdout: &out, stderr: io.Discard, node: n}, h)
	n.log.Info("an operator's command", "act", strings.Join(h.Command, " "), "reason", fmt.Sprint(err))
	o := outcome{Stdout: out.String()}
	if err != nil {
		o.Error, o.Status = told(err), statusOf(err)
	}
	writeJSON(w, o)
}

// runCommand runs a command with the fields that were parsed where it was typed. Only
// those that open a book for a moment can be handed over.
func (n *node) runCommand(s *session, h handed) error {
	if len(h.Command) == 0 || (h.Command[0] != "merchant" && h.Command[0] != "decide") {
		return &failure{2, "this command can't be handed to a server"}
	}
	parser, err := kong.New(&commands{}, kong.Name("paylink"), kong.Bind(s))
	if err != nil {
		return err
	}
	at := parser.Model.Node
	for _, name := range h.Command {
		i := slices.IndexFunc(at.Children, func(c *kong.Node) bool { return c.Name == name })
		if i < 0 {
			return &failure{2, "the server, of another version, does not know this command"}
		}
		at = at.Children[i]
	}
	command, ok := at.Target.Addr().Interface().(interface{ Run(*session) error })
	if !ok {
		return &failure{2, "this is not a whole command"}
	}
	if err := json.Unmarshal(h.Fields, command); err != nil {
		return err
	}
	return command.Run(s)
}

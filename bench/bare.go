package main

import (
	"context"
	"encoding/json"
	"flag"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

// The bare programs are this command again, as processes of their own:
//
//	bench bare   --sample FILE --store STORE --ready-file FILE  writes a sample's rows for each POST
//	bench memory --page FILE --ready-file FILE                 serves a file from memory
func bare(kind string, args []string) error {
	flags := flag.NewFlagSet(kind, flag.ContinueOnError)
	sampleFile := flags.String("sample", "", "")
	store := flags.String("store", "", "")
	page := flags.String("page", "", "")
	readyFile := flags.String("ready-file", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var handler http.Handler
	var err error
	if kind == "bare" {
		handler, err = newWriter(*sampleFile, *store)
	} else {
		handler, err = newMemory(*page)
	}
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	text, err := json.Marshal(map[string]string{"base_url": "http://" + listener.Addr().String()})
	if err != nil {
		return err
	}
	if err := os.WriteFile(*readyFile+".new", text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(*readyFile+".new", *readyFile); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Handler: handler}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func newMemory(file string) (http.Handler, error) {
	page, err := os.ReadFile(file)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(page)
	}), err
}

// writer commits a sample's rows for each request, in groups: whatever waits is
// one transaction, and is answered after its commit.
type writer struct {
	rows    interface{ write(times int) error }
	waiting chan chan error
}

// groupLimit is how many requests one transaction takes at most.
const groupLimit = 256

// newWriter writes into a store in a directory, or into the database at a URL.
func newWriter(sampleFile, store string) (*writer, error) {
	text, err := os.ReadFile(sampleFile)
	if err != nil {
		return nil, err
	}
	var s sample
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	w := &writer{waiting: make(chan chan error, groupLimit)}
	if s.Engine == "postgres" {
		w.rows, err = newPostgresRows(s, store)
	} else {
		w.rows, err = newSQLiteRows(s, store)
	}
	if err != nil {
		return nil, err
	}
	go w.commit()
	return w, nil
}

func (w *writer) commit() {
	for first := range w.waiting {
		group := []chan error{first}
		for len(group) < groupLimit && len(w.waiting) > 0 {
			group = append(group, <-w.waiting)
		}
		err := w.rows.write(len(group))
		for _, answer := range group {
			answer <- err
		}
	}
}

func (w *writer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	var order map[string]any
	if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	answer := make(chan error, 1)
	w.waiting <- answer
	if err := <-answer; err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	json.NewEncoder(rw).Encode(map[string]string{"PayLinkUrl": "http://" + r.Host + "/pay/bare"})
}

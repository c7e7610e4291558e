package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"paylink"
	"paylink/web/look"
)

//go:embed demo
var demoFiles embed.FS

// demoPages are the demo's own two pages. They are for developers and speak English.
var demoPages = template.Must(template.ParseFS(demoFiles, "demo/*.html"))

const demoPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// mount serves what only a demo has.
func (d *demo) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/demo/", http.StatusSeeOther) })
	mux.HandleFunc("GET /demo/{$}", func(w http.ResponseWriter, _ *http.Request) { d.page(w, "start.html", d.offer()) })
	mux.HandleFunc("GET /demo/inbox", func(w http.ResponseWriter, _ *http.Request) {
		d.page(w, "inbox.html", map[string]any{"Messages": d.inbox.list(), "Letters": d.letters(), "Gate": d.gate, "On": d.Inbox, "Icon": look.Icon().Path})
	})
	mux.HandleFunc("GET /demo/inbox.json", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, d.inbox.list()) })
	mux.HandleFunc("GET /demo/mails.json", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, d.letters()) })
	mux.HandleFunc("GET /demo/mails/{n}", d.letterPage)
	mux.HandleFunc("GET /demo/demo.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, demoFiles, "demo/demo.css")
	})
	mux.Handle("POST /demo/hook", d.inbox)
	if d.TestClock {
		mux.HandleFunc("POST /demo/clock", d.clock)
	}
}

func (d *demo) page(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := demoPages.ExecuteTemplate(&b, name, data); err != nil {
		d.run.node.log.Error("a page of the demo could not be made", "error", err.Error())
		plain(w, http.StatusInternalServerError, "the page could not be made")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", demoPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // the reader went away: nothing to do
}

func writeJSON(w http.ResponseWriter, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		plain(w, http.StatusInternalServerError, "the answer could not be made")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(text) // the reader went away: nothing to do
}

// clock moves the time of the book and of the bank: {"offset_ms":n} from real time.
func (d *demo) clock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		OffsetMS int64 `json:"offset_ms"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in); err != nil {
		plain(w, http.StatusBadRequest, `want {"offset_ms":n}`)
		return
	}
	by := time.Duration(in.OffsetMS) * time.Millisecond
	err := newBankClient(d.gate).setClock(r.Context(), d.GatewayAdminKey, by)
	if err == nil {
		err = d.run.node.store.SetClockOffset(r.Context(), by)
	}
	if err != nil {
		plain(w, http.StatusServiceUnavailable, scrubText(err.Error()))
		return
	}
	writeJSON(w, map[string]any{"offset_ms": in.OffsetMS, "now": d.run.node.now()})
}

// now is the book's time, which a test clock may have moved.
func (n *node) now() time.Time {
	now := time.Now()
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
	defer stop()
	// Without the book the machine's clock has to do.
	_ = n.store.View(ctx, func(r paylink.Reader) error {
		now = r.Now()
		return nil
	})
	return now
}

// offer is what there is to try.
func (d *demo) offer() map[string]any {
	data, err := filepath.Abs(d.Data)
	if err != nil {
		data = d.Data // the directory we are in is gone: as it was given, then
	}
	return map[string]any{"Icon": look.Icon().Path, "Base": d.base, "Gate": d.gate, "Link": d.link, "Data": data, "R": d.ready(),
		"Native": d.nativeLines(), "Shell": d.shellLines(), "APIs": d.apis(), "Numbers": testNumbers()}
}

// tell says where everything is: in the ready file for programs, else to people.
func (d *demo) tell(stdout io.Writer) error {
	if d.ReadyFile != "" {
		return writeReady(d.ReadyFile, d.ready())
	}
	_, err := fmt.Fprintf(stdout, `paylink demo: no money moves. Stop it with Ctrl-C; %[5]s keeps everything.

  Open a link and pay it    %[1]s
    card 4242 4242 4242 4242, any date to come, any code
  What there is to try      %[2]s/demo/
  Webhooks and mails        %[2]s/demo/inbox
  The bank and its numbers  %[3]s/
  Our API, for people       %[2]s/docs

Make a link with paylink's own API:

%[4]s

or from another terminal in this directory:

%[6]s

How FrontStream's, Payroc's, Devdraft's and Elevate's clients do it: %[2]s/demo/#apis

`, d.link, d.base, d.gate, d.nativeLines(), d.Data, d.shellLines())
	return err
}

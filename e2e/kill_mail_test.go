package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"paylink"
	"paylink/internal/maildrop"
	"paylink/internal/smtp"
	"paylink/store/sqlstore"
	"paylink/till"
)

// TestProveKillWhileALinkIsShared kills paylink before a share is committed, when its
// letter was sent and is not marked, and when it is. Afterwards every share that was
// acknowledged has its letter, at most twice, and then under one Message-ID.
func TestProveKillWhileALinkIsShared(t *testing.T) {
	t.Parallel()
	for point, most := range map[string]int{"K03.before": 1, "K20.after": 2, "K21.before": 2, "K21.after": 1} {
		if !proveFull() && point == "K21.before" {
			continue
		}
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			drop := maildrop.Open(l, maildrop.Options{})
			t.Cleanup(func() { _ = drop.Close() })
			s := newSharing(t, "smtp://"+drop.Addr()+"?tls=none")
			n := s.serve(point + ":1")
			s.share() // may die before it answers
			n.killed(point, 20*time.Second)
			n = s.serve("")
			if status := s.share(); status != http.StatusCreated {
				t.Fatalf("the same call again: %d", status)
			}
			n.terminate()
			n.stopped(30 * time.Second)
			s.later(drop.Addr())
			ids := map[string]int{}
			for _, letter := range drop.Letters() {
				r, err := letter.Open()
				if err != nil {
					t.Fatal(err)
				}
				ids[r.ID]++
			}
			for id, times := range ids {
				if times > most {
					t.Errorf("%s came %d times", id, times)
				}
			}
			if len(ids) != 1 {
				t.Errorf("one letter was due: %v", ids)
			}
		})
	}
}

// sharing is a server with a link that is to be shared.
type sharing struct {
	t           *testing.T
	dir, url    string
	smtp        string
	token, link string
}

// newSharing lets a demo make the merchant and the link.
func newSharing(t *testing.T, smtpURL string) *sharing {
	t.Helper()
	s := &sharing{t: t, dir: t.TempDir(), url: "http://127.0.0.1:" + freePort(t), smtp: smtpURL}
	demo := startProcess(t, filepath.Join(s.dir, "demo.log"), nil, "demo", "--listen", s.url[len("http://"):], "--gateway-listen", "127.0.0.1:0",
		"--data", filepath.Join(s.dir, "demo"), "--no-inbox", "--ready-file", filepath.Join(s.dir, "ready"), "--log-level", "warn")
	demo.serves(s.url + "/readyz")
	var known struct {
		Key string `json:"payroc_key"`
	}
	s.read(filepath.Join(s.dir, "demo", "demo.json"), &known)
	var made struct {
		Token string `json:"access_token"`
		ID    string `json:"paymentLinkId"`
	}
	s.decode(s.post("/authorize", "X-Api-Key", known.Key, ""), &made)
	s.token = made.Token
	s.decode(s.post("/v1/processing-terminals/1234001/payment-links", "Idempotency-Key", "8e03978e-40d5-43e8-bc93-6894a57f9324",
		`{"type":"multiUse","merchantReference":"R","order":{"charge":{"type":"preset","amount":2500,"currency":"USD"}},"authType":"sale","paymentMethods":["card"]}`), &made)
	if s.link = made.ID; s.link == "" {
		t.Fatal("no link was made")
	}
	demo.terminate()
	demo.stopped(30 * time.Second)
	return s
}

// serve starts the server with a plan of fail points.
func (s *sharing) serve(plan string) *process {
	s.t.Helper()
	p := startProcess(s.t, filepath.Join(s.dir, "serve.log"), []string{"FAULT=" + plan}, "serve", "--listen", s.url[len("http://"):], "--base-url", s.url,
		"--database", s.book(), "--key-file", filepath.Join(s.dir, "demo", "key.json"),
		"--smtp-url", s.smtp, "--mail-from", "pay@shop.example", "--log-level", "warn")
	p.serves(s.url + "/readyz")
	return p
}

func (s *sharing) book() string { return filepath.Join(s.dir, "demo", "paylink.db") }

// share shares the link, always under the same key; 0 where no answer came.
func (s *sharing) share() int {
	a := s.post("/v1/payment-links/"+s.link+"/sharing-events", "Idempotency-Key", "0b0c2b8e-6a0f-4a3f-9f2c-2d0b7f6d7a11",
		`{"sharingMethod":"email","recipients":[{"name":"Sarah","email":"sarah@example.com"}]}`)
	return a.Status
}

func (s *sharing) post(path, header, value, body string) Answer {
	r, err := http.NewRequest("POST", s.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set(header, value)
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return Answer{}
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body) // of a server that may be killed meanwhile
	return Answer{Status: res.StatusCode, Body: text}
}

func (s *sharing) decode(a Answer, into any) {
	s.t.Helper()
	if err := json.Unmarshal(a.Body, into); err != nil || a.Status/100 != 2 {
		s.t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
}

func (s *sharing) read(file string, into any) {
	s.t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// later is another node, after the leases of the dead.
func (s *sharing) later(address string) {
	s.t.Helper()
	ctx := context.Background()
	db, err := sqlstore.Open(ctx, s.book(), sqlstore.Options{TestClock: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if err := db.SetClockOffset(ctx, 10*time.Minute); err != nil {
		s.t.Fatal(err)
	}
	server, err := smtp.ParseURL("smtp://" + address + "?tls=none")
	if err != nil {
		s.t.Fatal(err)
	}
	node := &till.Till{Store: db, BaseURL: s.url, Post: &till.Post{Postman: &smtp.Postman{Server: server, From: "pay@shop.example"},
		Write: func(l till.Letter) (paylink.Message, error) {
			return paylink.Message{ID: l.Mail.MessageID, To: paylink.Recipient{Email: l.Mail.To}, Subject: "again", Text: l.URL}, nil
		}}}
	for n := 1; n > 0; {
		if n, err = node.Mail(ctx, 10); err != nil {
			s.t.Fatal(err)
		}
	}
}

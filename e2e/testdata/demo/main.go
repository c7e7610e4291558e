// Demo behaves as `paylink demo` does towards the harness, so that the harness
// is tested without the product: it serves two addresses, keeps a count of its
// starts in the data directory, writes the ready file, and ends well on SIGTERM.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	if os.Args[1] != "demo" {
		fmt.Println("ran", os.Args[1:])
		os.Exit(3)
	}
	flags := flag.NewFlagSet("demo", flag.ExitOnError)
	listen := flags.String("listen", "", "")
	gateway := flags.String("gateway-listen", "", "")
	data := flags.String("data", "", "")
	ready := flags.String("ready-file", "", "")
	fail := flags.String("fail", "", "")
	flags.Parse(os.Args[2:])
	if *fail != "" {
		fmt.Println("refused:", *fail)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	one, two := must(net.Listen("tcp", *listen)), must(net.Listen("tcp", *gateway))
	starts := filepath.Join(*data, "starts")
	before, _ := os.ReadFile(starts)
	check(os.WriteFile(starts, append(before, '+'), 0o600))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /starts", func(w http.ResponseWriter, r *http.Request) {
		w.Write(must(os.ReadFile(starts)))
	})
	mux.HandleFunc("GET /kill", func(w http.ResponseWriter, r *http.Request) {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	})
	mux.HandleFunc("GET /race", func(w http.ResponseWriter, r *http.Request) { race() })
	go http.Serve(one, mux)
	go http.Serve(two, mux)
	text := must(json.Marshal(map[string]any{
		"base_url": "http://" + one.Addr().String(), "gateway_url": "http://" + two.Addr().String(),
		"native":      map[string]string{"secret_key": os.Getenv("DEMO_KEY")},
		"frontstream": map[string]string{"client_id": "c", "api_key": "k"},
	}))
	check(os.WriteFile(*ready+".new", text, 0o600))
	check(os.Rename(*ready+".new", *ready))
	<-ctx.Done()
	fmt.Println("stopped")
}

// race has the race detector speak.
func race() {
	n := 0
	go func() { n++ }()
	n++
	time.Sleep(10 * time.Millisecond)
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

package main

import (
	"net/http"

	"paylink"
	"paylink/dialect/devdraft"
	"paylink/dialect/elevate"
	"paylink/dialect/frontstream"
	"paylink/dialect/native"
	"paylink/dialect/payroc"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
	"paylink/internal/safedial"
	"paylink/web/checkout"
	"paylink/web/picture"
)

// mounts is the list of APIs and pages. Adding one is its folder and its line here.
var mounts = []func(*node, *http.ServeMux){
	(*node).mountCheckout,
	(*node).mountPictures,
	func(n *node, mux *http.ServeMux) { (&frontstream.Handler{Till: n.till, Log: n.log.Logger}).Mount(mux) },
	func(n *node, mux *http.ServeMux) {
		(&native.Handler{Till: n.till, Log: n.log.Logger, CheckHookURL: n.checkHook, Preview: n.payerPages.Preview}).Mount(mux)
	},
	func(n *node, mux *http.ServeMux) { n.docs.Mount(mux) },
	func(n *node, mux *http.ServeMux) { (&payroc.Handler{Till: n.till, Log: n.log.Logger}).Mount(mux) },
	func(n *node, mux *http.ServeMux) { n.devdraft().Mount(mux) },
	func(n *node, mux *http.ServeMux) { (&elevate.Handler{Till: n.till, Log: n.log.Logger}).Mount(mux) },
	func(_ *node, mux *http.ServeMux) { mountShared(mux) },
	func(n *node, mux *http.ServeMux) { mux.HandleFunc("POST /callbacks/{gateway}", n.callback) },
}

// gateways is the list of those who move money. Each gives nil where the
// configuration does not ask for it. Adding one is its folder and its line here.
var gateways = []func(*node) (paylink.Gateway, error){
	openSandbox,
}

const sandboxName = "sandbox"

func openSandbox(n *node) (paylink.Gateway, error) {
	if n.sandbox.SandboxURL == "" {
		return nil, nil
	}
	g, err := sandbox.New(sandbox.Config{URL: n.sandbox.SandboxURL, PublicURL: n.sandbox.SandboxPublicURL,
		Accounts: n.bank.find})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// devdraft also knows where the slugs of links lead.
func (n *node) devdraft() *devdraft.Handler {
	return &devdraft.Handler{Till: n.till, Log: n.log.Logger, CheckHookURL: n.checkHook,
		Picture: func(file string) string { return n.till.BaseURL + n.till.PicturePath(file, true) }}
}

func (n *node) mountCheckout(mux *http.ServeMux) {
	h := &checkout.Handler{Acts: n.till, Log: n.log.Logger, Wait: n.tries.wait, Open: n.devdraft().Open,
		ClientIP: func(r *http.Request) string { return r.RemoteAddr }, Picture: n.till.PicturePath}
	if n.demo {
		h.Numbers = map[string][]checkout.TestNumber{sandboxName: testNumbers()}
		checkout.MountStories(mux)
	}
	h.Mount(mux)
	n.payerPages = h
}

func (n *node) mountPictures(mux *http.ServeMux) {
	reach := n.dialing()
	reach.Answer = picture.MaxBytes + 1
	(&picture.Handler{Acts: n.till, Client: safedial.New(reach).Client(), Log: n.log.Logger}).Mount(mux)
}

// testNumbers are the published numbers that the sandbox takes, as the demo's page
// shows them.
func testNumbers() []checkout.TestNumber {
	var out []checkout.TestNumber
	for _, n := range bank.Numbers {
		out = append(out, checkout.TestNumber{Number: n.Shown(), Does: n.About})
	}
	for _, b := range bank.BankNumbers {
		out = append(out, checkout.TestNumber{Number: b.Routing + " " + b.Account, Does: b.About})
	}
	return out
}

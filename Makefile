# What a contributor runs. `make` alone lists it.
#
# The product is built without cgo; the tests use the race detector, which needs
# a C compiler. Everything that must be installed, setup installs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A server of PostgreSQL for the command after it, ended with it.
WITH_POSTGRES := bin/pgserver
# The race detector watches all Go code but SQLite's engine: that is C translated to
# Go, whose instrumentation doubles what the tests cost. Its rows and pages are in memory
# of its own, outside Go's heap, where the detector looks at nothing anyway
# (runtime/race_amd64.s); what our code and the driver do to Go's memory it sees.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false
# lint vets all code, tests too: go test need not vet some of it again.
TEST_FLAGS := $(RACE) -vet=off -shuffle=on -timeout 9m
FUZZTIME ?= 20s
# What the tests in e2e start, instead of building it themselves.
PROGRAMS := PAYLINK_TEST_BINARY=$(CURDIR)/bin/paylink-race PAYLINK_TEST_FAULT_BINARY=$(CURDIR)/bin/paylink-fault

.PHONY: help
help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## run the whole thing with nothing to configure
	@exec bin/paylink demo

.PHONY: build
build: ## build bin/paylink, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/paylink ./cmd/paylink

.PHONY: test
test: ## setup, lint, and every suite in its short form, on both engines and in a browser
	@.ci/step setup $(MAKE) setup
	@.ci/step lint $(MAKE) lint
	@.ci/step "unit tests" $(MAKE) unit
	@.ci/step "browser tests" $(MAKE) e2e
	@echo "make test: all passed"

.PHONY: unit
unit: bin/pgserver ## the product's own tests, SQLite and PostgreSQL, race detector on
	$(WITH_POSTGRES) go test $(TEST_FLAGS) -p 3 ./...

# The program under test is not an input that go test knows of, so its results
# must not be cached. They wait for the browser more than they work: four at once.
.PHONY: e2e
e2e: bin/pgserver bin/paylink-race bin/paylink-fault e2e/node_modules/axe-core/axe.min.js ## the finished program through HTTP and Chromium
	cd e2e && $(PROGRAMS) ../$(WITH_POSTGRES) go test $(TEST_FLAGS) -timeout 25m -parallel 4 -count=1 ./...

.PHONY: lint
lint: bin/staticcheck bin/templ ## gofmt, generated code, vet, staticcheck and the house rules
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; fi
	.ci/generated
	go vet ./...
	go vet -tags fault ./internal/fault
	cd e2e && go vet ./...
	bin/staticcheck ./...
	bin/staticcheck -tags fault ./internal/fault
	cd e2e && ../bin/staticcheck ./...
	go test ./internal/house

.PHONY: bench
bench: build bin/pgserver ## measure, against a bare program of the same run; prints one Markdown table
	$(WITH_POSTGRES) -disk go run ./bench

# Each test named TestProve… plays a few seeds in make test, and all of them here.
.PHONY: prove
prove: bin/pgserver bin/paylink-race bin/paylink-fault ## every seed, round and kill of the proofs, with their figures (takes long)
	PAYLINK_PROVE=full $(WITH_POSTGRES) go test $(RACE) -count=1 -timeout 3h -run '^TestProve' -v ./...
	cd e2e && PAYLINK_PROVE=full $(PROGRAMS) ../$(WITH_POSTGRES) go test $(RACE) -count=1 -timeout 3h -run '^TestProve' -v ./...

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (20s)
	.ci/fuzz $(FUZZTIME)

# Each test with Story in its name shows pages in their states with made-up data.
.PHONY: stories
stories: bin/paylink-race e2e/node_modules/axe-core/axe.min.js ## pictures of every page in every state, in bin/stories
	cd e2e && PAYLINK_SHOTS=$(CURDIR)/bin/stories PAYLINK_TEST_BINARY=$(CURDIR)/bin/paylink-race go test -count=1 -run 'Story' ./...
	@echo "bin/stories holds the pictures"

.PHONY: verify
verify: bin/templ ## generated code is what the generators make, modules are what go.sum says
	.ci/generated
	go mod verify
	@# go mod verify asks even for a module that is a folder here; that answer is left out.
	cd e2e && ! (go mod verify 2>&1 || true) | grep -v -e '^all modules verified' -e '^paylink v0.0.0: missing ziphash'
	cd internal/tools && go mod verify

.PHONY: generate
generate: bin/templ ## generate the code of the page templates
	bin/templ generate -path web

.PHONY: setup
setup: ## install what the tests need and this machine lacks (as root)
	.ci/setup
	@$(MAKE) bin/staticcheck bin/pgserver e2e/node_modules/axe-core/axe.min.js

# go build decides by itself whether there is anything to do.
.PHONY: bin/pgserver
bin/pgserver:
	@go build -o $@ ./internal/pgtest/cmd/pgserver

.PHONY: bin/paylink-race
bin/paylink-race:
	go build $(RACE) -o $@ ./cmd/paylink

.PHONY: bin/paylink-fault
bin/paylink-fault: # kills itself where FAULT says, for the kill tests
	go build $(RACE) -tags fault -o $@ ./cmd/paylink

bin/staticcheck bin/templ &: internal/tools/go.mod internal/tools/go.sum
	cd internal/tools && go build -o ../../bin/ tool
	@touch bin/staticcheck bin/templ

e2e/node_modules/axe-core/axe.min.js: e2e/package-lock.json
	cd e2e && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

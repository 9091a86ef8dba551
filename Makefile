# What is done often. `make` alone lists it.

GOLANGCI_VERSION := 2.15.0
GOVULNCHECK_VERSION := 1.1.4
AIR_VERSION := 1.67.4

# How long each parser is fuzzed.
FUZZTIME ?= 1m

# How all is tested: vetted before; a second's sleep at the end of each process,
# for races that are told late, would add up. The application is tested by itself:
# its tests load both cores for as long as they last, and so would the others. What
# fails in one run does not hide what would in the other.
TEST := GORACE=atexit_sleep_ms=100 .tools/servers -- go test -race -vet=off -shuffle=on -count=1 -timeout 15m

# The version is part of the name: another one is another file.
GOLANGCI := .tools/golangci-lint-$(GOLANGCI_VERSION)
AIR := .tools/air-$(AIR_VERSION)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: ## Serve on http://127.0.0.1:8000, with SQLite in ./zomato.db
	go run ./app

.PHONY: dev
dev: $(AIR) ## Serve, and restart the server when a source file changes (.air.toml)
	$(AIR) -c .air.toml

$(AIR):
	GOBIN=$(CURDIR)/.tools go install github.com/air-verse/air@v$(AIR_VERSION)
	mv .tools/air $@

.PHONY: build
build: ## Build bin/zomato
	go build -o bin/zomato ./app

.PHONY: test
test: ## Vet and test everything, with the race detector, on throw-away servers
	scripts/test-servers.sh
	go vet ./...
	go build -o .tools/servers ./platform/testkit/servers
	failed=0; $(TEST) $$(go list ./... | grep -v '/app$$') || failed=1; $(TEST) ./app || failed=1; exit $$failed

.PHONY: gates
gates: ## The long form of the tests that try to break promises (two hours; FUZZTIME=10s)
	scripts/test-servers.sh
	go build -o .tools/servers ./platform/testkit/servers
	ZOMATO_GATES=full .tools/servers -- go test -count=1 -timeout 120m -v -run '^TestGate' ./app -rapid.checks=1000 -rapid.steps=50 -rapid.nofailfile
	ZOMATO_GATES=full .tools/servers -- go test -count=1 -timeout 60m -v -run '^TestGate' ./platform/database ./modules/cache/...
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: fuzz
fuzz: ## Fuzz every parser, each for FUZZTIME (FUZZTIME=10s); the gates do it too
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: ## Measure the product from outside (some twenty minutes; FLAGS="-rows search -v")
	scripts/test-servers.sh bench
	go run ./bench $(FLAGS)

.PHONY: bench-quick
bench-quick: ## The same in less than two minutes, for the order of magnitude
	scripts/test-servers.sh bench
	go run ./bench -quick $(FLAGS)

.PHONY: lint
lint: $(GOLANGCI) ## Check the house rules (.golangci.yml)
	$(GOLANGCI) run ./...

$(GOLANGCI):
	GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(GOLANGCI_VERSION)
	mv .tools/golangci-lint $@

.PHONY: generate
generate: ## Rewrite what is generated from the sources (CODEOWNERS, modules/README.md, app/modules.json)
	go generate ./...

.PHONY: vuln
vuln: ## Look for known vulnerabilities in what we use (needs the network)
	go run golang.org/x/vuln/cmd/govulncheck@v$(GOVULNCHECK_VERSION) ./...

.PHONY: metrics
metrics: ## Print the lengths of files and functions, and the shares of comments and tests
	@go run ./scripts/metrics

.PHONY: clean
clean: ## Remove what was built (not a database)
	rm -rf bin .tools

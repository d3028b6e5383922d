# Everything here needs Go, make and git alone; "make edges" installs the
# foreign runtimes that it drives. Tools are pinned here and run by "go run".
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0

OUT      := build/out
WASM     := $(OUT)/proffer.wasm $(OUT)/proffer-command.wasm $(OUT)/proffer-http-wasm.wasm $(OUT)/proffer-proxy-wasm.wasm $(OUT)/proffer-preinit.wasm
GUESTENV := GOOS=wasip1 GOARCH=wasm
STRIP    := -trimpath -buildvcs=false -ldflags="-s -w -buildid="
# The command brings the time zones of the Go that builds it, so that it makes
# the same snapshot of a catalog on every machine.
ZONES    := -tags proffer_zones -overlay $(OUT)/zones.json

.DEFAULT_GOAL := help

## help: what can be made
help:
	@echo "make TARGET"
	@sed -n 's/^## \([a-z]*\): /  \1\t/p' $(MAKEFILE_LIST) | expand -t 12

## build: the command and the Wasm modules, into build/out
build: wasm
	@printf '{"Replace":{"catalog/zone/zoneinfo.zip":"%s/lib/time/zoneinfo.zip"}}' "$$(go env GOROOT)" >$(OUT)/zones.json
	go build -trimpath $(ZONES) -o $(OUT)/proffer ./host/cmd/proffer

# The modules are built each time; the Go build cache knows what is new. Then
# their jumps are made direct: see build/jump; and one gets the name of its start
# that its hosts call: see build/start.
wasm:
	$(GUESTENV) go build $(STRIP) -buildmode=c-shared -o $(OUT)/proffer.wasm ./plugin/cmd/reactor
	$(GUESTENV) go build $(STRIP) -o $(OUT)/proffer-command.wasm ./plugin/cmd/command
	$(GUESTENV) go build $(STRIP) -buildmode=c-shared -o $(OUT)/proffer-http-wasm.wasm ./plugin/cmd/httpwasm
	$(GUESTENV) go build $(STRIP) -buildmode=c-shared -o $(OUT)/proffer-proxy-wasm.wasm ./plugin/cmd/proxywasm
	$(GUESTENV) go build $(STRIP) -buildmode=c-shared -tags proffer_preinit -o $(OUT)/proffer-preinit.wasm ./plugin/cmd/reactor
	go run ./build/jump/command $(WASM)
	go run ./build/start $(OUT)/proffer-http-wasm.wasm

## injector: what writes offers into pages, for examples/cloudflare
injector:
	$(GUESTENV) go build $(STRIP) -buildmode=c-shared -o $(OUT)/injector.wasm ./plugin/cmd/injector
	go run ./build/jump/command $(OUT)/injector.wasm

## run: the example shop behind the proxy, and what to try there
run: build
	go run ./examples/shop/demo -out $(OUT)

## test: all tests
test: wasm
	go test ./...

## edges: tests inside foreign runtimes, which it installs, and beside engines
edges: wasm injector
	build/install-edges
	PATH="$(CURDIR)/$(OUT)/node/bin:$$PATH:/usr/sbin" go test -count=1 -p=1 -tags edges ./examples/node ./examples/embed ./examples/identity \
		./examples/single-page ./examples/browser ./examples/varnish ./examples/nginx-ssi ./examples/nginx ./examples/haproxy ./examples/cloudflare ./examples/preinit
	cd examples/wasmtime && go vet ./... && go test -count=1 ./... && go mod tidy -diff
	cd examples/envoy/emulator && go vet ./... && go test -count=1 ./... && go mod tidy -diff
	cd examples/traefik && go vet ./... && go test -count=1 ./... && go mod tidy -diff
	cd examples/caddy && go vet ./... && go test -count=1 ./... && go mod tidy -diff
	cd build/peers && go vet ./... && go test -count=1 ./... && go mod tidy -diff

## matrix: measure all edges, or EDGES=name,name; write examples/README.md's table
matrix: wasm injector
	build/install-edges
	PATH="$(CURDIR)/$(OUT)/node/bin:$$PATH:/usr/sbin" go run ./examples/internal/matrix/measure -edges "$(EDGES)"

## fuzz: what reads strangers' bytes, FUZZTIME each; FUZZ=-all: every target
FUZZTIME ?= 20s
fuzz:
	go run ./build/fuzz -time $(FUZZTIME) $(FUZZ)

## bench: the table of ratios that the README shows
bench: wasm
	go run -tags proffer_own_sha256 ./build/bench

## peers: the README's table of other engines with the same rules
peers: wasm
	cd build/peers && go run .

## powercut: faults of a disk under the store, as root; some minutes
powercut:
	cd build/powercut && go vet ./... && go test -count=1 ./... && go run .
	go test -count=1 -run 'TestKill$$' -v ./host/store/faulttest -cycles 1000

# The profile by which Go compiles the module: it inlines the calls that requests
# make. Written anew when much of the code has changed.
profile:
	go run -tags proffer_own_sha256 ./build/bench -offers 100,1000 -time 20s -profile plugin/cmd/reactor/default.pgo

## check: vet, lint, format, tidiness; leaves a clean tree or fails
check: wasm
	go vet ./...
	$(GUESTENV) go vet -tags proffer_preinit ./plugin/... ./catalog/wire ./catalog/snapshot
	GOOS=windows go vet ./host/... ./examples/shop/...
	GOOS=darwin GOARCH=arm64 go vet ./host/... ./examples/shop/...
	go run $(GOLANGCI_LINT) run ./...
	go mod tidy -diff
	git diff --exit-code

## fmt: format the code
fmt:
	go run $(GOLANGCI_LINT) fmt ./...

## vuln: known vulnerabilities in what is used
vuln:
	go run $(GOVULNCHECK) ./...

## clean: remove what was built
clean:
	rm -rf $(OUT)

.PHONY: help build wasm injector run test edges matrix fuzz bench peers powercut profile check fmt vuln clean

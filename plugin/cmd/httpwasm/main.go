//go:build wasip1

// Command httpwasm is proffer-http-wasm.wasm: the http-wasm HTTP handler ABI
// over plugin/edge, for Traefik, Dapr and other http-wasm hosts. Build it with
// -buildmode=c-shared. See plugin/ABI.md, "http-wasm".
package main

import (
	"unsafe"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
)

func main() {}

var (
	instance *edge.Edge
	exchange edge.Exchange // of the request that this instance holds
	page     []byte        // or the body of a request to an endpoint
)

// init runs when the host starts the instance. Without a configuration that is good the
// instance passes every page through.
func init() {
	defer func() { _ = recover() }()
	e, err := edge.New(fetch(make([]byte, 0, 4<<10), getConfig), &files)
	if err != nil {
		warn(err.Error())
		return
	}
	instance = e
	var now int64
	clockTimeGet(0, 1, unsafe.Pointer(&now))
	refresh(now)
}

// refresh takes over a snapshot whose file has changed.
func refresh(now int64) {
	if err := instance.Refresh(now); err != nil {
		warn(err.Error())
	}
}

func warn(text string) {
	const levelError = 2
	hostLog(levelError, unsafe.Pointer(unsafe.StringData(text)), uint32(len(text)))
}

// handleRequest lets the next handler serve. The response of a listed page, and
// an answer in JSON with places, is held: then the origin is asked for a whole, plain and fresh body.
//
//go:wasmexport handle_request
func handleRequest() (next uint64) {
	defer func() {
		if recover() != nil {
			next = 1
		}
	}()
	if instance == nil {
		return 1
	}
	readExchange()
	refresh(exchange.Now)
	if instance.Owns(&exchange) && reply() {
		return 0
	}
	accept, _ := headerValues(kindRequest, "accept")
	if !instance.Holds(&exchange, accept) || header(kindRequest, "upgrade") != nil {
		return 1
	}
	enableFeatures(bufferResponse)
	remove(kindRequest, edge.PlainHeaders[:])
	return 1<<32 | 1
}

func readExchange() {
	exchange = edge.Exchange{Headers: exchange.Headers[:0]}
	exchange.Method = fetch(make([]byte, 0, 16), getMethod)
	exchange.URI = fetch(make([]byte, 0, 256), getURI)
	exchange.Source = fetch(make([]byte, 0, 64), getSourceAddr)
	exchange.Host = header(kindRequest, "host")
	names := fetch(make([]byte, 0, 1024), func(p unsafe.Pointer, n uint32) uint32 {
		return uint32(getHeaderNames(kindRequest, p, n))
	})
	for len(names) > 0 {
		name := edge.Lower(cutZero(&names))
		values, count := headerValues(kindRequest, string(name))
		for ; count > 0 && len(exchange.Headers) < abi.MaxHeaders/2; count-- {
			exchange.Headers = append(exchange.Headers, abi.Header{Name: name, Value: cutZero(&values)})
		}
	}
	exchange.Secure = edge.IsHTTPS(header(kindRequest, "x-forwarded-proto"))
	clockTimeGet(0, 1, unsafe.Pointer(&exchange.Now))
	randomGet(unsafe.Pointer(&exchange.Random), uint32(len(exchange.Random)))
}

// handleResponse decides what was held and writes the offers into it.
//
//go:wasmexport handle_response
func handleResponse(held, failed uint32) {
	defer func() { _ = recover() }()
	if held == 0 || failed != 0 || instance == nil {
		return
	}
	out, ok := decide()
	if !ok {
		return
	}
	for _, cookie := range out.Cookies {
		add("set-cookie", cookie)
	}
	if out.Private {
		remove(kindResponse, edge.CacheHeaders[:])
		set("cache-control", []byte("private, no-store"))
	}
	if out.Body != nil {
		remove(kindResponse, edge.DigestHeaders[:])
		set("content-length", edge.Decimal(len(out.Body)))
		writeBody(kindResponse, unsafe.Pointer(unsafe.SliceData(out.Body)), uint32(len(out.Body)))
	}
}

// decide reads a response that is a page or an answer in JSON.
func decide() (out edge.Outcome, ok bool) {
	status := getStatusCode()
	kind, coding := header(kindResponse, "content-type"), header(kindResponse, "content-encoding")
	if edge.IsJSON(status, kind, coding) {
		if header(kindResponse, "content-range") != nil || !readInto(kindResponse, edge.MaxJSON) {
			return out, false
		}
		return instance.DecideJSON(&exchange, page)
	}
	isPage, declared := edge.IsPage(status, kind, coding)
	if !isPage || !readInto(kindResponse, maxPage) || !declared && edge.OtherCharset(page) {
		return out, false
	}
	return instance.Decide(&exchange, page)
}

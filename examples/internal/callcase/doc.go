// Package callcase holds an edge to the decide API that package host/proxy has:
// requests to it, and what follows from its answers, sent to both.
//
// Where to look next: examples/http-wasm/decide_test.go.
package callcase

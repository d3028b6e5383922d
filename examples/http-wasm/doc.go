// Package httpwasm runs the http-wasm variant of the module as Traefik does:
// under http-wasm-host-go, in front of an origin, configured by JSON.
//
// It is a test. The cases in testdata are pages as they come from the origin
// and as they leave for the browser, byte for byte; every page that is decided
// is also compared with what the module's Go code answers in this process.
//
// Where to look next: README.md for the use with Traefik, plugin/ABI.md,
// "http-wasm", for what the variant does.
package httpwasm

// Package emulator runs proffer-proxy-wasm.wasm in the host emulator of the
// Proxy-Wasm Go SDK, which others wrote. It is a module of its own, so that Proffer
// does not depend on the SDK.
//
// The emulator answers no HTTP calls and has no shared data between machines; the
// strict host in the directory above has both.
//
// Where to look next: README.md in the directory above, for the use with Envoy.
package emulator

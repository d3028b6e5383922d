// Package envoy runs the proxy-wasm variant of the module in a strict host, which
// is a part of the test: it has the functions of WASI that Envoy 1.33 has and no
// working poll_oneoff, lets nobody change a head that was sent, cuts bodies where it
// likes, and serves many streams at once.
//
// No Envoy runs here. What the host does is written down from the specification of
// the ABI, https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1, and from
// https://github.com/proxy-wasm/proxy-wasm-cpp-host, by which Envoy runs modules.
//
// Where to look next: README.md for the use with Envoy, plugin/ABI.md, "proxy-wasm",
// for what the variant does; emulator, the same module in the Go SDK's emulator.
package envoy

// Package wasmtime runs the modules in wasmtime, by its Go binding: another engine
// than wazero and V8, with a compiler of its own. It is a module of its own, for
// the binding brings wasmtime as a C library.
//
// The Go part is a test: the whole corpus through proffer.wasm and
// proffer-command.wasm, byte for byte as in process, faults, a long life, and an image
// of examples/preinit.
//
// Where to look next: README.md for how to use it, plugin/ABI.md for what a host
// must do.
package wasmtime

// Package native runs the decision core in process: the same plugin/guest that
// the Wasm modules are built from, without their walls. It is for tests, for
// debugging, and for hosts that trust their catalog and need no isolation.
//
// Where to look next: package host runs the Wasm module behind the same
// methods.
package native

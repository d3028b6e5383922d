// Package preinit makes images: proffer-preinit.wasm with its runtime started, its
// configuration taken over and its snapshot loaded, as one new module, for platforms
// that start an instance for each request. Wizer does it, a program that npm has.
//
// Where to look next: plugin/ABI.md, "Images", for what an image is; command is the
// program, and examples/preinit says how to use it.
package preinit

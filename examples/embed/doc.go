// Package embed is the least that a program of one's own needs to decide with
// proffer.wasm: sixty lines in Go on wazero (embed.go), and as many in JavaScript
// for any engine that has WebAssembly (embed.mjs).
//
// Limits: one call at a time, no wait that is bounded, no pool, and no
// verification of the snapshot's cross references but the module's own: package
// host has all that. Who embeds the module elsewhere finds what a host must do in
// plugin/ABI.md, section 2.
//
// Where to look next: README.md for how to use it, host for a whole engine.
package embed

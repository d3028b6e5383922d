// Package traefik runs proffer-http-wasm.wasm in Traefik 3's own plugin loader,
// package pkg/plugins of its release, which is what turns the plugin's files and
// the configuration into a handler. Traefik's routing is not part of it.
//
// It is a test, and a module of its own, so that Traefik's dependencies stay out
// of Proffer's.
//
// Where to look next: README.md for the use, loader_test.go for how the loader is
// driven, ../http-wasm for the same module under its host library.
package traefik

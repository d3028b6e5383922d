// Package cloudflare holds a Worker that writes offers into the pages of an
// origin, for Cloudflare's network and for workerd, the server that it runs on
// (worker.mjs), and the tests that drive it in workerd.
//
// Limits: a listed page is decided before its body is known, all state is in the
// visitor's cookie, and nobody is a peer. See README.md.
//
// Where to look next: worker.mjs is what becomes of a request, engine.mjs how it
// is decided, injector.mjs how offers get into a body.
package cloudflare

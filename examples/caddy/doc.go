// Package caddy is Proffer in Caddy: the handler http.handlers.proffer, which writes
// offers into the pages of the handlers behind it, and the Caddyfile's directive
// proffer. It is a module of its own, for it brings Caddy.
//
// Nothing in here decides: package service puts what answers together from an
// operator's files, and follows them. What is left is to read options, to share what
// runs between handlers and configurations, and to end it when the last request is
// through.
//
// Where to look next: README.md for how to use it, handler.go for the options,
// running.go and ending.go for the life of an engine.
package caddy

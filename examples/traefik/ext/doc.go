// Package ext stands in for a nested module of Traefik's that its releases leave
// out: it names places for what other distributions add to the dynamic
// configuration. The plugin loader needs the two types, and nothing in them.
//
// Where to look next: the replace in ../go.mod.
package ext

// HTTP would hold more of the HTTP configuration.
type HTTP struct{}

// Router would hold more of a router.
type Router struct{}

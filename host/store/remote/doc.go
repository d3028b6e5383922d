// Package remote lets edges share one store over HTTP: a [Server] answers what
// plugin/ABI.md calls a peer's questions, a [Client] asks them and is a store to its
// own edge.
//
// Where to look next: server.go and client.go.
package remote

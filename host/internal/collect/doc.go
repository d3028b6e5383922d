// Package collect keeps the metrics of one part of the host together, so that they
// are registered, and taken back, at once.
//
// Where to look next: Set, and metrics.go of host/proxy.
package collect

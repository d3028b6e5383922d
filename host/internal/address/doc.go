// Package address says which network addresses a connection of ours may lead to.
// It looks at what a name was resolved to, at the moment of dialling, so that a
// name that leads elsewhere the second time is seen, too.
//
// Where to look next: Guard, and those who use it, newTransport of host/webhook and
// guard.go of host/proxy.
package address

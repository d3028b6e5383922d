// Package nameserver answers the questions for addresses that tests have, so that
// a name can lead elsewhere the second time.
//
// Where to look next: TestOriginNameTurns in host/proxy.
package nameserver

// Package zone knows the time zones of the IANA database, release 2025c, from
// a copy of its own, so that one catalog means the same moments on every
// machine and with every Go release.
//
// Names are those of the database, in its spelling. The machine's database and
// the variable ZONEINFO are not looked at.
//
// The copy is the zoneinfo.zip that Go is built with; "go generate" takes that
// of the Go in use, and the golden tests of catalog/compile show what changed.
// The data is in the public domain (https://www.iana.org/time-zones).
//
// Where to look next: catalog/author reads local times with it,
// catalog/compile writes a zone's changes into the snapshot.
package zone

// Package zone knows the time zones of the IANA database
// (https://www.iana.org/time-zones). With the tag proffer_zones, as "make build"
// sets it, they are those of the release of Go that builds the program, whatever
// the machine has: one build of the command makes the same snapshot of a catalog
// everywhere. Without it they are what ZONEINFO names, the machine's, or where it
// has none Go's.
//
// Where to look next: catalog/author reads local times with it,
// catalog/compile writes a zone's changes into the snapshot.
package zone

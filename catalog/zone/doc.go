// Package zone knows the time zones of the IANA database
// (https://www.iana.org/time-zones): the machine's, and where it has none the
// copy that Go brings, so that a catalog can be built everywhere.
//
// Two machines whose databases differ can read one local time differently, for
// zones whose rules changed in between; see RATIONALE.md.
//
// Where to look next: catalog/author reads local times with it,
// catalog/compile writes a zone's changes into the snapshot.
package zone

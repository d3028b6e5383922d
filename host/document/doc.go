// Package document reads and writes the JSON request documents of "proffer
// decide" and of recorded calls, answers the module's look-ups from them, and
// writes answers as JSON.
//
// A document with slots is a page's call; one with an event in their place is a
// request to an endpoint of the module's own.
//
// A line of a people import is a person of a document; it is read and written here, too.
//
// A document is strict: an unknown field, a wrong type or a value out of range
// is an error that names the field. It is input from a trusted caller; what a
// visitor sends never comes this way.
//
// Where to look next: plugin/ABI.md for the messages that documents become,
// the README for an example.
package document

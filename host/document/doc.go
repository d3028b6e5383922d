// Package document reads and writes the JSON request documents of "proffer
// decide" and of recorded calls, answers the module's look-ups from them, and
// writes answers as JSON.
//
// A [Call] is what the decide API is asked: of a document, what anybody may say.
//
// A document with slots is a page's call; one with an event in their place is a
// request to an endpoint of the module's own.
//
// A line of a people import is a person of a document; it is read and written here, too.
//
// A document is strict: an unknown field, a wrong type or a value out of range
// is an error that names the field. It is input from a trusted caller. What a
// stranger sends comes in as a [Call] alone, which is stricter: it is bounded in
// depth, lengths and memory, too.
//
// Where to look next: plugin/ABI.md for the messages that documents become,
// the README for an example.
package document

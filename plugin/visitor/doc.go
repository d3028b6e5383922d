// Package visitor reads what a stranger sends (cookies, identity token,
// languages) and writes the visitor cookie.
//
// Whatever does not verify is absent: a stranger's bytes never make an error,
// only a new visitor. Nothing is stored outside the cookie and nothing here
// knows a clock or a source of randomness.
//
// Where to look next: plugin/COOKIES.md for the formats, byte for byte,
// plugin/seal for the envelope around them.
package visitor

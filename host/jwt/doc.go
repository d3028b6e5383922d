// Package jwt tells whose request it is by a JSON Web Token (RFC 7519) that the
// site's login has signed and the site's own software reads, too: one in a
// cookie, or in a header such as "Authorization: Bearer".
//
// A token is believed from anybody, for it is signed. One that does not verify
// is absent: its sender is a stranger, who gets a page. What is accepted is
// narrow: HS256, RS256 and EdDSA (RFC 7518, RFC 8037) as configured, each with
// a key of its kind, an expiry, and JSON in which no name stands twice.
//
// Where to look next: config.go says what is configured, verify.go what a token
// must be, key.go and keyset.go how keys are read, request.go where a request
// has it.
package jwt

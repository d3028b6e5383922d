// Package identity writes identity tokens, by which a site's login tells Proffer
// who is asking, with nothing but the standard library: token.go to copy from.
// The same in JavaScript, Python and PHP stands beside it.
//
// The tests hold all four to one another, byte for byte, and to what Proffer
// reads; under the build tag edges they run the other languages.
//
// Where to look next: README.md for what a site does with a token,
// plugin/COOKIES.md, section 7, for the format.
package identity

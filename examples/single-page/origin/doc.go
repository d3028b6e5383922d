// Package origin is the tea shop's server: one page for all its addresses, and the
// files that it is made of.
//
// Everything it serves is inside the binary. Its Content-Security-Policy lets in
// nothing but files of its own host, and Trusted Types are required.
//
// Where to look next: static/app.js, the application; README.md one directory up.
package origin

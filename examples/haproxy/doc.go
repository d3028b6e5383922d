// Package haproxy hands the offers of a page to the site behind HAProxy, in
// request headers that the site's templates print: proffer.lua asks Proffer, with
// what Debian's HAProxy has built in, and haproxy.cfg is the configuration to copy.
//
// The Go part is a test: under the build tag edges it starts HAProxy in front of
// an origin and of Proffer.
//
// Where to look next: README.md for how to use it and what it cannot do.
package haproxy

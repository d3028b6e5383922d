// Package nginx writes offers into the pages of a site behind nginx, with the
// modules of Debian's package alone: auth_request asks Proffer what to write, and
// sub_filter writes it. proffer.conf is the configuration to copy.
//
// The Go part is a test: under the build tag edges it starts nginx in front of an
// origin and of Proffer.
//
// Where to look next: README.md for how to use it and what it cannot do.
package nginx

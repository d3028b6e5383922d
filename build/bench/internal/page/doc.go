// Package page makes the pages that proxies and the injector are measured with.
// They are made up, the same in every run, and repeat themselves, which flatters
// branch prediction; how many bytes there are for each '<' says how dense their
// tags are.
//
// Where to look next: Shop and Docs in page.go.
package page

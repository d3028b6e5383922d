// Package testsource tells which tests a project has, by its source: so that what
// tables and documents name can be held to be there.
//
// Limits. The names of sub-tests are taken from the strings of a package: one that is
// put together when it runs is not found.
//
// Where to look next: examples/internal/matrix and host/proxy, whose tests use it.
package testsource

// Package abi is the contract between a host and the Proffer module as code:
// the messages, their limits, the statuses and the names of the exports.
//
// Limits. Decoding never panics, never recurses and reads each byte a bounded
// number of times, whatever the bytes say; every list has the bound that
// stands beside its constant. Byte slices of decoded messages alias the
// message: they hold only as long as its bytes do. A [Request] or [Response]
// that is decoded into again reuses its lists, and a warm one allocates
// nothing; the appenders allocate only where dst is too short. The package
// checks forms and limits, not meaning: it knows no catalog, no cookie and no
// key. A value is not safe for use by two goroutines at once.
//
// In every message a nil or missing element is the zero value of its field,
// and a byte slice that is nil is the message's nil; an empty string is a slice
// of length 0 that is not nil.
//
// Where to look next: plugin/ABI.md is the page that this package implements;
// RATIONALE.md says why it does so in this way.
package abi

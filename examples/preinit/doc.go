// Package preinit holds images of the module to what they promise: a module that has
// started, is configured and has its snapshot, for platforms that start an instance
// for each request.
//
// It is a test: under the build tag edges it makes images by Wizer, puts the corpus
// through them with an instance for each request, and compares the responses byte
// for byte with those in process.
//
// Where to look next: README.md for how to make one, plugin/ABI.md, "Images", for
// what a host may call, build/preinit for what makes it.
package preinit

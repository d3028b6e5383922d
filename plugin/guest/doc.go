// Package guest is the module without its walls: it takes a request's bytes and
// gives the response's. Every entry point of plugin/cmd and the native engine
// of the host call it, so all of them answer alike.
//
// A Guest serves one call at a time. Handle recovers every panic into a status;
// afterwards the Guest must not be used again.
//
// Where to look next: plugin/ABI.md for the messages, page.go for the course of
// a page's call, endpoint.go for requests to the module's own endpoints.
package guest

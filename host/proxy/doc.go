// Package proxy writes offers into pages on their way to the browser: as
// middleware around any http.Handler ([Middleware.Wrap]), or as a reverse proxy
// in front of a site ([NewReverseProxy]).
//
// A page is HTML in UTF-8, sent whole in answer to GET, plain or in one of the
// content codings gzip, br, zstd and deflate. Its head is held back until the read-ahead is full, the body or the wait
// is over, or the origin flushes; then the module is asked once, headers and
// cookies are settled, and the rest streams. Where the catalog lists the page,
// that list is the interaction; else the slots in the held part are.
//
// What is below the prefix, the module answers: its replies go out as they are,
// and the origin never sees the request. Events that it tells of go to
// [Config.Events]. Two endpoints are the host's own: decide, which gives offers as
// data, and openapi.json, which describes all.
//
// What strangers can take up is bounded where [Middleware.Limit] stands in front:
// requests in flight, of which pages lose their offers first, and bodies.
//
// Below it, too, a proxy that cannot run a module asks what to write into a page
// that it serves itself (sidecar.go; examples/nginx and examples/haproxy do).
//
// Limits. Whatever fails, here, in the engine or in the page, the visitor gets
// the origin's status, header and bytes, and a counter says why; the two
// exceptions are a reverse proxy whose origin does not answer, which is 502 or
// 504, and a request below the prefix that the module does not answer, which is
// 503. A page that breaks off or turns out not to be in its coding when a part
// of it has left is cut off. Pages in other codings, or in several, pass
// untouched, and are not asked for. Slots of an unlisted page that lie beyond the held part keep their
// content. Nothing is looked up for a visitor yet: what the cookies hold is all
// that is known. Pages are decided for GET and HEAD alone, and only with status
// 200.
//
// Where to look next: RATIONALE.md for what is decided and by which number;
// plugin/inject finds the slots, package host runs the module, plugin/ABI.md is
// what it is asked.
package proxy

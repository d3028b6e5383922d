// Package proxy writes offers into pages on their way to the browser: as
// middleware around any http.Handler ([Middleware.Wrap]), or as a reverse proxy
// in front of a site ([NewReverseProxy]).
//
// A page is HTML in UTF-8, sent whole and without a content coding in answer to
// GET. Its head is held back until the read-ahead is full, the body or the wait
// is over, or the origin flushes; then the module is asked once, headers and
// cookies are settled, and the rest streams. Where the catalog lists the page,
// that list is the interaction; else the slots in the held part are.
//
// What is below the prefix, the module answers: its replies go out as they are,
// and the origin never sees the request. Events that it tells of go to
// [Config.Events].
//
// What strangers can take up is bounded where [Middleware.Limit] stands in front:
// requests in flight, of which pages lose their offers first, and bodies.
//
// Limits. Whatever fails, here, in the engine or in the page, the visitor gets
// the origin's status, header and bytes, and a counter says why; the two
// exceptions are a reverse proxy whose origin does not answer, which is 502 or
// 504, and a request below the prefix that the module does not answer, which is
// 503. Compressed bodies pass untouched; a page is therefore asked for without
// compression, and compressing towards the browser is left to what stands in
// front. Slots of an unlisted page that lie beyond the held part keep their
// content. Nothing is looked up for a visitor yet: what the cookies hold is all
// that is known. Pages are decided for GET and HEAD alone, and only with status
// 200.
//
// Where to look next: RATIONALE.md for what is decided and by which number;
// plugin/inject finds the slots, package host runs the module, plugin/ABI.md is
// what it is asked.
package proxy

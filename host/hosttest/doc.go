// Package hosttest puts an engine or an edge to the test: [Run] says whether it makes
// of Proffer what it should. It takes whatever answers messages of plugin/ABI.md, an
// [Engine], and whatever serves a site's pages at a URL, an [Edge].
//
// Corpus. Catalogs, requests and the answers that every engine has to give, byte for
// byte. A case is a txtar file in testdata: a comment that says what it shows, the
// catalog's *.yaml files, request.json (one document a line, as for "proffer decide")
// and answer.json (one answer a line, or "error: ..." for a document that is refused).
// go test ./host/hosttest -update rewrites the answers; read the diff.
//
// Pages. What visitors ask an edge for, what the site says, and what the edge has to
// make of it, header for header: package pagecase. Settings fix time, seed and entropy
// (plugin/ABI.md, section 3), so that a page has one answer in any host.
//
// Faults. The page goes out as the site made it, and the next one is right again,
// where the module panics at any place of a page's way, runs out of memory, or never
// comes to an end; where expressions take more steps than a call has; and where a
// snapshot is damaged, missing, too long, or of another format, at the start and while
// pages are served. For the first three the target is given a build of the module that
// fails on request: go build has to find this module's source, as it does in every Go
// module that requires it. That the released one cannot be made to fail is a case too.
//
// Limits. What a target does not do stands in its NotClaimed, with a reason, and in
// the log. Run builds with the Go command and takes some seconds the first time.
//
// Where to look next: example_test.go shows a port put to the test; target_test.go
// does so with the engines of this module, host/proxy/edge_test.go with its proxy.
package hosttest

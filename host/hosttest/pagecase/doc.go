// Package pagecase is pages, visitors' requests for them and the responses that an
// edge has to give: the cases as they are written down in testdata, the settings that
// give each page one answer, an origin that says what a case says, and requests and
// responses as they stand in one.
//
// A case is a txtar file. In one, in this order and as often as wanted:
//
//	catalog.yaml  the catalog
//	paused        offers that the settings pause, "environment code" on a line
//	origin        the response that the origin gives from here on
//	request       a request. $cookie is the visitor cookie that was set last;
//	              $token(source=main&key=anna&a.tier=gold) an identity token
//	passed        the response to it, in which nothing is changed; or
//	decided       the response to it, as the http-wasm variant makes it
//
// Where to look next: hosttest.Edge, which runs them at a URL, and
// examples/http-wasm/page_test.go, which writes the responses.
package pagecase

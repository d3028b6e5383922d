// Package hosttest is the corpus: catalogs, requests and the answers that
// every engine and every edge has to give, byte for byte. Any host can be put
// under it.
//
// A case is a txtar file in testdata: a comment that says what it shows, the
// catalog's *.yaml files, request.json (one document a line, as for "proffer
// decide") and answer.json (one answer a line, or "error: ..." for a document
// that is refused). go test ./host/hosttest -update rewrites the answers; read
// the diff.
//
// Where to look next: corpus_test.go runs it natively and in Wasm,
// examples/node in a foreign runtime.
package hosttest

// Package call is the decide API without HTTP and without decisions: it reads what
// a caller asks for ([Reader]), says why a call is refused ([Fault]), and writes
// what is answered. The module answers its own endpoint with it, and a host that
// answers in the module's place does so with the same bytes.
//
// A body is one JSON value that every reader takes for the same, in UTF-8, with
// each member once. What its fields are is in the host's openapi.json.
//
// Where to look next: read.go, then answer.go.
package call

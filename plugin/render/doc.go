// Package render turns the templates of a snapshot into the HTML, JSON, URLs and
// text of one offer, escaping every value where it goes.
//
// What is escaped how was decided when the catalog was compiled, from the HTML
// around each placeholder; here a value is only written by the escape that its
// template names. A placeholder whose expression fails is left empty.
//
// Limits. One rendering or field has at most [MaxOutput] bytes. Templates may
// be any bytes: nothing is read beyond them, nothing panics, and what cannot be
// read is refused with the output as it was. Fields are not nested: a field's
// template that names a field is refused. Nothing is allocated but the growth
// of the output buffer, which the caller keeps.
//
// Where to look next: catalog/snapshot/template.go describes templates,
// catalog/compile writes them, plugin/expr evaluates placeholders, RATIONALE.md
// says why.
package render

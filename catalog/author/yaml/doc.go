// Package yaml reads the part of YAML 1.2 that a catalog is written in, into
// a tree that knows the place of every character.
//
// It reads block and flow maps and lists, plain, quoted and block texts,
// comments, and so all of JSON. It refuses, each with its place, what a
// catalog has no use for or what makes small files expand: anchors, aliases,
// merge keys, tags, directives, maps or lists as keys, a second document, tab
// indentation; inside brackets, plain texts over several lines and keys without
// a colon. Plain texts
// keep the characters of the source; what is a number or true is for the
// reader of the tree to say.
//
// One run reports all syntax errors: after one, reading goes on at the next
// line that is not indented deeper. Time is linear in the source, recursion is
// bounded by MaxDepth, memory by a Budget: about 48 bytes a node, 8 a mark, 4
// a line.
//
// Where to look next: parser.go for the order of things, node.go for the
// tree; package author for what a catalog makes of it.
package yaml

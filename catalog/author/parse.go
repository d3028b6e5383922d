package author

import (
	"fmt"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// Limits. A catalog of 10,000 offers is one file of about 5 MB with half a
// million values.
const (
	maxFile  = 16 << 20 // bytes
	maxTotal = 64 << 20 // bytes of all files
	maxFiles = 1000
	maxNodes = 4_000_000 // values, keys, lines and escapes of all files: about 200 MB of tree
)

// Parse reads files as one catalog: top-level maps, environments, and the
// schemas, spaces and categories of an environment may be spread over them.
// The catalog is there in any case, as far as it could be read; after errors it
// can be checked further, but not become a snapshot. The diagnostics are sorted.
func Parse(files []catalog.File) (*catalog.Catalog, catalog.Diagnostics) {
	r := &reader{out: &catalog.Catalog{Files: files}}
	if r.bounded(files) {
		r.catalog(r.sources(files))
	}
	d := r.finish()
	if d.HasErrors() {
		r.out.Incomplete, r.out.Gaps = true, r.found(d)
	}
	return r.out, d
}

// reader builds a catalog from trees.
type reader struct {
	reports
	gaps
	out   *catalog.Catalog
	zones zones
}

// val is a value and the file it stands in. Without a node it is absent.
type val struct {
	f *source
	n *yaml.Node
}

// source is one parsed file.
type source struct {
	name string
	doc  *yaml.Document
}

// ok reports whether there is something to read: neither absent nor already
// reported as broken.
func (v val) ok() bool { return v.n != nil && v.n.Kind != yaml.Bad }

// pos is where the value starts, a quoted text at its quote.
func (v val) pos() catalog.Pos { return v.at(v.n.Off) }

func (v val) at(off uint32) catalog.Pos {
	line, column := v.f.doc.Source.Position(off)
	return catalog.Pos{File: v.f.name, Line: line, Column: column}
}

// bounded checks the limits that hold before anything is read.
func (r *reader) bounded(files []catalog.File) bool {
	if len(files) > maxFiles {
		r.error(catalog.Pos{}, "too-many-files", fmt.Sprintf("a catalog has at most %d files", maxFiles), "")
		return false
	}
	total := 0
	for i := range files {
		if total += len(files[i].Text); len(files[i].Text) > maxFile {
			r.error(catalog.Pos{File: files[i].Name}, "too-large", fmt.Sprintf("a file has at most %d bytes", maxFile),
				"spread the catalog over several files")
			return false
		}
	}
	if total > maxTotal {
		r.error(catalog.Pos{}, "too-large", fmt.Sprintf("the files of a catalog have at most %d bytes together", maxTotal), "")
		return false
	}
	return true
}

// sources reads the syntax of all files.
func (r *reader) sources(files []catalog.File) []val {
	budget := &yaml.Budget{Left: maxNodes}
	var roots []val
	clean := true
	for i := range files {
		v := val{f: &source{name: files[i].Name, doc: yaml.Parse(string(files[i].Text), budget)}}
		r.syntax(v)
		clean = clean && len(v.f.doc.Errors) == 0
		if v.n = v.f.doc.Root; v.n != nil {
			roots = append(roots, v)
		} else if len(v.f.doc.Errors) > 0 {
			r.gaps.add(catalog.Gap{})
		}
	}
	if len(roots) == 0 && clean {
		pos := catalog.Pos{}
		if len(files) > 0 {
			pos.File = files[0].Name
		}
		r.error(pos, "empty-catalog", "there is no catalog here", `a catalog starts with "catalog: NAME" in a *.yaml, *.yml or *.json file`)
	}
	return roots
}

// syntax reports the syntax errors of v's file.
func (r *reader) syntax(v val) {
	for _, e := range v.f.doc.Errors {
		r.error(v.at(e.Off), syntaxCodes[e.Code], e.Message, e.Hint)
	}
}

var syntaxCodes = [...]string{
	yaml.Syntax:  "syntax",
	yaml.Feature: "yaml-feature",
	yaml.NotText: "not-text",
	yaml.TooDeep: "too-deep",
	yaml.TooMany: "too-many-values",
}

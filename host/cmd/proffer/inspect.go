package main

import (
	"encoding/json"

	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/snapshot"
)

type inspectCommand struct {
	Catalog string `arg:"" help:"A snapshot, or a catalog, which is compiled first." placeholder:"FILE|DIR"`
	JSON    bool   `name:"json" help:"Print JSON."`
}

func (*inspectCommand) Help() string {
	return `Shows what the engine sees. An offer's period is within those of its categories, a category's themes
are with the inherited ones, and "live" says whether the offer is enabled and approved, as are its
categories. Expressions are written out again from their compiled form: they mean what their author
wrote, in other words. Times are on the clocks of the catalog's zone, and in UTC.

With --json the keys are those of catalog files, and times are in UTC. "snapshot" is the hash and
"bytes" the size. Keys may be added by later versions; none changes its meaning.`
}

func (c *inspectCommand) Run(s streams) error {
	b, err := loadCatalog(c.Catalog, s.err)
	if err != nil {
		return err
	}
	v, err := snapshot.Open(b)
	if err != nil {
		return err
	}
	read := inspect.Read(&v)
	if !c.JSON {
		return inspect.Print(s.out, read)
	}
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(read)
}

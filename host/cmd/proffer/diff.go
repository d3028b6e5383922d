package main

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/diff"
	"github.com/profferhq/proffer/catalog/inspect"
	"github.com/profferhq/proffer/catalog/snapshot"
)

type diffCommand struct {
	ExitCode bool   `help:"Exit with 1 if there is a difference."`
	A        string `arg:"" help:"The catalog as it was: a directory, a file or a snapshot." placeholder:"DIR|FILE"`
	B        string `arg:"" help:"The catalog as it is." placeholder:"DIR|FILE"`
}

func (*diffCommand) Help() string {
	return `Says in words what was added, removed and changed, environment by environment. The order in which
things stand, comments and layout are no difference: catalogs that compile to the same snapshot have
none.

Two catalogs are compared in the words of their authors. If one side is a snapshot, both are compared
as compiled, as "proffer catalog inspect" shows them.

Exits with 0, also if there are differences, unless --exit-code is given.`
}

func (c *diffCommand) Run(s streams) error {
	a, err := loadSide(c.A, s)
	if err != nil {
		return err
	}
	b, err := loadSide(c.B, s)
	if err != nil {
		return err
	}
	read := (*side).compiled
	if a.model != nil && b.model != nil {
		read = (*side).source
	}
	changes := diff.Compare(read(a), read(b))
	if err := diff.Print(s.out, changes); err != nil {
		return err
	}
	if c.ExitCode && len(changes) > 0 {
		return errTold
	}
	return nil
}

// side is one of the two that are compared.
type side struct {
	view  snapshot.View
	model *catalog.Catalog // nil if the file is a snapshot
}

// loadSide reads a catalog; of what is to say about it, errors only.
func loadSide(name string, s streams) (*side, error) {
	var said bytes.Buffer
	b, model, err := loadModel(name, textTo(&said))
	if err != nil {
		if said.Len() > 0 {
			fmt.Fprintf(s.err, "%s:\n%s", name, said.Bytes())
		}
		return nil, err
	}
	v, err := snapshot.Open(b)
	return &side{v, model}, err
}

func (s *side) compiled() *inspect.Catalog { return inspect.Read(&s.view) }

func (s *side) source() *inspect.Catalog {
	c := inspect.Source(s.model)
	c.Snapshot = hex.EncodeToString(s.view.Hash())
	return c
}

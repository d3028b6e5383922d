package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/service"
)

type checkCommand struct {
	Catalog string `arg:"" help:"Directory of YAML files, or one file." placeholder:"DIR|FILE"`
	JSON    bool   `name:"json" help:"Print the problems as one JSON list on standard output, [] if there are none."`
}

// Help is the long help of the command.
func (checkCommand) Help() string { return problemsHelp }

func (c *checkCommand) Run(s streams) error {
	_, err := checkCatalog(c.Catalog, problemsTo(s, c.JSON))
	return err
}

type buildCommand struct {
	Catalog string `arg:"" help:"Directory of YAML files, or one file." placeholder:"DIR|FILE"`
	Out     string `short:"o" required:"" help:"Where the snapshot goes." placeholder:"FILE"`
	JSON    bool   `name:"json" help:"Print the problems as one JSON list on standard output, [] if there are none, and the snapshot's line on standard error."`
}

// Help is the long help of the command.
func (buildCommand) Help() string { return problemsHelp }

func (c *buildCommand) Run(s streams) error {
	b, err := checkCatalog(c.Catalog, problemsTo(s, c.JSON))
	if err != nil {
		return err
	}
	if c.JSON {
		s.out = s.err
	}
	if err := config.WriteFile(c.Out, b, 0o644); err != nil {
		return err
	}
	v, err := snapshot.Open(b)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s  %d bytes  %d environments  %d spaces  %d categories  %d offers\n",
		hex.EncodeToString(v.Hash()), len(b), v.Count(snapshot.SecEnvironments), v.Count(snapshot.SecSpaces),
		v.Count(snapshot.SecCategories), v.Count(snapshot.SecOffers))
	return nil
}

// loadCatalog reads a catalog, or a snapshot that was built of one, and gives
// the snapshot's bytes. It prints diagnostics; with errors among them the
// error is errTold.
func loadCatalog(name string, diagnostics io.Writer) ([]byte, error) {
	return checkCatalog(name, textTo(diagnostics))
}

// openEngine is the engine that a command line asks for, with a snapshot.
func openEngine(ctx context.Context, o *engineOptions, settings, snapshot []byte) (service.Engine, error) {
	e, err := o.open(ctx, settings)
	if err != nil {
		return nil, err
	}
	if err := e.Swap(ctx, snapshot); err != nil {
		_ = e.Close(ctx)
		return nil, err
	}
	return e, nil
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/host/config"
)

type formatCommand struct {
	Check   bool   `help:"Write nothing; list the files that would change and exit with 1 if there are any."`
	Catalog string `arg:"" help:"Directory of YAML files, or one file." placeholder:"DIR|FILE"`
}

func (*formatCommand) Help() string {
	return `Puts the keys of the format into one order and every file into one layout. Names (of offers,
categories, spaces, …) stay in your order, comments stay with what they are about, and what the catalog
means does not change. Prints the files that were rewritten. A file that is not valid YAML is left as
it is, and so is JSON. Exits with 1 if a file could not be formatted.`
}

func (c *formatCommand) Run(s streams) error {
	files, err := author.Read(c.Catalog)
	if err != nil {
		return err
	}
	var failed error
	for _, f := range files {
		text, found := author.Format(f)
		if err := author.Write(s.err, files, found); err != nil {
			return err
		}
		switch {
		case found.HasErrors():
			failed = errTold
		case !bytes.Equal(text, f.Text):
			name := c.path(f)
			fmt.Fprintln(s.out, name)
			if c.Check {
				failed = errTold
			} else if err := config.Rewrite(name, text); err != nil {
				return err
			}
		}
	}
	return failed
}

// path is where a file of the catalog is.
func (c *formatCommand) path(f catalog.File) string {
	if filepath.Base(c.Catalog) == f.Name {
		if info, err := os.Stat(c.Catalog); err == nil && !info.IsDir() {
			return c.Catalog
		}
	}
	return filepath.Join(c.Catalog, f.Name)
}

package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/profferhq/proffer/host/record"
)

type recordsCommand struct {
	Dir string `arg:"" help:"Directory of \"serve --record\"." placeholder:"DIR"`
	N   int    `short:"n" default:"20" help:"How many, the newest first." placeholder:"N"`
}

// Help says what to do with the output.
func (recordsCommand) Help() string {
	return `Each line has the time, the interaction, the first digits of the snapshot that decided, and the page.
Decide one again with: proffer decide --record DIR --interaction ID --keys keys.json`
}

// Run lists records.
func (c *recordsCommand) Run(s streams) error {
	list, err := record.List(c.Dir, c.N)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, e := range list {
		fmt.Fprintf(w, "%s\t%s\t%.12s\t%s%s\n", e.Time.Format("2006-01-02T15:04:05.000Z"), e.Interaction, e.Snapshot, e.Host, e.Path)
	}
	return w.Flush()
}

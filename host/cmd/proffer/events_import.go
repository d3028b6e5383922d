package main

import (
	"fmt"
	"os"

	"github.com/profferhq/proffer/host/events"
)

type importCommand struct {
	Log  string `arg:"" help:"The log; - is standard input." placeholder:"FILE|-"`
	Into string `required:"" help:"Directory of events; it is made if it is not there." placeholder:"DIR"`
}

// Help says what is found, and what to take care of.
func (*importCommand) Help() string {
	return `Edges without a disk write events into their log, one line each. They are found wherever
they stand in a line, also in quotes, in JSON, and in JSON within JSON; files of another
"proffer serve --events" can be read, too. What the directory holds already is not added
again, so a log may be read more than once, and in parts. A running proxy may write there
meanwhile. Memory is for each event of the days that the log touches, some 100 bytes.

Read logs of the module alone: whoever can write "proffer-event/1 …" into a log, say by
a browser's name in an access log, can write events.
` + eventsHelp
}

// Run imports a log and says what became of it.
func (c *importCommand) Run(s streams) error {
	in, name := s.in, "standard input"
	if c.Log != "-" {
		f, err := os.Open(c.Log)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		in, name = f, c.Log
	}
	got, err := events.Import(c.Into, name, in)
	if err != nil {
		return err
	}
	tellSkipped(s.err, got.Skipped)
	if got.Unfinished {
		fmt.Fprintf(s.err, "proffer: %s breaks off within an event; read it again when it is whole\n", name)
	}
	fmt.Fprintf(s.out, "%d lines read, %d events: %d added, %d already known; %d not understood\n",
		got.Lines, got.Events, got.Added, got.Known, got.Skipped.Lines)
	return nil
}

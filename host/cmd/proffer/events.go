package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/profferhq/proffer/catalog/zone"
	"github.com/profferhq/proffer/host/events"
)

// daysOptions choose days.
type daysOptions struct {
	From string `help:"First day. Default: the first that there is." placeholder:"YYYY-MM-DD"`
	To   string `help:"Last day, which is counted in. Default: the last that there is." placeholder:"YYYY-MM-DD"`
	Zone string `default:"UTC" help:"Time zone of the days, such as Europe/Paris."`
}

func (o *daysOptions) period() (events.Period, *time.Location, error) {
	loc, ok := zone.Load(o.Zone)
	if !ok {
		return events.Period{}, nil, fmt.Errorf("--zone %q is no time zone like Europe/Paris", o.Zone)
	}
	p, err := events.Days(o.From, o.To, loc)
	return p, loc, err
}

// eventsHelp says what an event is; each command's help ends with it.
const eventsHelp = `
An event is one line, a JSON object: time (UTC), event (decided, shown, seen, clicked,
accepted, rejected, erased), proposition (one offer in one place of one page), environment,
space, channel, offer; of decided and shown ones also interaction (one page), rank,
mode (explicit, implicit, anonymous) and fallback. "decided" means that nobody knows
yet whether the page had a place for it. A name that the catalog did not have any more
is written as # and its hash. Keys may be added by later versions; none changes its
meaning. No event names a visitor or a person: where there is a store, subject is an alias
that was drawn at random, and the store alone knows whose it is. An erased event says that
it does not any more; it has time, event and subject and nothing else.
`

type tailCommand struct {
	Dir    string `arg:"" help:"Directory of events." placeholder:"DIR"`
	N      int    `short:"n" default:"10" help:"How many of the last events."`
	Follow bool   `short:"f" help:"Go on with those that come, until interrupted."`
	JSON   bool   `name:"json" help:"Print the lines as they are in the files."`
}

// Help describes the output.
func (*tailCommand) Help() string {
	return "The events are those of the last days, in the order in which they were written. Times are in UTC.\n" + eventsHelp
}

// Run prints events.
func (c *tailCommand) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return c.run(ctx, s)
}

func (c *tailCommand) run(ctx context.Context, s streams) error {
	if c.N < 0 {
		return fmt.Errorf("-n is %d; it must not be negative", c.N)
	}
	out := bufio.NewWriter(s.out)
	each := func(e *events.Event) error {
		if c.JSON {
			_, err := out.Write(append(e.AppendJSON(nil), '\n'))
			return err
		}
		_, err := out.WriteString(e.Text() + "\n")
		return err
	}
	f, err := events.NewFollower(c.Dir)
	if err != nil {
		return err
	}
	skipped, err := f.Last(c.N, each)
	if err != nil {
		return err
	}
	tellSkipped(s.err, skipped)
	if err := out.Flush(); err != nil || !c.Follow {
		return err
	}
	return f.Follow(ctx, func(e *events.Event) error {
		if err := each(e); err != nil {
			return err
		}
		return out.Flush()
	})
}

// tellSkipped says that lines were passed over.
func tellSkipped(w io.Writer, s events.Skipped) {
	if s.Lines > 0 {
		fmt.Fprintf(w, "proffer: %d lines were not understood and left out; the first is %s\n", s.Lines, s.First)
	}
}

type exportCommand struct {
	Dir string `arg:"" help:"Directory of events." placeholder:"DIR"`
	daysOptions
	Format string `enum:"jsonl,csv" default:"jsonl" help:"jsonl (one JSON object a line) or csv."`
}

// Help describes the output.
func (*exportCommand) Help() string {
	return `The events come day by day, and within a day in the order in which they were written.
CSV has a header with the keys of JSON; what an event does not tell is empty. Names have
only letters, digits and # _ . : - and begin with none of the signs that a spreadsheet
takes for a formula.
` + eventsHelp
}

// Run prints events.
func (c *exportCommand) Run(s streams) error {
	p, _, err := c.period()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.out)
	each, end := exportJSON(out)
	if c.Format == "csv" {
		each, end = exportCSV(out)
	}
	skipped, err := events.Read(c.Dir, p, each)
	if err != nil {
		return err
	}
	tellSkipped(s.err, skipped)
	return end()
}

func exportJSON(out *bufio.Writer) (each func(*events.Event) error, end func() error) {
	var line []byte
	return func(e *events.Event) error {
		line = append(e.AppendJSON(line[:0]), '\n')
		_, err := out.Write(line)
		return err
	}, out.Flush
}

func exportCSV(out *bufio.Writer) (each func(*events.Event) error, end func() error) {
	w := csv.NewWriter(out)
	_ = w.Write(events.Columns()) // an error stays with the writer
	return func(e *events.Event) error { return w.Write(e.Cells()) }, func() error {
		w.Flush()
		return w.Error()
	}
}

package main

import (
	"fmt"

	"github.com/profferhq/proffer/host/events"
)

type reportCommand struct {
	Dir string `arg:"" help:"Directory of events." placeholder:"DIR"`
	daysOptions
	By     string `default:"offer,space,day" help:"What each line is for, in this order: of offer, space, day, environment, channel."`
	Format string `enum:"table,csv,json" default:"table" help:"table, csv or json."`
}

// Help says how it is counted.
func (*reportCommand) Help() string {
	return `A proposition is one offer in one place of one page. It counts once as shown, and once as
seen, clicked, accepted and rejected, whatever came how often; of accepted and rejected the
later counts. Shown are those of which an event says so, or says what came of them; one that
was only decided is not. All of it counts on the day of the proposition's first event, so
that a click stands beside the page that it came from. Events of other days than those
asked for are not read: what comes later changes the report of a day.

% (in CSV and JSON seen_rate, click_rate, accept_rate and reject_rate, from 0 to 1) is the
share of what was shown. Where events have a subject, shown_subjects and accepted_subjects
are how many there are, each counted once, and of these once for all; who has rejected an
offer after accepting it has not accepted it. JSON is one object: "by", "rows", each an object with the columns
of the CSV, and "total", an object with the counts of all rows. Names begin with none of
the signs that a spreadsheet takes for a formula.

Example: proffer events report DIR --from 2026-11-01 --to 2026-11-30 --by offer
` + eventsHelp
}

// Run prints a report.
func (c *reportCommand) Run(s streams) error {
	p, loc, err := c.period()
	if err != nil {
		return err
	}
	by, err := events.ParseDimensions(c.By)
	if err != nil {
		return fmt.Errorf("--by: %w", err)
	}
	table, skipped, err := events.Count(c.Dir, events.Query{Period: p, Zone: loc, By: by})
	if err != nil {
		return err
	}
	tellSkipped(s.err, skipped)
	if len(table.Rows) == 0 {
		fmt.Fprintf(s.err, "proffer: %s says of nothing that it was shown in these days\n", c.Dir)
	}
	switch c.Format {
	case "csv":
		return table.PrintCSV(s.out)
	case "json":
		return table.PrintJSON(s.out)
	}
	return table.Print(s.out)
}

package caddy

import (
	"bytes"
	"context"
	"log/slog"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
)

// problems logs those of a catalog, and keeps those that were found last.
type problems struct {
	logger *slog.Logger
	text   string
}

func (p *problems) tell(files []catalog.File, found catalog.Diagnostics) error {
	if p.text = ""; len(found) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := author.Write(&b, files, found); err != nil {
		return err
	}
	b.WriteString(author.Summary(found))
	p.text = b.String()
	p.logger.Warn("problems of the catalog", "problems", p.text)
	return nil
}

// eventLines logs what happened, a line each, as "proffer events import" finds it
// in a log.
type eventLines struct{ logger *slog.Logger }

// Put implements proxy.Events.
func (e eventLines) Put(lines [][]byte) {
	for _, line := range lines {
		e.logger.Info(string(line))
	}
}

// Commit implements proxy.Events: Caddy's logs are written, not queued.
func (e eventLines) Commit(_ context.Context, lines [][]byte) error {
	e.Put(lines)
	return nil
}

package caddy

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

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

// Commit implements proxy.Events: Caddy's logs are written, not queued. A log that
// takes no such lines has nothing of it, and who asks is told.
func (e eventLines) Commit(ctx context.Context, lines [][]byte) error {
	logs := e.logger.Handler()
	if !logs.Enabled(ctx, slog.LevelInfo) {
		return errNoLog
	}
	for _, line := range lines {
		if err := logs.Handle(ctx, slog.NewRecord(time.Now(), slog.LevelInfo, string(line), 0)); err != nil {
			return err
		}
	}
	return nil
}

var errNoLog = errors.New("events: the log takes no lines of the level info")

package webhook

import (
	"context"
	"log/slog"
	"time"
)

// teller says that nothing goes on, at once and then once a minute, and that it
// does again.
type teller struct {
	logger *slog.Logger
	clock  func() time.Time
	told   time.Time
	bad    bool
}

func (t *teller) ill(o *outcome, failures int, wait time.Duration) {
	now := t.clock()
	if t.bad && now.Sub(t.told).Abs() < time.Minute {
		return
	}
	t.bad, t.told = true, now
	level, message := slog.LevelWarn, "webhook: events are not delivered"
	if o.verdict != later {
		level, message = slog.LevelError, "webhook: events are refused and kept"
	}
	t.logger.Log(context.Background(), level, message, "why", o.why, "failures", failures, "again_in", wait.Round(time.Millisecond))
}

func (t *teller) well() {
	if t.bad {
		t.bad = false
		t.logger.Info("webhook: events are delivered again")
	}
}

package caddy

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap/exp/zapslog"
)

// relay logs where the youngest handler that is still there does. Loggers end with
// the configuration of Caddy that made them, and what runs may live longer: then it
// logs where the youngest of all handlers does, and without any in Caddy's default log.
type relay struct {
	mu    sync.Mutex
	users []*user
}

// user is one that uses what runs.
type user struct{ logs slog.Handler }

func (r *relay) add(logs slog.Handler) *user {
	u := &user{logs}
	r.join(u)
	return u
}

func (r *relay) join(u *user) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users = append(r.users, u)
}

func (r *relay) remove(u *user) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users = slices.DeleteFunc(r.users, func(v *user) bool { return v == u })
}

// handlers are all that there are, whatever they use.
var handlers relay

// current is where to log now.
func (r *relay) current() slog.Handler {
	if u := cmp.Or(r.youngest(), handlers.youngest()); u != nil {
		return u.logs
	}
	return zapslog.NewHandler(caddy.Log().Core(), zapslog.WithName(moduleID))
}

// youngest is nil without users.
func (r *relay) youngest() *user {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.users) == 0 {
		return nil
	}
	return r.users[len(r.users)-1]
}

// Enabled implements slog.Handler.
func (r *relay) Enabled(ctx context.Context, level slog.Level) bool {
	return r.current().Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (r *relay) Handle(ctx context.Context, record slog.Record) error {
	return r.current().Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (r *relay) WithAttrs(attrs []slog.Attr) slog.Handler {
	return derived{r, func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) }}
}

// WithGroup implements slog.Handler.
func (r *relay) WithGroup(name string) slog.Handler {
	return derived{r, func(h slog.Handler) slog.Handler { return h.WithGroup(name) }}
}

// derived is a relay with attributes or in a group.
type derived struct {
	relay *relay
	more  func(slog.Handler) slog.Handler
}

// Enabled implements slog.Handler.
func (d derived) Enabled(ctx context.Context, level slog.Level) bool {
	return d.relay.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (d derived) Handle(ctx context.Context, record slog.Record) error {
	return d.more(d.relay.current()).Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (d derived) WithAttrs(attrs []slog.Attr) slog.Handler {
	return derived{d.relay, func(h slog.Handler) slog.Handler { return d.more(h).WithAttrs(attrs) }}
}

// WithGroup implements slog.Handler.
func (d derived) WithGroup(name string) slog.Handler {
	return derived{d.relay, func(h slog.Handler) slog.Handler { return d.more(h).WithGroup(name) }}
}

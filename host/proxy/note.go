package proxy

import (
	"context"
	"slices"
	"time"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/plugin/abi"
)

// commitTimeout bounds the wait for the disk, which takes some milliseconds.
const commitTimeout = 5 * time.Second

// wantEvents is what the module is asked for because of the events.
func (m *Middleware) wantEvents() abi.Want {
	if m.config.Events == nil && !m.config.Outbox {
		return 0
	}
	return abi.WantEvents
}

// note has events written without waiting for it.
func (m *Middleware) note(lines [][]byte) {
	if m.config.Events != nil && len(lines) > 0 {
		m.config.Events.Put(lines)
	}
}

// record has the events of a reply written, and waits for it where an acceptance
// or a rejection is among them.
func (m *Middleware) record(ctx context.Context, lines [][]byte) error {
	if m.config.Events == nil || !slices.ContainsFunc(lines, events.Durable) {
		m.note(lines)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	return m.config.Events.Commit(ctx, lines)
}

package host

import (
	"context"
	"fmt"
	"time"

	"github.com/profferhq/proffer/host/linear"
)

// Reconfigure gives the module another whole configuration message
// ([abi.AppendConfig]), nil for the module's defaults. A refused one changes
// nothing. Calls that began with the earlier one end with that; Reconfigure
// waits for them, so that nothing is decided under it any more when it returns
// nil. If ctx ends while it waits, it answers [ErrLingering].
func (h *Host) Reconfigure(ctx context.Context, settings []byte) error {
	old, err := h.reconfigure(ctx, settings)
	if err != nil || old == nil {
		return err
	}
	select {
	case <-old.stop:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrLingering, ctx.Err())
	}
}

// reconfigure puts the settings in force and gives the generation that was
// there before, or nil.
func (h *Host) reconfigure(ctx context.Context, settings []byte) (old *generation, err error) {
	h.swap.Lock()
	defer h.swap.Unlock()
	if !h.ref() {
		return nil, ErrClosed
	}
	defer h.unref()
	start := time.Now()
	if err := withinSettings(settings); err != nil {
		return nil, fmt.Errorf("host: reconfigure: %w", err)
	}
	g, err := h.rebuild(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("host: reconfigure: %w", err)
	}
	if g != nil {
		if old, err = h.install(g); err != nil {
			return nil, err
		}
	}
	h.settings = settings
	h.config.Logger.Debug("configuration changed", "bytes", len(settings), "took", time.Since(start))
	return old, nil
}

// rebuild makes a generation of the resident snapshot with settings. Without a
// snapshot it only tries the settings, and gives nil.
func (h *Host) rebuild(ctx context.Context, settings []byte) (*generation, error) {
	s := h.Snapshot()
	if s == nil {
		in, err := h.prepare(settings, nil)
		if err == nil {
			in.close()
		}
		return nil, err
	}
	return h.newGeneration(ctx, &Snapshot{Hash: s.Hash, Bytes: s.Bytes, Settings: settings}, linear.NewImage(s.Bytes))
}

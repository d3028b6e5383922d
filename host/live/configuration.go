package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
)

// Configuration is what the engine is configured with while it serves.
type Configuration struct {
	engine Reconfigurer
	logger *slog.Logger

	mu      sync.Mutex
	current abi.Config
}

// Reconfigurer is an engine whose configuration can change while it serves.
type Reconfigurer interface {
	Reconfigure(ctx context.Context, settings []byte) error
}

// NewConfiguration is the configuration of an engine that was made with current.
func NewConfiguration(e Reconfigurer, current *abi.Config, logger *slog.Logger) *Configuration {
	return &Configuration{engine: e, logger: logger, current: *current}
}

// Current is what is in force.
func (c *Configuration) Current() abi.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// changeTimeout bounds a change: making the instances takes milliseconds each,
// and the calls that are under way are shorter still.
const changeTimeout = 10 * time.Second

// Change puts an edited configuration in force for every decision that is made
// after it returns. After an error the earlier one is in force.
func (c *Configuration) Change(ctx context.Context, edit func(*abi.Config)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), changeTimeout)
	defer cancel()
	next := c.current
	edit(&next)
	err := c.engine.Reconfigure(ctx, abi.AppendConfig(nil, &next))
	if errors.Is(err, host.ErrLingering) {
		c.logger.Warn("configuration changed, but pages from before are not through", "error", err)
		err = nil
	}
	if err == nil {
		c.current = next
	}
	return err
}

package events

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config says how a [Log] works. Dir is required; the zero value of every other
// field stands for its default.
type Config struct {
	// Dir is where the files are. It is made if it is not there, and is for one
	// Log at a time.
	Dir string

	// MaxBytes is the size after which a day gets another file: 4 KiB to 1 TiB.
	// Default 64 MiB.
	MaxBytes int64

	// KeepDays is how many days are kept besides today, by UTC: at most 36,500.
	// Imported files go, too. Default 90; -1 keeps all.
	KeepDays int

	// Queue is how many bytes of lines may wait to be written: 4 KiB to 1 GiB.
	// Default 4 MiB, some 20,000 events.
	Queue int

	// Delay is how long a line may wait for others to be written with: at most
	// a second. Default 250 ms. Lines that somebody waits for do not wait.
	Delay time.Duration

	// Subjects says that a store gives lines the alias of their subject, which is
	// written then. Else none is: no module may name whose event it is.
	Subjects bool

	Clock      func() time.Time      // default time.Now
	Logger     *slog.Logger          // gets losses, once a minute; default: nothing is logged
	Registerer prometheus.Registerer // takes the counters; default: they are not registered
}

const (
	defaultMaxBytes = 64 << 20
	defaultKeepDays = 90
	defaultQueue    = 4 << 20
	defaultDelay    = 250 * time.Millisecond

	minBytes, maxBytes = 4 << 10, 1 << 40
	minQueue, maxQueue = 4 << 10, 1 << 30
	maxKeepDays        = 36500
	maxDelay           = time.Second
)

func (c Config) complete() (Config, error) {
	def(&c.MaxBytes, defaultMaxBytes)
	def(&c.KeepDays, defaultKeepDays)
	def(&c.Queue, defaultQueue)
	def(&c.Delay, defaultDelay)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("no directory"))
	}
	return c, errors.Join(append(errs,
		within("max_bytes", c.MaxBytes, minBytes, maxBytes),
		within("keep_days", c.KeepDays, -1, maxKeepDays),
		within("queue", c.Queue, minQueue, maxQueue),
		within("delay", c.Delay, 1, maxDelay))...)
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func within[T int | int64 | time.Duration](name string, v, low, high T) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s is %v (have %v..%v)", name, v, low, high)
}

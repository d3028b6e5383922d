package record

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Config says what a [Writer] keeps, and for how long. Dir is required; the
// zero value of every other field stands for its default.
type Config struct {
	// Dir is the directory. It is made where it is missing.
	Dir string

	// Sample is the share of interactions that is kept, above 0 and at most 1.
	// The interaction's id decides, so that every edge keeps the same ones.
	// Default 1.
	Sample float64

	// MaxBytes bounds records and snapshots together, but for the resident
	// snapshot and the newest file; at least 1 MiB. Default 100 MiB.
	MaxBytes int64

	// Days is how long records are kept, 1 to 7. Default 7.
	Days int

	// Clock tells the time. Default time.Now.
	Clock func() time.Time

	// Logger gets failures. Default: nothing is logged.
	Logger *slog.Logger
}

const (
	// DefaultMaxBytes is the most that is kept unless a configuration says
	// otherwise: some 60,000 records of 1.5 KiB.
	DefaultMaxBytes = 100 << 20
	// MinMaxBytes has room for some hundred records.
	MinMaxBytes = 1 << 20
	// MaxDays is the longest that records are kept: they hold visitors' ids.
	MaxDays = 7
)

func (c Config) complete() (Config, error) {
	if c.Sample == 0 {
		c.Sample = 1
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.Days == 0 {
		c.Days = MaxDays
	}
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
	if !(c.Sample > 0 && c.Sample <= 1) {
		errs = append(errs, fmt.Errorf("sample %v is not above 0 and at most 1", c.Sample))
	}
	if c.MaxBytes < MinMaxBytes {
		errs = append(errs, fmt.Errorf("max_bytes %d is below %d", c.MaxBytes, MinMaxBytes))
	}
	if c.Days < 1 || c.Days > MaxDays {
		errs = append(errs, fmt.Errorf("days %d is not in 1..%d", c.Days, MaxDays))
	}
	return c, errors.Join(errs...)
}

// maxSegment is the size at which a file is followed by another: an eighth of
// all, so that what goes at a time is little, and never more than is read at
// once with ease.
func (c *Config) maxSegment() int64 { return min(c.MaxBytes/8, 8<<20) }

// threshold is what the first eight bytes of an interaction's id must not be
// above for it to be kept.
func (c *Config) threshold() uint64 {
	if c.Sample >= 1 {
		return 1<<64 - 1
	}
	return uint64(c.Sample * (1 << 64))
}

package host

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
)

// Config says how a [Host] runs its module. The zero value of each field stands
// for its default; mistakes surface in [New], all at once.
type Config struct {
	// Instances is how many calls can run at the same time, and how many
	// copies of the snapshot there are. While a snapshot is swapped there are
	// up to twice as many. Default: 2 × GOMAXPROCS, at most 16; a call
	// occupies a processor, so more only wait for each other.
	Instances int

	// Wait bounds a call in the module, and the wait for an instance that is
	// free before it. A call of fewer than 131,072 loop turns (eleven
	// decisions) is never cut off, however late: a machine that stood still is
	// not the module's fault. Default 25 ms, a hundred times a decision.
	Wait time.Duration

	// SetupWait bounds each call that prepares an instance, among them
	// the verification of a snapshot. Default 10 s.
	SetupWait time.Duration

	// MemoryLimit is how many bytes of linear memory an instance may have
	// beyond twice its snapshot; the module's allocations fail above it.
	// Default 32 MiB.
	MemoryLimit int64

	// MemoryRecycle is how many bytes of linear memory an instance may have
	// beyond its snapshot and still be called again. Default 16 MiB, four
	// times what a healthy one has.
	MemoryRecycle int64

	// MaxCalls is after how many calls an instance is replaced, give or take
	// an eighth so that they are not all replaced at once. Default 1,000,000.
	MaxCalls uint64

	// RefillRate is how many instances a second may replace failed or worn
	// ones, after a burst of Instances. Default 10: at 3 ms each, an attacker
	// who found a trap gets 3 % of one processor.
	RefillRate float64

	// Failures is after how many failed calls within FailureWindow the module
	// is not called for a pause of BackoffMin; then one call tries it, and
	// each failure of that doubles the pause, up to BackoffMax. Each pause is
	// shortened at random, by half at most. Defaults: 5 in 10 s, 1 s to 60 s.
	Failures      int
	FailureWindow time.Duration
	BackoffMin    time.Duration
	BackoffMax    time.Duration

	// CacheDir keeps compiled modules, so that a start takes 30 ms and not
	// one second. It holds machine code that runs in this process: nobody else
	// may be able to write to it, and on Unix New refuses one where others
	// can. It is created if it is missing. Default: none.
	CacheDir string

	// Settings is the module's configuration message ([abi.AppendConfig]) until
	// [Host.Reconfigure]. Default: none is given, the module has its own
	// defaults.
	Settings []byte

	// Logger gets failures, and what the module writes to its standard output
	// and error, at most 4 KiB for each instance. Default: nothing is logged.
	Logger *slog.Logger

	// Interpreter allows a platform without a compiler for WebAssembly, at a
	// 40th of the speed or less. Default: such a platform is refused.
	Interpreter bool
}

const (
	defaultInstances     = 16
	defaultWait          = 25 * time.Millisecond
	defaultSetupWait     = 10 * time.Second
	defaultMemoryLimit   = 32 << 20
	defaultMemoryRecycle = 16 << 20
	defaultMaxCalls      = 1_000_000
	defaultRefillRate    = 10
	defaultFailures      = 5
	defaultFailureWindow = 10 * time.Second
	defaultBackoffMin    = time.Second
	defaultBackoffMax    = time.Minute

	// maxMemory bounds the limit of an instance: addresses have 32 bits, and
	// the last page is left out so that its size has, too.
	maxMemory = 1<<32 - pageSize
	// maxInstances is far beyond any number of processors.
	maxInstances = 4096
)

// complete returns c with its defaults, or everything that is wrong with it.
func (c Config) complete() (Config, error) {
	def(&c.Instances, min(2*runtime.GOMAXPROCS(0), defaultInstances))
	def(&c.Wait, defaultWait)
	def(&c.SetupWait, defaultSetupWait)
	def(&c.MemoryLimit, defaultMemoryLimit)
	def(&c.MemoryRecycle, defaultMemoryRecycle)
	def(&c.MaxCalls, defaultMaxCalls)
	def(&c.RefillRate, defaultRefillRate)
	def(&c.Failures, defaultFailures)
	def(&c.FailureWindow, defaultFailureWindow)
	def(&c.BackoffMin, defaultBackoffMin)
	def(&c.BackoffMax, max(defaultBackoffMax, c.BackoffMin))
	def(&c.Logger, slog.New(slog.DiscardHandler))
	return c, errors.Join(
		within("Instances", c.Instances, 1, maxInstances),
		within("Wait", c.Wait, 1, math.MaxInt64),
		within("SetupWait", c.SetupWait, 1, math.MaxInt64),
		within("MemoryLimit", c.MemoryLimit, 1, maxMemory),
		within("MemoryRecycle", c.MemoryRecycle, 1, maxMemory),
		within("MaxCalls", c.MaxCalls, 1, math.MaxInt64),
		within("RefillRate", c.RefillRate, 0.001, 1e6),
		within("Failures", c.Failures, 1, 1<<20),
		within("FailureWindow", c.FailureWindow, 1, math.MaxInt64),
		within("BackoffMin", c.BackoffMin, 1, math.MaxInt64),
		within("BackoffMax", c.BackoffMax, c.BackoffMin, math.MaxInt64),
		withinSettings(c.Settings),
	)
}

func withinSettings(settings []byte) error {
	return within("size of Settings", len(settings), 0, abi.MaxConfig)
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func within[T int | int64 | uint64 | float64 | time.Duration](name string, v, low, high T) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s is %v (have %v..%v)", name, v, low, high)
}

// memoryLimit is how many bytes of linear memory an instance with a snapshot
// of that size may have, in whole pages.
func (c *Config) memoryLimit(snapshot int) int64 {
	n := min(2*int64(snapshot)+c.MemoryLimit, maxMemory)
	return (n + pageSize - 1) / pageSize * pageSize
}

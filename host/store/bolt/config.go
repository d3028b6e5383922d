package bolt

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/plugin/abi"
)

// Config says how a [Store] works. Dir is required; the zero value of every other
// field stands for its default.
type Config struct {
	// Dir is where the files are. It is made if it is not there, and is for one
	// Store at a time.
	Dir string

	// Delay is after how long a change that is not durable is on the disk, if the
	// disk takes it: at most 10 s. Default 200 ms.
	Delay time.Duration

	// Pending and PendingBytes bound what waits for the disk: 16 to 16 Mi rows and
	// events, 64 KiB to 4 GiB. Default 65,536 and 64 MiB. A change beyond them is
	// refused.
	Pending      int
	PendingBytes int

	// OutboxBytes bounds the lines in the outbox: 4 KiB to 1 TiB. Default 256 MiB;
	// -1: there is no outbox. When it is full the oldest lines go: of what was
	// decided or shown first, then seen, then clicked. One that was accepted,
	// rejected or erased stays, and is refused where there is no room.
	OutboxBytes int64

	// MaxVisitors bounds the rows of visitors, up to 1 Gi. Default 10,000,000.
	MaxVisitors int

	// Newcomers is how many rows of new visitors one network may have made at
	// once, NewcomersPerSecond how many are added to that: each up to 1 Mi.
	// Default 1,000 and 1.
	Newcomers, NewcomersPerSecond int

	// Sweep is how often what is too old is looked for. Default 10 min.
	Sweep time.Duration

	// Wipe is how long, at least, who asked to be forgotten, or was too old, is in
	// pages of the file that are free: they are gone from what can be read at once.
	// Default 30 s.
	Wipe time.Duration

	// People are the people sources; default: there are none. Of a source that they
	// have, by HasSource, a person is found only if it is among them; of another one,
	// whose keys come with identity tokens, if the store has a row. HasSource is
	// required with People.
	People    People
	HasSource func(source string) bool

	Clock      func() time.Time      // default time.Now
	Logger     *slog.Logger          // gets failures, once a minute; default: nothing is logged
	Registerer prometheus.Registerer // takes the metrics; default: they are not registered

	// OpenFile opens state.db; default os.OpenFile. For tests of failing disks.
	OpenFile func(name string, flag int, mode os.FileMode) (*os.File, error)
}

// People are the people sources. It is asked by many goroutines.
type People interface {
	// Find gives the attributes of a person, an encoded map, and whether the
	// source knows them.
	Find(source, key string) (attributes []byte, ok bool, err error)
	// OfVisitor gives the key of the person for whom the source lists a visitor.
	OfVisitor(source string, visitor [abi.VisitorSize]byte) (key string, ok bool, err error)
	// OfLink gives the key whose hash under a key of the module's is hash.
	OfLink(source string, keyID uint8, hash [abi.LinkSize]byte) (key string, ok bool, err error)
}

// nobody is the people source of who has none.
type nobody struct{}

func (nobody) Find(string, string) ([]byte, bool, error) { return nil, false, nil }

func (nobody) OfVisitor(string, [abi.VisitorSize]byte) (string, bool, error) { return "", false, nil }

func (nobody) OfLink(string, uint8, [abi.LinkSize]byte) (string, bool, error) { return "", false, nil }

func (c Config) complete() (Config, error) {
	def(&c.Delay, 200*time.Millisecond)
	def(&c.Pending, 1<<16)
	def(&c.PendingBytes, 64<<20)
	def(&c.OutboxBytes, 256<<20)
	def(&c.MaxVisitors, 10_000_000)
	def(&c.Newcomers, 1000)
	def(&c.NewcomersPerSecond, 1)
	def(&c.Sweep, 10*time.Minute)
	def(&c.Wipe, 30*time.Second)
	var errs []error
	if c.People == nil {
		c.People, c.HasSource = nobody{}, func(string) bool { return false }
	} else if c.HasSource == nil {
		errs = append(errs, errors.New("people without HasSource"))
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.OpenFile == nil {
		c.OpenFile = os.OpenFile
	}
	if c.Dir == "" {
		errs = append(errs, errors.New("no directory"))
	}
	if c.OutboxBytes != -1 {
		errs = append(errs, within("outbox_bytes", c.OutboxBytes, 4<<10, 1<<40))
	}
	return c, errors.Join(append(errs,
		within("delay", c.Delay, 1, 10*time.Second),
		within("pending", c.Pending, 16, 16<<20),
		within("pending_bytes", c.PendingBytes, 64<<10, 4<<30),
		within("max_visitors", c.MaxVisitors, 1, 1<<30),
		within("newcomers", c.Newcomers, 1, 1<<20),
		within("newcomers_per_second", c.NewcomersPerSecond, 1, 1<<20),
		within("wipe", c.Wipe, time.Millisecond, 24*time.Hour),
		within("sweep", c.Sweep, time.Millisecond, 24*time.Hour))...)
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

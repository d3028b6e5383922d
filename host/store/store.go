package store

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/profferhq/proffer/plugin/abi"
)

// Errors of a store. They may come wrapped.
var (
	// ErrConflict is an Append under a condition that holds no longer: nothing
	// was taken in.
	ErrConflict = errors.New("store: changed since it was read")
	// ErrFull is an Append of what the store has no room for now. Nothing that
	// was acknowledged is lost, and it works again once there is room.
	ErrFull = errors.New("store: no room")
	// ErrLocked is a directory that another process has open.
	ErrLocked = errors.New("store: in use by another process")
	// ErrClosed is a store that was closed.
	ErrClosed = errors.New("store: closed")
	// ErrUnknown is a subject of whom nothing is held.
	ErrUnknown = errors.New("store: unknown")
)

// Store keeps visitors, people, their propositions, and the events that are yet to
// be delivered. It is safe for concurrent use.
type Store interface {
	Reader
	Appender
	Subjects
	Outbox

	// Retain says how long visitors are kept after their last change, unless they
	// are linked, and propositions after they were shown. It holds until the next
	// call; before the first nothing expires.
	Retain(visitors, propositions time.Duration)
	Close() error
}

// Reader answers a need.
type Reader interface {
	// Lookup finds what is known. It gives every folder of the need, also those
	// in which the visitor is not known. What the record holds is not changed
	// afterwards by anybody.
	Lookup(ctx context.Context, n *abi.Need) (Found, error)
}

// Found is what a look-up found.
type Found struct {
	Record abi.Record
	Seq    uint64 // the place in the order of all changes at which it was read
}

// Appender takes changes in.
type Appender interface {
	// Append takes a change in, whole or not at all. After it has come back every
	// Lookup sees it. It keeps nothing of c.
	Append(ctx context.Context, c *Change) error
}

// Always as Since makes a change unconditional.
const Always = 1<<64 - 1

// Change is what one call changes.
type Change struct {
	Changes abi.Changes // see plugin/ABI.md

	// Details has more of the propositions that Changes names, by their ids.
	Details     []abi.Proposition
	Interaction []byte // of these; abi.InteractionSize bytes, or nil
	Snapshot    []byte // that decided them; abi.HashSize bytes, or nil

	// Since is the Seq at which the call's record was read: where a row that is to
	// be written has changed after it, Append fails with ErrConflict. Always: it
	// does not matter.
	Since uint64

	// Time is that of the call, in milliseconds since 1970-01-01T00:00:00Z.
	Time int64

	// Events are the call's event lines. Append replaces each line's slice by one
	// that names the alias of its subject, where it has one, and, if the store
	// keeps an outbox, puts them there.
	Events [][]byte

	// Durable says that Append comes back only when nothing of this will be lost
	// any more, whatever happens to the machine. Else it may take as long as the
	// store says (see [bolt.Config]) until that is so.
	Durable bool

	// Newcomer names the network that a visitor without a row comes from; a store
	// takes only so many from one network. Empty: it is not known.
	Newcomer string
}

// Subject is a visitor or a person.
type Subject struct {
	Visitor [abi.VisitorSize]byte // where Key is empty
	Source  string
	Key     string
}

// Subjects are who a store knows.
type Subjects interface {
	// Export writes everything that is held of a subject as one JSON object and a
	// line end; ErrUnknown if there is nothing.
	Export(ctx context.Context, s Subject, w io.Writer) error

	// Erase removes everything that is held of a subject, in the files too, and
	// comes back when that is done and will last. A cookie of an erased visitor is
	// a stranger's from then on. It puts an event that names the alias into the
	// outbox. ErrUnknown if there was nothing; a visitor's cookie is a stranger's
	// all the same.
	Erase(ctx context.Context, s Subject) error
}

// Outbox are the events that are yet to be delivered, in order.
type Outbox interface {
	// Pending gives at most limit events after one, the oldest first; none are an
	// empty list. Events that are not durable yet are not given.
	Pending(after uint64, limit int) ([]Event, error)
	// Delivered drops the events up to one.
	Delivered(upto uint64) error
	// Arrivals gets a value when there may be more; it has room for one.
	Arrivals() <-chan struct{}
}

// Event is one event of the outbox.
type Event struct {
	Seq  uint64
	Line []byte // an event line with the subject's alias, or an erased line
}

package host

import "errors"

// The errors on which a caller may branch. After each but the last the page goes
// out without offers.
var (
	// ErrNoSnapshot: nothing has been swapped in yet.
	ErrNoSnapshot = errors.New("host: no snapshot")
	// ErrClosed: the host is closed.
	ErrClosed = errors.New("host: closed")
	// ErrTimeout: the module did not answer in time, or no instance became
	// free in time.
	ErrTimeout = errors.New("host: no answer in time")
	// ErrBroken: the module failed too often and is not called for a while.
	ErrBroken = errors.New("host: module keeps failing and is not called for now")
	// ErrLingering: the new configuration is in force, and calls that began
	// under the earlier one had not ended in time.
	ErrLingering = errors.New("host: calls under the earlier configuration have not ended")
)

// cause says in which way an instance failed.
type cause uint8

const (
	causeTrap    cause = iota // a trap, an exit, a stack or memory that ran out
	causeTimeout              // cut off
	causeStatus               // status 64 or above
	causeInvalid              // an answer that cannot be one
	causes
)

// fault is a failure after which the instance must not be used again.
type fault struct {
	cause cause
	err   error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

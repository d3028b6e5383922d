package abi

import "github.com/profferhq/proffer/catalog/wire"

// Status is the first element of a response and the answer of the exports that
// take a message.
type Status uint8

// The statuses. From StatusPanic on the instance must be closed.
const (
	StatusOK            Status = 0
	StatusNeed          Status = 1
	StatusRefused       Status = 2 // over a limit, or a value that is not allowed
	StatusWrongSnapshot Status = 3
	StatusMalformed     Status = 4 // bad envelope or configuration
	StatusNoSnapshot    Status = 5 // none, or a bad one
	StatusUnsupported   Status = 6 // kind not supported
	StatusPanic         Status = 64
	StatusBudget        Status = 65
	StatusInternal      Status = 66
)

// Healthy reports whether an instance that answered s may be called again.
func (s Status) Healthy() bool { return s < StatusPanic }

// String is a word for logs and metrics.
func (s Status) String() string {
	switch s {
	case StatusOK:
		return "ok"
	case StatusNeed:
		return "need"
	case StatusRefused:
		return "refused"
	case StatusWrongSnapshot:
		return "wrong_snapshot"
	case StatusMalformed:
		return "malformed"
	case StatusNoSnapshot:
		return "no_snapshot"
	case StatusUnsupported:
		return "unsupported"
	case StatusPanic:
		return "panic"
	case StatusBudget:
		return "budget"
	case StatusInternal:
		return "internal"
	}
	return "unknown"
}

// StatusOf reads the status of a response alone; false if b cannot be one.
func StatusOf(b []byte) (Status, bool) {
	c := wire.NewCursor(b)
	if n := c.Array(); n == 0 {
		return 0, false
	}
	s := c.Uint()
	return Status(s), c.OK() && s <= 255
}

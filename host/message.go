package host

import (
	"errors"
	"fmt"

	"github.com/profferhq/proffer/plugin/abi"
)

// maxText bounds what of the module's own words an error repeats.
const maxText = 256

// statusOf reads the first element of a response, without the rest: an array
// (https://github.com/msgpack/msgpack/blob/master/spec.md) that begins with an
// unsigned number of one byte.
func statusOf(b []byte) (abi.Status, bool) {
	head := 1
	switch {
	case len(b) == 0:
		return 0, false
	case b[0] == 0xdc:
		head = 3
	case b[0] == 0xdd:
		head = 5
	case b[0] <= 0x90 || b[0] > 0x9f: // not an array, or an empty one
		return 0, false
	}
	switch {
	case len(b) > head && b[head] < 0x80:
		return abi.Status(b[head]), true
	case len(b) > head+1 && b[head] == 0xcc:
		return abi.Status(b[head+1]), true
	}
	return 0, false
}

// textOf is what a response that is neither ok nor need says was wrong.
func textOf(b []byte) string {
	r, err := abi.DecodeResponse(b)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%.*q", maxText, r.Text)
}

// ping asks an instance for the hash of its snapshot.
func (in *instance) ping() (hash [abi.HashSize]byte, err error) {
	b, err := in.answer(nil, abi.AppendRequest(nil, &abi.Request{Kind: abi.KindPing}))
	if err != nil {
		return hash, fmt.Errorf("ping: %w", err)
	}
	r, err := abi.DecodeResponse(b)
	if err != nil {
		return hash, fmt.Errorf("ping: %w", err)
	}
	if r.Status != abi.StatusOK {
		return hash, fmt.Errorf("ping: status %d (%v): %s", r.Status, r.Status, textOf(b))
	}
	if r.Answer.Snapshot == nil {
		return hash, errors.New("ping: the module has no snapshot")
	}
	return [abi.HashSize]byte(r.Answer.Snapshot), nil
}

package call_test

import (
	"fmt"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/call"
)

// parsed is what a call says, apart from the request that it is read into.
type parsed struct {
	Path, Query string
	Language    []byte
	Attributes  []abi.Attribute
	Slots       []abi.Slot
	Trusted     string
	Target      abi.PersonKey
	Visitor     []byte
	Consent     abi.Flags
	NoStore     bool
}

// parse reads a call with a reader of its own.
func parse(body []byte) (*parsed, *call.Fault) {
	var r call.Reader
	var q abi.Request
	if fault := r.Read(&q, body); fault != nil {
		return nil, fault
	}
	if q.Mode != abi.SlotsAsked || !q.HasSlots {
		panic("a call asks for its slots")
	}
	return &parsed{
		string(q.Path), string(q.Query), q.Language, q.Attributes, q.Slots, r.Trusted, q.Target, q.Visitor,
		q.Flags & (abi.FlagConsentGiven | abi.FlagConsentRefused), q.Flags.Has(abi.FlagNoStore),
	}, nil
}

func said(f *call.Fault) string {
	if f == nil {
		return "no fault"
	}
	return fmt.Sprintf("%d %q %q", f.Status, f.Field, f.Text)
}

package abi_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

// trace is one of a slot that shows the first of two offers, by hand.
var trace = []byte{
	0x93, 0x41, // 64 a new visit, 1 the visitor may be known
	0x91, 0x94, 3, 5, 0, 2,
	0x91, 0x94, 0,
	0x93, 0xc0, 0x80, 0xa1, 'x', // missing, too long, "x"
	0x92,
	0x95, 7, 12, 1, 0, 0xcf, 0x40, 0x20, 0, 0, 0, 0, 0, 0, // eligible, rank 1, weight 8
	0x95, 8, 10, 2, 4, 0, // rule 2 has counted 4
	1,
}

func TestDecodeTrace(t *testing.T) {
	got, err := abi.DecodeTrace(trace)
	if err != nil {
		t.Fatal(err)
	}
	want := &abi.Trace{
		Flags: abi.TraceNewVisit | abi.TraceConsent,
		Slots: []abi.TraceSlot{{Asked: 3, Space: 5, Group: 0, Bits: abi.SlotCookie}},
		Groups: []abi.TraceGroup{{
			Target: [][]byte{nil, {0x80}, {0xa1, 'x'}},
			Offers: []abi.TraceOffer{
				{Offer: 7, Why: abi.WhyEligible, Detail: 1, Weight: 8}, {Offer: 8, Why: abi.WhyRule, Detail: 2, Count: 4},
			},
			Left: 1,
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestDecodeTraceRefuses every beginning of a trace, and too many slots.
func TestDecodeTraceRefuses(t *testing.T) {
	for n := range trace {
		if _, err := abi.DecodeTrace(trace[:n]); err == nil || !strings.HasPrefix(err.Error(), "trace: ") {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
	if _, err := abi.DecodeTrace(append([]byte{0x92, 0, 0xdc, 0, 65}, make([]byte, 65)...)); err == nil || err.Error() != "trace: slots: over the limit of 64" {
		t.Errorf("65 slots: %v", err)
	}
}

package wire_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
)

func nested(n int, inner string) string { return strings.Repeat("\x91", n) + inner }

func TestCheck(t *testing.T) {
	tests := []struct {
		name, in string
		depth    int
		want     error
	}{
		{"scalar", "\x01", 0, nil},
		{"array at depth 0", "\x90", 0, wire.FaultDeep},
		{"array at depth 1", "\x91\x01", 1, nil},
		{"map in array at depth 1", "\x91\x80", 1, wire.FaultDeep},
		{"deepest", nested(32, "\x01"), 32, nil},
		{"deeper", nested(33, "\x01"), 32, wire.FaultDeep},
		{"depth is capped", nested(33, "\x01"), 1000, wire.FaultDeep},
		{"depth is not below zero", "\x90", -1, wire.FaultDeep},
		{"depth counts open ones only", "\x93\x91\x01\x91\x01\x91\x01", 2, nil},
		{"empty", "", 32, wire.FaultCut},
		{"two values", "\x01\x02", 32, wire.FaultTrailing},
		{"never used", "\xc1", 32, wire.FaultNever},
		{"never used inside", "\x92\x01\xc1", 32, wire.FaultNever},
		{"ext", "\xd4\x01\x01", 32, wire.FaultExt},
		{"ext inside", "\x81\xa1a\xc7\x00\x01", 32, wire.FaultExt},
		{"cut string", "\xa2a", 32, wire.FaultCut},
		{"cut head", "\xda\x00", 32, wire.FaultCut},
		{"cut array", "\x92\x01", 32, wire.FaultCut},
		{"cut map", "\x81\x01", 32, wire.FaultCut},
		// The bytes that kill or stall a decoder which allocates by length or
		// recurses by nesting.
		{"bomb: array of 4 Gi", "\xdd\xff\xff\xff\xff", 32, wire.FaultCut},
		{"bomb: map of 4 Gi", "\xdf\xff\xff\xff\xff", 32, wire.FaultCut},
		{"bomb: bytes of 4 GiB", "\xc6\xff\xff\xff\xff", 32, wire.FaultCut},
		{"bomb: 10 MB of arrays", nested(10_000_000, ""), 32, wire.FaultDeep},
		{"bomb: array of 3.7 Gi and few bytes", "\xdd\xdd\xff\x00\x00\x00\x00", 32, wire.FaultCut},
		{"bomb: maps of maps", strings.Repeat("\x81\x81", 1_000_000), 32, wire.FaultDeep},
		{"bomb: ext of 4 GiB", "\xc9\xff\xff\xff\xff\x01", 32, wire.FaultExt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := []byte(tt.in)
			var err error
			if n := testing.AllocsPerRun(1, func() { err = wire.Check(in, tt.depth) }); n != 0 {
				t.Errorf("Check allocates %v times", n)
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("Check = %v, want %v", err, tt.want)
			}
			if tt.want != nil && !strings.HasPrefix(err.Error(), "msgpack: ") {
				t.Errorf("error text %q does not say what it is about", err)
			}
			c := wire.NewCursor(in)
			c.Skip()
			if tt.want == nil && !c.Done() {
				t.Errorf("Skip stops at %d of %d", c.Offset(), len(in))
			}
		})
	}
}

// A count that lies by one byte is found wherever it stands: every value here
// loses its last byte or gains one.
func TestCheckOffByOne(t *testing.T) {
	for _, v := range samples() {
		in := v.encode(nil)
		if err := wire.Check(in, 32); err != nil {
			t.Fatalf("Check(%x) = %v", in, err)
		}
		for n := range in {
			if err := wire.Check(in[:n], 32); !errors.Is(err, wire.FaultCut) {
				t.Errorf("Check of the first %d bytes of %x = %v, want %v", n, in, err, wire.FaultCut)
			}
		}
		if err := wire.Check(append(bytes.Clone(in), 0), 32); !errors.Is(err, wire.FaultTrailing) {
			t.Errorf("Check(%x and one byte) = %v", in, err)
		}
	}
}

package seal_test

import (
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
)

// What a request does allocates nothing, in either build. In native builds the
// MAC comes from a pool, which a collection may empty, hence the average.
func TestRequestPathAllocatesNothing(t *testing.T) {
	k := seal.TestKeyring()
	_, mac, _ := k.Primary(seal.UseCookie)
	var (
		scratch [seal.TokenSize]byte
		out     [seal.MaxValue]byte
		entropy = [32]byte{1}
	)
	body := make([]byte, 200)
	value := seal.Seal(nil, k, seal.UseCookie, "proffer", body)
	for name, f := range map[string]func(){
		"MAC": func() {
			var part [20]byte
			h := mac.Begin()
			h.WriteString("label")
			h.Write(part[:])
			tag := h.End()
			if seal.Equal(tag[:], part[:]) {
				t.Error("MAC of zeros is zeros")
			}
		},
		"Seal":   func() { seal.Seal(out[:0], k, seal.UseCookie, "proffer", body) },
		"Open":   func() { seal.Open(scratch[:0], k, seal.UseCookie, "proffer", value) },
		"Expand": func() { seal.Expand(&entropy, "visitor", 1) },
		"Sum256": func() { seal.Sum256(body) },
		"VerifyToken": func() {
			token, status := seal.VerifyToken(scratch[:0], k, []byte(vector), tokenNow)
			if status != seal.Valid {
				t.Errorf("status %v", status)
			}
			for {
				if _, _, ok := token.Attributes.Next(out[:0]); !ok {
					break
				}
			}
		},
	} {
		if n := testing.AllocsPerRun(200, f); n != 0 && poolsKeep {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

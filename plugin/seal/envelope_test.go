package seal_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/seal"
)

// The vectors come from another implementation (Python's hmac and base64).
func TestSealVectors(t *testing.T) {
	long := make([]byte, 56)
	for i := range long {
		long[i] = byte(200 + i)
	}
	for _, tt := range []struct{ name, label, body, want string }{
		{"empty body", "proffer", "", "AQDAAfG4KtHcbISTxX6D-yyz"},
		{"short body", "proffer", "hello", "AQBoZWxsbxFmF6r9_ZXmDj550xjSNI4"},
		{"other label", "proffer_e", "hello", "AQBoZWxsb24AWjayjfWFZtLzejNoDnw"},
		{
			"long body", "proffer", string(long),
			"AQDIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t_g4eLj5OXm5-jp6uvs7e7v8PHy8_T19vf4-fr7_P3-_3IE5Uluk8lzJ5Wt-LmOXXA",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := seal.TestKeyring()
			got := seal.Seal([]byte("v="), k, seal.UseCookie, tt.label, []byte(tt.body))
			if string(got) != "v="+tt.want {
				t.Errorf("Seal = %q, want %q", got, "v="+tt.want)
			}
			body, id, ok := seal.Open(nil, k, seal.UseCookie, tt.label, []byte(tt.want))
			if !ok || id != 0 || string(body) != tt.body {
				t.Errorf("Open = %q, %d, %v, want %q", body, id, ok, tt.body)
			}
		})
	}
}

func TestOpenRefusesEveryFlippedBit(t *testing.T) {
	k := seal.TestKeyring()
	scratch := make([]byte, 0, seal.OpenSize)
	for n := range 40 {
		value := seal.Seal(nil, k, seal.UseCookie, "proffer", bytes.Repeat([]byte{0xa5}, n))
		for bit := range 8 * len(value) {
			value[bit/8] ^= 1 << (bit % 8)
			if _, _, ok := seal.Open(scratch, k, seal.UseCookie, "proffer", value); ok {
				t.Fatalf("value of a body of %d bytes opens with bit %d flipped", n, bit)
			}
			value[bit/8] ^= 1 << (bit % 8)
		}
		if _, _, ok := seal.Open(scratch, k, seal.UseCookie, "proffer", value); !ok {
			t.Fatalf("value of a body of %d bytes does not open", n)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	k := mustRing(t, seal.Key{ID: 1, Secret: secret(1)}, seal.Key{ID: 2, Primary: true, Secret: secret(2)},
		seal.Key{ID: 2, Use: seal.UsePeer, Secret: secret(2)}, seal.Key{ID: 3, Use: seal.UseIdentity, Secret: secret(3)})
	good := seal.Seal(nil, k, seal.UseCookie, "a", []byte("body"))
	raw := make([]byte, seal.OpenSize)
	size, _ := seal.DecodeBase64(raw, good)
	later := bytes.Clone(raw[:size])
	later[0] = 2
	for _, tt := range []struct {
		name, label string
		use         seal.Use
		value       []byte
	}{
		{"other label", "b", seal.UseCookie, good},
		{"label one longer", "aa", seal.UseCookie, good},
		{"no label", "", seal.UseCookie, good},
		{"use without that key", "a", seal.UseIdentity, good},
		{"empty", "a", seal.UseCookie, nil},
		{"one byte less", "a", seal.UseCookie, good[:len(good)-1]},
		{"padding", "a", seal.UseCookie, append(bytes.Clone(good), '=')},
		{"white space", "a", seal.UseCookie, append(bytes.Clone(good), '\n')},
		{"other version", "a", seal.UseCookie, seal.AppendBase64(nil, later)},
		{"shorter than head and tag", "a", seal.UseCookie, seal.AppendBase64(nil, raw[:17])},
		{"longer than any", "a", seal.UseCookie, bytes.Repeat([]byte("A"), seal.MaxValue+4)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if body, id, ok := seal.Open(nil, k, tt.use, tt.label, tt.value); ok || body != nil || id != 0 {
				t.Errorf("Open = %q, %d, %v", body, id, ok)
			}
		})
	}
	if _, _, ok := seal.Open(nil, nil, seal.UseCookie, "a", good); ok {
		t.Error("opens without a keyring")
	}
}

func TestKeysRotate(t *testing.T) {
	first, second := seal.Key{ID: 1, Secret: secret(1)}, seal.Key{ID: 2, Secret: secret(2)}
	before := mustRing(t, first)
	value := seal.Seal(nil, before, seal.UseCookie, "a", []byte("body"))
	second.Primary = true
	during := mustRing(t, first, second)
	body, id, ok := seal.Open(nil, during, seal.UseCookie, "a", value)
	if !ok || id != 1 || string(body) != "body" {
		t.Errorf("under both keys: %q, %d, %v", body, id, ok)
	}
	renewed := seal.Seal(nil, during, seal.UseCookie, "a", body)
	after := mustRing(t, second)
	if _, id, ok := seal.Open(nil, after, seal.UseCookie, "a", renewed); !ok || id != 2 {
		t.Errorf("the new key alone: %d, %v", id, ok)
	}
	if _, _, ok := seal.Open(nil, after, seal.UseCookie, "a", value); ok {
		t.Error("a value of a key that is gone still opens")
	}
}

func TestSealBounds(t *testing.T) {
	k := seal.TestKeyring()
	longest := seal.Seal(nil, k, seal.UseCookie, "a", make([]byte, seal.MaxBody))
	if len(longest) != seal.MaxValue {
		t.Errorf("longest value has %d bytes, want %d", len(longest), seal.MaxValue)
	}
	if body, _, ok := seal.Open(nil, k, seal.UseCookie, "a", longest); !ok || len(body) != seal.MaxBody {
		t.Errorf("longest value opens to %d bytes, %v", len(body), ok)
	}
	dst := []byte("as it was")
	if got := seal.Seal(dst, k, seal.UseCookie, "a", make([]byte, seal.MaxBody+1)); string(got) != "as it was" {
		t.Errorf("a longer body appends %q", got)
	}
	if got := seal.Seal(dst, mustRing(t), seal.UseCookie, "a", nil); string(got) != "as it was" {
		t.Errorf("without a key %q is appended", got)
	}
}

func TestSealOpenRoundTrip(t *testing.T) {
	ring := mustRing(t, many(3)...)
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 0, seal.MaxBody).Draw(t, "body")
		label := rapid.StringMatching(`[a-z_]{0,80}`).Draw(t, "label")
		value := seal.Seal(nil, ring, seal.UseCookie, label, body)
		got, id, ok := seal.Open(make([]byte, 3, seal.OpenSize), ring, seal.UseCookie, label, value)
		if !ok || id != 1 || !bytes.Equal(got, body) {
			t.Fatalf("Open(Seal(%x)) = %x, %d, %v", body, got, id, ok)
		}
	})
}

// FuzzOpen holds that no text makes Open fail otherwise than with not ok, and
// that what it accepts is, byte for byte, what Seal makes of the same body.
func FuzzOpen(f *testing.F) {
	k := seal.TestKeyring()
	for _, body := range []string{"", "a", "body of some bytes"} {
		f.Add(seal.Seal(nil, k, seal.UseCookie, "proffer", []byte(body)))
	}
	f.Add([]byte("AQBoZWxsbw"))
	f.Add(bytes.Repeat([]byte("A"), seal.MaxValue))
	f.Add(bytes.Repeat([]byte("\xff"), seal.MaxValue+1))
	f.Fuzz(func(t *testing.T, value []byte) {
		body, id, ok := seal.Open(nil, k, seal.UseCookie, "proffer", value)
		if ok && (id != 0 || !bytes.Equal(seal.Seal(nil, k, seal.UseCookie, "proffer", body), value)) {
			t.Fatalf("Open accepts %q, which Seal did not make", value)
		}
		sealed := seal.Seal(nil, k, seal.UseCookie, "proffer", value)
		if len(value) > seal.MaxBody {
			return
		}
		if body, _, ok := seal.Open(nil, k, seal.UseCookie, "proffer", sealed); !ok || !bytes.Equal(body, value) {
			t.Fatalf("body %x comes back as %x, %v", value, body, ok)
		}
	})
}

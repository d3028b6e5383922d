package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// The examples of FIPS 180-4's companion, "SHA-256 Example (One, Multi Block)",
// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values.
func TestOwnSum256Vectors(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"one block", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{
			"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		},
		{
			"896 bits", "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
			"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
		},
		{"a million", strings.Repeat("a", 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, f := range map[string]func([]byte) [32]byte{"own": ownSum256, "Sum256": Sum256} {
				if got := f([]byte(tt.in)); hex.EncodeToString(got[:]) != tt.want {
					t.Errorf("%s = %x, want %s", name, got, tt.want)
				}
			}
		})
	}
}

// keyed is what both implementations of HMAC offer.
type keyed interface {
	write([]byte)
	writeString(string)
	end() [digestSize]byte
}

// engines starts a message under a key in each implementation of this build.
func engines(key []byte) map[string]func() keyed {
	own, chosen := newOwnMAC(key), newMACEngine(key)
	return map[string]func() keyed{
		"own":    func() keyed { h := own.begin(); return &h },
		"chosen": func() keyed { h := chosen.begin(); return &h },
	}
}

// The vectors of RFC 4231, section 4.
func TestMACVectors(t *testing.T) {
	tests := []struct{ name, key, message, want string }{
		{"case 1", strings.Repeat("\x0b", 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"case 2", "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"case 3", strings.Repeat("\xaa", 20), strings.Repeat("\xdd", 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{
			"case 4", "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19",
			strings.Repeat("\xcd", 50), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
		},
		{"case 5", strings.Repeat("\x0c", 20), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"},
		{
			"case 6", strings.Repeat("\xaa", 131), "Test Using Larger Than Block-Size Key - Hash Key First",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		},
		{
			"case 7", strings.Repeat("\xaa", 131),
			"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
			"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
		},
	}
	for _, tt := range tests {
		for name, begin := range engines([]byte(tt.key)) {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				for range 2 {
					h := begin()
					h.write([]byte(tt.message))
					got := h.end()
					if text := hex.EncodeToString(got[:]); !strings.HasPrefix(text, tt.want) {
						t.Errorf("MAC = %s, want %s", text, tt.want)
					}
				}
			})
		}
	}
}

func result(d *digest) (out [digestSize]byte) {
	d.finish()
	storeHash(&out, &d.state)
	return out
}

// Every length around several blocks, cut in two at every place.
func TestOwnSum256Splits(t *testing.T) {
	message := make([]byte, 3*blockSize+2)
	for i := range message {
		message[i] = byte(i*7 + 1)
	}
	for n := range len(message) + 1 {
		want := sha256.Sum256(message[:n])
		for cut := range n + 1 {
			bytewise, stringwise := digest{state: initial}, digest{state: initial}
			bytewise.write(message[:cut])
			stringwise.writeString(string(message[:cut]))
			bytewise.write(message[cut:n])
			stringwise.writeString(string(message[cut:n]))
			if a, b := result(&bytewise), result(&stringwise); a != want || b != want {
				t.Fatalf("hash of %d bytes cut at %d = %x and %x, want %x", n, cut, a, b, want)
			}
		}
	}
}

func TestDigestCopyGoesOnAlone(t *testing.T) {
	d := digest{state: initial}
	d.writeString("ab")
	fork := d
	d.writeString("c")
	fork.writeString("x")
	if got, want := result(&d), sha256.Sum256([]byte("abc")); got != want {
		t.Errorf("original gives %x, want %x", got, want)
	}
	if got, want := result(&fork), sha256.Sum256([]byte("abx")); got != want {
		t.Errorf("copy gives %x, want %x", got, want)
	}
}

// FuzzSHA256 holds our hash and both forms of the MAC to the standard library,
// for any key and any message in two parts.
func FuzzSHA256(f *testing.F) {
	f.Add([]byte(""), []byte(""), []byte(""))
	f.Add([]byte("Jefe"), []byte("what do ya want "), []byte("for nothing?"))
	f.Add(bytes.Repeat([]byte{0xaa}, 131), bytes.Repeat([]byte{1}, 55), bytes.Repeat([]byte{2}, 9))
	f.Add(bytes.Repeat([]byte{0xff}, 64), bytes.Repeat([]byte{0xff}, 64), bytes.Repeat([]byte{0xff}, 513))
	f.Fuzz(func(t *testing.T, key, a, b []byte) {
		whole := append(bytes.Clone(a), b...)
		if got, want := ownSum256(whole), sha256.Sum256(whole); got != want {
			t.Fatalf("hash of %x = %x, want %x", whole, got, want)
		}
		reference := hmac.New(sha256.New, key)
		reference.Write(whole)
		want := reference.Sum(nil)
		for name, begin := range engines(key) {
			h := begin()
			h.write(a)
			h.writeString(string(b))
			if got := h.end(); !bytes.Equal(got[:], want) {
				t.Fatalf("%s: MAC of %x under %x = %x, want %x", name, whole, key, got, want)
			}
		}
	})
}

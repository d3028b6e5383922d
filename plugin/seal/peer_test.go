package seal_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
)

// peerVector comes from another implementation (Python).
const peerVector = "p1.0.ZXhwPTE3ODM2ODQ4MDA.vDZC0NExOjNKP-HGuXv0ZVMAjZwbTBlEjfz9QP0npHo"

// signedFor makes a token of any payload under the test key of a use.
func signedFor(use seal.Use, payload string) []byte {
	_, mac, _ := seal.TestKeyring().Primary(use)
	token := seal.AppendBase64([]byte("p1.0."), []byte(payload))
	h := mac.Begin()
	h.Write(token)
	tag := h.End()
	return seal.AppendBase64(append(token, '.'), tag[:])
}

func TestPeerVector(t *testing.T) {
	made, err := seal.AppendPeer([]byte("x"), seal.TestKeyring(), tokenExpiry)
	if err != nil || string(made) != "x"+peerVector {
		t.Errorf("AppendPeer = %q, %v, want %q", made, err, peerVector)
	}
	if got := seal.VerifyPeer(seal.TestKeyring(), []byte(peerVector), tokenNow); got != seal.Valid {
		t.Errorf("VerifyPeer = %v", got)
	}
}

func TestPeerPayloads(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		want          seal.Status
	}{
		{"in an hour", "exp=1783684800", seal.Valid},
		{"nothing", "", seal.Malformed},
		{"empty", "exp=", seal.Malformed},
		{"another field", "exp=1783684800&admin=1", seal.Malformed},
		{"another field in front", "a=1&exp=1783684800", seal.Malformed},
		{"twice", "exp=1783684800&exp=1783684800", seal.Malformed},
		{"an identity token's", "source=main&key=K&exp=1783684800", seal.Malformed},
		{"upper case", "EXP=1783684800", seal.Malformed},
		{"escaped", "%65xp=1783684800", seal.Malformed},
		{"signed", "exp=+1783684800", seal.Malformed},
		{"zero in front", "exp=01783684800", seal.Malformed},
		{"a line end", "exp=1783684800\n", seal.Malformed},
		{"a fraction", "exp=1783684800.5", seal.Malformed},
		{"13 digits", "exp=1783684800000", seal.Malformed},
		{"now", "exp=1783681200", seal.Expired},
		{"in a second", "exp=1783681201", seal.Valid},
		{"zero", "exp=0", seal.Expired},
		{"in a day and five minutes", "exp=1783767900", seal.Valid},
		{"a second later", "exp=1783767901", seal.TooFarAhead},
		{"far away", "exp=999999999999", seal.TooFarAhead},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := seal.VerifyPeer(seal.TestKeyring(), signedFor(seal.UsePeer, c.payload), tokenNow); got != c.want {
				t.Errorf("%q is %v, want %v", c.payload, got, c.want)
			}
		})
	}
}

// TestPeerNeedsAKeyOfItsUse: not even under one secret does a token of one use
// pass for one of another.
func TestPeerNeedsAKeyOfItsUse(t *testing.T) {
	for _, use := range []seal.Use{seal.UseCookie, seal.UseIdentity} {
		ring := mustRing(t, seal.Key{Use: use, Secret: published()})
		if got := seal.VerifyPeer(ring, []byte(peerVector), tokenNow); got != seal.UnknownKey {
			t.Errorf("a key of use %v: %v", use, got)
		}
		if made, err := seal.AppendPeer(nil, ring, tokenExpiry); err == nil || made != nil {
			t.Errorf("a key of use %v signs %q", use, made)
		}
	}
	if got := seal.VerifyPeer(seal.TestKeyring(), []byte(vector), tokenNow); got == seal.Valid {
		t.Error("an identity token is a peer's")
	}
	if _, got := verify([]byte(peerVector)); got == seal.Valid {
		t.Error("a peer token identifies")
	}
	if got := seal.VerifyPeer(nil, []byte(peerVector), tokenNow); got == seal.Valid {
		t.Error("valid without keys")
	}
}

// TestPeerFlippedBits: no other token than the one that was signed verifies.
func TestPeerFlippedBits(t *testing.T) {
	token := []byte(peerVector)
	for bit := range 8 * len(token) {
		token[bit/8] ^= 1 << (bit % 8)
		if got := seal.VerifyPeer(seal.TestKeyring(), token, tokenNow); got == seal.Valid {
			t.Fatalf("valid with bit %d flipped", bit)
		}
		token[bit/8] ^= 1 << (bit % 8)
	}
	for _, text := range []string{
		"", "p1", "p1.", "p1...", "p1.0..", " " + peerVector, peerVector + " ", peerVector + "=", peerVector + ".",
		strings.Replace(peerVector, "p1.0.", "p1.00.", 1), strings.Replace(peerVector, "p1.0.", "p1.256.", 1),
		peerVector + strings.Repeat("A", 4096),
	} {
		if got := seal.VerifyPeer(seal.TestKeyring(), []byte(text), tokenNow); got == seal.Valid {
			t.Errorf("%.80q is valid", text)
		}
	}
	longest := mustRing(t, seal.Key{ID: 255, Use: seal.UsePeer, Secret: secret(1)})
	made, err := seal.AppendPeer(nil, longest, 999999999999)
	if got := seal.VerifyPeer(longest, made, 999999999998000); err != nil || len(made) != seal.MaxPeerToken || got != seal.Valid {
		t.Errorf("the longest has %d bytes (want %d) and is %v; error %v", len(made), seal.MaxPeerToken, got, err)
	}
}

func TestAppendPeerRefuses(t *testing.T) {
	for _, expires := range []int64{0, -1, tokenExpiry * 1000} {
		if got, err := seal.AppendPeer([]byte("x"), seal.TestKeyring(), expires); err == nil || string(got) != "x" {
			t.Errorf("%d: %q, %v, want an error", expires, got, err)
		}
	}
}

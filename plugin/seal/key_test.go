package seal_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
)

// secret gives a secret that is not the published one.
func secret(n byte) (s [32]byte) {
	for i := range s {
		s[i] = n ^ byte(i*5+1)
	}
	return s
}

func published() (s [32]byte) {
	for i := range s {
		s[i] = byte(i)
	}
	return s
}

func mustRing(t testing.TB, list ...seal.Key) *seal.Keyring {
	t.Helper()
	ring, err := seal.NewKeyring(list)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func many(n int) (list []seal.Key) {
	for i := range n {
		list = append(list, seal.Key{ID: uint8(i + 1), Primary: i == 0, Secret: secret(byte(i))})
	}
	return list
}

func TestNewKeyringRefuses(t *testing.T) {
	tests := []struct {
		name string
		list []seal.Key
		want []string
	}{
		{"an id twice", []seal.Key{{ID: 1, Primary: true, Secret: secret(1)}, {ID: 1, Secret: secret(2)}}, []string{"cookie key 1 is there twice"}},
		{"two primaries", []seal.Key{{ID: 1, Primary: true, Secret: secret(1)}, {ID: 2, Primary: true, Secret: secret(2)}}, []string{"2 of the 2 cookie keys are primary"}},
		{"no primary", []seal.Key{{ID: 1, Use: seal.UsePeer, Secret: secret(1)}, {ID: 2, Use: seal.UsePeer, Secret: secret(2)}}, []string{"0 of the 2 peer keys are primary"}},
		{"seventeen", many(17), []string{"key 17 is one more than the 16"}},
		{"zeros", []seal.Key{{ID: 1}}, []string{"cookie key 1 has a secret of zeros"}},
		{"use", []seal.Key{{ID: 1, Use: 3, Secret: secret(1)}}, []string{"use 3 key 1 has no known use"}},
		{"id of the test key", []seal.Key{{Secret: secret(1)}}, []string{"another secret than the published test key"}},
		{"test secret under an id", []seal.Key{{ID: 5, Use: seal.UseIdentity, Secret: published()}}, []string{"identity key 5 has the secret of the published test key"}},
		{
			"test key beside another", []seal.Key{{Secret: published()}, {ID: 1, Use: seal.UseIdentity, Secret: secret(1)}},
			[]string{"cannot stand beside"},
		},
		{
			"all at once", []seal.Key{{ID: 1}, {ID: 2, Use: 9, Secret: secret(1)}, {ID: 3, Secret: secret(3)}, {ID: 3, Secret: secret(4)}},
			[]string{"secret of zeros", "no known use", "is there twice"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ring, err := seal.NewKeyring(tt.list)
			if err == nil || ring != nil {
				t.Fatalf("NewKeyring = %v, %v, want an error", ring, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestKeyringPrimaryAndFind(t *testing.T) {
	ring := mustRing(t,
		seal.Key{ID: 7, Secret: secret(7)},
		seal.Key{ID: 255, Primary: true, Secret: secret(8)},
		seal.Key{ID: 7, Use: seal.UseIdentity, Secret: secret(9)})
	if id, mac, ok := ring.Primary(seal.UseCookie); id != 255 || mac == nil || !ok {
		t.Errorf("Primary(cookie) = %d, %v", id, ok)
	}
	if id, _, ok := ring.Primary(seal.UseIdentity); id != 7 || !ok {
		t.Errorf("Primary(identity) = %d, %v, want the only key", id, ok)
	}
	if _, _, ok := ring.Primary(seal.UsePeer); ok {
		t.Error("Primary(peer) without keys")
	}
	for _, tt := range []struct {
		use  seal.Use
		id   uint8
		want bool
	}{
		{seal.UseCookie, 7, true}, {seal.UseCookie, 255, true}, {seal.UseCookie, 0, false}, {seal.UseCookie, 8, false},
		{seal.UseIdentity, 7, true}, {seal.UseIdentity, 255, false}, {seal.UsePeer, 0, false}, {99, 7, false},
	} {
		if mac, ok := ring.Find(tt.use, tt.id); ok != tt.want || ok != (mac != nil) {
			t.Errorf("Find(%v, %d) = %v, want %v", tt.use, tt.id, ok, tt.want)
		}
	}
	cookie, _ := ring.Find(seal.UseCookie, 7)
	identity, _ := ring.Find(seal.UseIdentity, 7)
	a, b := cookie.Begin(), identity.Begin()
	if a.End() == b.End() {
		t.Error("one id in two uses is one key")
	}
	if ring.TestOnly() {
		t.Error("real keys pass for the test key")
	}
	if _, _, ok := ring.Primary(99); ok {
		t.Error("Primary of no known use")
	}
}

func TestKeyringWithoutKeys(t *testing.T) {
	var missing *seal.Keyring
	for name, ring := range map[string]*seal.Keyring{"nil": missing, "empty": mustRing(t)} {
		_, _, primary := ring.Primary(seal.UseCookie)
		_, found := ring.Find(seal.UseCookie, 0)
		if primary || found || ring.TestOnly() {
			t.Errorf("%s ring: Primary %v, Find %v, TestOnly %v", name, primary, found, ring.TestOnly())
		}
	}
}

func TestKeyringHoldsSixteen(t *testing.T) {
	ring := mustRing(t, many(16)...)
	for id := range uint8(16) {
		if _, ok := ring.Find(seal.UseCookie, id+1); !ok {
			t.Errorf("key %d is missing", id+1)
		}
	}
}

func TestTestKeyring(t *testing.T) {
	ring := seal.TestKeyring()
	if !ring.TestOnly() {
		t.Error("TestOnly is false")
	}
	for _, u := range []seal.Use{seal.UseCookie, seal.UseIdentity, seal.UsePeer} {
		id, mac, ok := ring.Primary(u)
		if !ok || id != seal.TestKeyID {
			t.Fatalf("Primary(%v) = %d, %v", u, id, ok)
		}
		key := published()
		want := seal.NewMAC(key[:])
		a, b := mac.Begin(), want.Begin()
		if a.End() != b.End() {
			t.Errorf("key of %v is not the published one", u)
		}
	}
	if !mustRing(t, seal.Key{Secret: published()}).TestOnly() {
		t.Error("a ring of the test key alone is not TestOnly")
	}
}

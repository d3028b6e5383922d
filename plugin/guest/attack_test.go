package guest_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// victims are slots whose answer tells who is asking: a person, known by login
// or link, and a visitor whose visits are counted.
var victims = []string{"f", "v"}

// attacked sends a request for the victims' slots with a Cookie header, and
// gives the response's bytes. Time and entropy are the same in all of them.
func attacked(t testing.TB, g *guest.Guest, flags abi.Flags, header string) []byte {
	t.Helper()
	r := asks(request(g), victims...)
	r.Flags |= flags
	r.Headers = []abi.Header{{Name: []byte("cookie"), Value: []byte(header)}}
	r.Time += 1000
	r.Entropy = bytes.Repeat([]byte{9}, abi.EntropySize)
	return g.Handle(nil, abi.AppendRequest(nil, r))
}

// genuine is a linked visitor's cookie under TLS or without, and a good token.
func genuine(t *testing.T, g *guest.Guest, flags abi.Flags) (cookies, identity string) {
	t.Helper()
	identity = "proffer_identity=" + token(t, "main", "anna")
	r := header(asks(request(g), victims...), "cookie", identity)
	r.Flags |= flags
	return cookie(answer(t, g, r)), identity
}

// both runs a test with TLS towards the browser and without.
func both(t *testing.T, test func(t *testing.T, g *guest.Guest, flags abi.Flags)) {
	t.Helper()
	g := ready(t, testConfig(), build(t, people))
	for name, flags := range map[string]abi.Flags{"plain": 0, "secure": abi.FlagSecure} {
		t.Run(name, func(t *testing.T) { test(t, g, flags) })
	}
}

// strangers holds that what is sent is worth nothing: the response is, byte for
// byte, the one to nobody's cookies.
func strangers(t *testing.T, g *guest.Guest, flags abi.Flags, what, sent string) {
	t.Helper()
	want := attacked(t, g, flags, "")
	if got := attacked(t, g, flags, sent); !bytes.Equal(got, want) {
		t.Errorf("%s: %.300q\nis answered by %q\nnot by        %q", what, sent, got, want)
	}
}

// TestAttacksMakeStrangers: every flipped bit of a cookie and of a token, every
// cut, what is put before and behind it, and what was signed for something else.
func TestAttacksMakeStrangers(t *testing.T) {
	both(t, func(t *testing.T, g *guest.Guest, flags abi.Flags) {
		cookies, identity := genuine(t, g, flags)
		for _, good := range []string{cookies, identity} {
			if bytes.Equal(attacked(t, g, flags, good), attacked(t, g, flags, "")) {
				t.Fatalf("the genuine %s is worth nothing", good)
			}
			name, value, _ := strings.Cut(good, "=")
			for bit := range 8 * len(value) {
				bad := []byte(value)
				if bad[bit/8] ^= 1 << (bit % 8); bad[bit/8] != ';' {
					strangers(t, g, flags, "a flipped bit", name+"="+string(bad))
				}
			}
			for n := range value {
				strangers(t, g, flags, "cut", name+"="+value[:n])
				strangers(t, g, flags, "cut in front", name+"="+value[n+1:])
			}
			for _, more := range []string{"A", "AA", "AAAA", "=", " ", "\x00", ",", `"`, "." + value, value, strings.Repeat("A", 64<<10)} {
				strangers(t, g, flags, "extended", name+"="+value+more)
				strangers(t, g, flags, "extended in front", name+"="+more+value)
			}
			for _, other := range []string{"proffer", "__Host-proffer", "proffer_e", "__Host-proffer_e", "proffer_identity", "PROFFER", "proffer "} {
				if other != name {
					strangers(t, g, flags, "under another name", other+"="+value)
				}
			}
		}
	})
}

// TestForeignSignatures: what was signed with our key for another purpose, or
// for the same one with another's, is worth nothing.
func TestForeignSignatures(t *testing.T) {
	mine := func(secret byte) *abi.Config {
		c := testConfig()
		c.Keys = nil
		for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
			k := abi.Key{ID: 1, Use: use, Primary: true}
			k.Secret[0] = secret
			c.Keys = append(c.Keys, k)
		}
		return c
	}
	snapshot := build(t, people)
	g, foreign := ready(t, mine(1), snapshot), ready(t, mine(2), snapshot)
	theirs := cookie(answer(t, foreign, asks(request(foreign), "v")))
	strangers(t, g, 0, "another host's cookie", theirs)
	strangers(t, g, 0, "a token under the test key", "proffer_identity="+token(t, "main", "anna"))
	ring, err := seal.NewKeyring([]seal.Key{{ID: 1, Secret: [32]byte{1}}, {ID: 1, Use: seal.UseIdentity, Secret: [32]byte{1}}, {ID: 1, Use: seal.UsePeer, Secret: [32]byte{1}}})
	if err != nil {
		t.Fatal(err)
	}
	body := (&visitor.State{ID: [16]byte{1}}).AppendHead(nil)
	if bytes.Equal(attacked(t, g, 0, "proffer="+string(seal.Seal(nil, ring, seal.UseCookie, "proffer", body))), attacked(t, g, 0, "")) {
		t.Fatal("the genuine cookie is worth nothing")
	}
	for _, label := range []string{"", "click", "seen", "accept", "reject", "proffer_e", "__Host-proffer", "entropy", "link"} {
		strangers(t, g, 0, "labelled "+label, "proffer="+string(seal.Seal(nil, ring, seal.UseCookie, label, body)))
	}
	// The same secret for another use, as no two uses should have.
	for _, use := range []seal.Use{seal.UseIdentity, seal.UsePeer} {
		value := string(seal.Seal(nil, ring, use, "proffer", body))
		alone := mine(1)
		alone.Keys = alone.Keys[1:]
		without := ready(t, alone, snapshot)
		strangers(t, without, 0, "of another use", "proffer="+value)
	}
}

// TestFloods: what is around a cookie changes nothing, however much it is, and
// of several the first that is good counts.
func TestFloods(t *testing.T) {
	both(t, func(t *testing.T, g *guest.Guest, flags abi.Flags) {
		cookies, identity := genuine(t, g, flags)
		name, _, _ := strings.Cut(cookies, "=")
		var thousand, own strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&thousand, "c%d=v%d; ", i, i)
			fmt.Fprintf(&own, "%s=%d; ", name, i)
		}
		big := strings.Repeat("x", 64<<10)
		noise := map[string]string{
			"a thousand cookies": thousand.String(), "a thousand of ours": own.String(), "64 KiB": "big=" + big + "; ",
			"64 KiB of ours": name + "=" + big + "; ", "$Version": `$Version="1"; `, "$Path": "$Path=/; $Domain=shop.example; ",
			"zero bytes": "a=\x00; \x00; " + name + "=\x00; ", "no bytes": "; ; ;", "not UTF-8": "\xff\xfe=\xc3; ",
			"a line end": "a=b\r\nSet-Cookie: x=y; ", "equals signs": "====; " + name + "==; ",
		}
		for what, around := range noise {
			strangers(t, g, flags, what, around)
			for _, good := range []string{cookies, identity} {
				want := attacked(t, g, flags, good)
				for _, sent := range []string{around + good, good + "; " + around, around + good + "; " + around} {
					if got := attacked(t, g, flags, sent); !bytes.Equal(got, want) {
						t.Errorf("%s around %.40s: %q, want %q", what, good, got, want)
					}
				}
			}
		}
		second := header(asks(request(g), victims...), "cookie", "")
		second.Flags |= flags
		second.Entropy = bytes.Repeat([]byte{3}, abi.EntropySize)
		other := cookie(answer(t, g, second))
		if want := attacked(t, g, flags, cookies); !bytes.Equal(attacked(t, g, flags, name+"=x; "+cookies+"; "+other), want) ||
			bytes.Equal(attacked(t, g, flags, other+"; "+cookies), want) {
			t.Error("of several good cookies another than the first counts")
		}
	})
}

// TestPlantedIDs: an id that the key has not signed is never taken over; a new
// visitor's id comes from the host's entropy alone.
func TestPlantedIDs(t *testing.T) {
	both(t, func(t *testing.T, g *guest.Guest, flags abi.Flags) {
		planted := bytes.Repeat([]byte{0xab}, 16)
		raw := append(append([]byte{1, 0}, planted...), make([]byte, 8+16)...)
		name := visitor.Name(flags.Has(abi.FlagSecure))
		for _, value := range []string{
			hex.EncodeToString(planted), string(planted), "abababab-abab-abab-abab-abababababab",
			string(seal.AppendBase64(nil, raw)), string(seal.AppendBase64(nil, planted)),
		} {
			strangers(t, g, flags, "a planted id", name+"="+value)
		}
		r := asks(request(g), victims...)
		r.Flags |= flags
		for _, h := range []string{"x-visitor", "proffer-visitor", "visitor", "x-person", "proffer-identity", "person"} {
			header(r, h, hex.EncodeToString(planted))
		}
		plain := asks(request(g), victims...)
		plain.Flags |= flags
		a, b := send(t, g, r), send(t, g, plain)
		if !bytes.Equal(a.Answer.Visitor.ID, b.Answer.Visitor.ID) || modes(&a.Answer) != modes(&b.Answer) {
			t.Errorf("headers of a stranger count: %+v, %+v", a.Answer.Visitor, b.Answer.Visitor)
		}
	})
}

// TestFixation: a genuine cookie that was planted into somebody's browser tells
// its planter nothing of who logs in there.
func TestFixation(t *testing.T) {
	g := ready(t, testConfig(), build(t, people))
	planter := cookie(answer(t, g, asks(request(g), "v")))
	before := attacked(t, g, 0, planter)
	victim := answer(t, g, header(asks(request(g), victims...), "cookie", planter+"; proffer_identity="+token(t, "main", "anna")))
	if modes(victim) != "explicit anonymous" {
		t.Fatalf("the victim: %s", modes(victim))
	}
	if after := attacked(t, g, 0, planter); !bytes.Equal(after, before) {
		t.Errorf("the planter sees %q, before it was %q", after, before)
	}
}

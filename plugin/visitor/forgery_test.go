package visitor_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// 200,000 take half a second; a campaign of 10,000,000 is for an idle hour:
//
//	go test ./plugin/visitor -run Forgeries -forgeries 10000000
var (
	forgeries   = flag.Int("forgeries", 200_000, "how many values TestForgeries makes")
	forgerySeed = flag.Uint64("forgery-seed", 1, "what TestForgeries makes them of")
)

// forgedTime is when forgeries arrive: identity tokens would be good.
const forgedTime = 1783684800000

// target is one thing that a stranger can send.
type target struct {
	name    string
	genuine [][]byte // several values that open
	opens   func(value []byte) bool
}

// targets are all that the cookie and identity keys sign.
func targets(t testing.TB, keys *seal.Keyring) []target {
	t.Helper()
	scratch := make([]byte, 0, seal.OpenSize)
	room := make([]byte, 0, seal.TokenSize)
	list := []target{{"visitor cookie", nil, func(v []byte) bool {
		var s visitor.State
		_, _, ok := s.Open(scratch, keys, append([]byte("proffer="), v...), false)
		return ok
	}}, {"second cookie", nil, func(v []byte) bool {
		var e visitor.Events
		_, ok := e.Open(scratch, keys, append([]byte("proffer_e="), v...), false)
		return ok
	}}, {"identity token", nil, func(v []byte) bool {
		_, status := seal.VerifyToken(room, keys, v, forgedTime)
		return status == seal.Valid
	}}}
	for _, a := range actions {
		list = append(list, target{a.String() + " ticket", nil, func(v []byte) bool {
			_, ok := visitor.OpenTicket(scratch, keys, a, v)
			return ok
		}})
	}
	for i := range byte(4) {
		s := visitor.State{ID: [16]byte{i + 1}, Known: true, VisitStart: 1783684800, LastNoted: 1783684900}
		e := visitor.Events{Visitor: uint32(i) + 1, N: 1}
		e.List[0].ID, e.List[0].First, e.List[0].Last = [8]byte{i + 1}, 1_330_000, 1_330_000
		token, err := seal.AppendToken(nil, keys, "main", strconv.Itoa(1000+int(i)), forgedTime/1000+3600, []seal.Attribute{{Name: "tier", Value: "gold"}})
		if err != nil {
			t.Fatal(err)
		}
		list[0].genuine = append(list[0].genuine, seal.Seal(nil, keys, seal.UseCookie, "proffer", s.AppendHead(nil)))
		list[1].genuine = append(list[1].genuine, seal.Seal(nil, keys, seal.UseCookie, "proffer_e", e.Append(nil)))
		list[2].genuine = append(list[2].genuine, token)
		for j, a := range actions {
			k := visitor.Ticket{ID: [8]byte{i + 1}, Minute: 1_330_000, Destination: []byte("/offers/beach")}
			list[3+j].genuine = append(list[3+j].genuine, visitor.AppendTicket(nil, keys, a, &k))
		}
	}
	for _, one := range list {
		for _, v := range one.genuine {
			if !one.opens(v) {
				t.Fatalf("%s: the genuine %s does not open", one.name, v)
			}
		}
	}
	return list
}

// TestForgeries: nothing opens that the keys have not signed for that very
// purpose, of a large number of values that are as near to genuine ones as
// somebody without the key can make them.
func TestForgeries(t *testing.T) {
	keys := seal.TestKeyring()
	list := targets(t, keys)
	r := rand.New(rand.NewPCG(*forgerySeed, 2))
	made := map[string]int{}
	for range *forgeries {
		one := &list[r.IntN(len(list))]
		other := &list[r.IntN(len(list))]
		how, value := forge(r, one, other)
		made[how]++
		if one.opens(value) {
			t.Fatalf("%s, %s: %q opens (seed %d)", one.name, how, value, *forgerySeed)
		}
	}
	for how, n := range made {
		t.Logf("%s: %d refused", how, n)
	}
	if len(made) != 6 {
		t.Errorf("ways to forge: %v, want 6", made)
	}
}

// forge makes a value that is none of one's genuine ones, and says how.
func forge(r *rand.Rand, one, other *target) (how string, value []byte) {
	for how == "" || genuine(one, value) {
		own := one.genuine[r.IntN(len(one.genuine))]
		body, tag := split(own)
		switch r.IntN(6) {
		case 0:
			how, value = "random tag", join(body, random(r, len(tag)))
		case 1:
			how, value = "random body", join(random(r, len(body)), tag)
		case 2:
			// A head that is believed, so that the MAC alone decides.
			how, value = "random behind the head", join(append(append([]byte{}, body[:min(2, len(body))]...), random(r, r.IntN(200))...), random(r, len(tag)))
		case 3:
			_, foreign := split(one.genuine[r.IntN(len(one.genuine))])
			how, value = "tag of another value", join(body, foreign)
		case 4:
			how, value = "another kind", bytes.Clone(other.genuine[r.IntN(len(other.genuine))])
		case 5:
			how, value = "text changed", bytes.Clone(own)
			for range 1 + r.IntN(3) {
				value[r.IntN(len(value))] ^= 1 << r.IntN(8)
			}
		}
	}
	return how, value
}

func genuine(one *target, value []byte) bool {
	for _, g := range one.genuine {
		if bytes.Equal(g, value) {
			return true
		}
	}
	return false
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// split gives the bytes of a value and its tag; of a token the payload and the
// MAC.
func split(value []byte) (body, tag []byte) {
	if parts := bytes.Split(value, []byte(".")); len(parts) == 4 {
		return append([]byte("p1."), decode(parts[2])...), decode(parts[3])
	}
	raw := decode(value)
	return raw[:len(raw)-16], raw[len(raw)-16:]
}

// join is the inverse of split.
func join(body, tag []byte) []byte {
	if payload, ok := bytes.CutPrefix(body, []byte("p1.")); ok || len(tag) == 32 {
		if !ok {
			payload = body
		}
		out := base64.RawURLEncoding.AppendEncode([]byte("p1.0."), payload)
		return base64.RawURLEncoding.AppendEncode(append(out, '.'), tag)
	}
	return base64.RawURLEncoding.AppendEncode(nil, append(bytes.Clone(body), tag...))
}

func decode(text []byte) []byte {
	b, err := base64.RawURLEncoding.AppendDecode(nil, text)
	if err != nil {
		panic(err) // it is one that we have made
	}
	return b
}

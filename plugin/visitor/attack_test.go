package visitor_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestEveryFlippedBitIsRefused: of each thing that a stranger can send, and of
// every bit of its text.
func TestEveryFlippedBitIsRefused(t *testing.T) {
	for _, one := range targets(t, seal.TestKeyring()) {
		for _, good := range one.genuine {
			value := bytes.Clone(good)
			for bit := range 8 * len(value) {
				value[bit/8] ^= 1 << (bit % 8)
				if one.opens(value) {
					t.Errorf("%s %s opens with bit %d flipped", one.name, good, bit)
				}
				value[bit/8] ^= 1 << (bit % 8)
			}
		}
	}
}

// TestCutAndExtendedIsRefused: a value is what was signed, from its first
// character to its last.
func TestCutAndExtendedIsRefused(t *testing.T) {
	for _, one := range targets(t, seal.TestKeyring()) {
		good := one.genuine[0]
		for n := range good {
			if one.opens(good[:n]) || n > 0 && one.opens(good[n:]) {
				t.Errorf("%s %s opens cut at %d", one.name, good, n)
			}
		}
		for c := range 256 {
			more := []byte{byte(c)}
			ends := c == ';' && strings.HasSuffix(one.name, " cookie") // and another cookie begins
			if one.opens(append(bytes.Clone(good), more...)) != ends {
				t.Errorf("%s with %q behind it opens: %v", one.name, more, !ends)
			}
			if one.opens(append(more, good...)) {
				t.Errorf("%s opens with %q before it", one.name, more)
			}
		}
		for _, more := range []string{"AA", "AAA", "AAAA", string(good), "." + string(good), strings.Repeat("A", 1<<16)} {
			if one.opens(append(bytes.Clone(good), more...)) {
				t.Errorf("%s opens with %.20q behind it", one.name, more)
			}
		}
	}
}

// TestForeignIsRefused: what is genuine for one purpose is nothing for another,
// and what another host has signed is nothing here, under whatever id.
func TestForeignIsRefused(t *testing.T) {
	ours := mustRing(t, 1, 5)
	list := targets(t, ours)
	for _, one := range list {
		for _, other := range list {
			for _, v := range other.genuine {
				if other.name != one.name && one.opens(v) {
					t.Errorf("a %s opens as a %s", other.name, one.name)
				}
			}
		}
	}
	for name, ring := range map[string]*seal.Keyring{
		"same id": mustRing(t, 1, 6), "another id": mustRing(t, 2, 6), "another id, same secret": mustRing(t, 2, 5), "the test key": seal.TestKeyring(),
	} {
		for i, foreign := range targets(t, ring) {
			for _, v := range foreign.genuine {
				if list[i].opens(v) {
					t.Errorf("%s of another host, %s, opens", foreign.name, name)
				}
			}
		}
	}
}

// mustRing has one key for each use, of one id and secret: so that it is the
// use that keeps them apart, and not the secret.
func mustRing(t *testing.T, id, secret byte) *seal.Keyring {
	t.Helper()
	var list []seal.Key
	for _, use := range []seal.Use{seal.UseCookie, seal.UseIdentity, seal.UsePeer} {
		list = append(list, seal.Key{ID: id, Use: use, Primary: true, Secret: [32]byte{secret}})
	}
	ring, err := seal.NewKeyring(list)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// TestNamesKeepApart: the value of a cookie is good under its own name alone,
// with and without the prefix, whichever cookie it is.
func TestNamesKeepApart(t *testing.T) {
	keys := seal.TestKeyring()
	names := []string{"proffer", "__Host-proffer", "proffer_e", "__Host-proffer_e"}
	var s visitor.State
	var e visitor.Events
	body := (&visitor.State{ID: [16]byte{1}}).AppendHead(nil)
	scratch := make([]byte, 0, seal.OpenSize)
	for _, label := range names {
		value := seal.Seal(nil, keys, seal.UseCookie, label, body)
		if label == names[2] || label == names[3] {
			value = seal.Seal(nil, keys, seal.UseCookie, label, (&visitor.Events{Visitor: 1}).Append(nil))
		}
		for i, sent := range names {
			header := []byte(sent + "=" + string(value))
			_, _, good := s.Open(scratch, keys, header, i%2 == 1)
			_, second := e.Open(scratch, keys, header, i%2 == 1)
			if good != (sent == label && i < 2) || second != (sent == label && i >= 2) {
				t.Errorf("%s sent as %s: %v, %v", label, sent, good, second)
			}
		}
	}
}

// TestReplayedTicketCountsOnce: a ticket is good for as long as it lives, and
// whoever sends it again within a minute has said nothing new; later the module
// sees that the status is reached. Others of the same proposition raise it, or do
// not lower it.
func TestReplayedTicketCountsOnce(t *testing.T) {
	keys := seal.TestKeyring()
	k := visitor.Ticket{ID: [8]byte{1}, Offer: 5, Minute: 1_330_000, Status: catalog.Presented}
	scratch := make([]byte, 0, seal.OpenSize)
	raises := map[visitor.Action]catalog.Status{visitor.Seen: catalog.Presented, visitor.Click: catalog.Interested, visitor.Accept: catalog.Accepted}
	var second visitor.Events
	changes := 0
	for i := range uint32(100) {
		for _, a := range []visitor.Action{visitor.Seen, visitor.Click, visitor.Accept, visitor.Click, visitor.Seen} {
			got, ok := visitor.OpenTicket(scratch, keys, a, visitor.AppendTicket(nil, keys, a, &k))
			if !ok || !got.Good(k.Minute+i) {
				t.Fatalf("%v ticket is good: %v", a, ok)
			}
			e := visitor.Event{Entry: visitor.Entry{ID: got.ID, Offer: got.Offer, Status: raises[a], First: got.Minute, Last: k.Minute}}
			if second.Note(e) {
				changes++
			}
		}
	}
	if changes != 3 || second.N != 1 || second.List[0].Status != catalog.Accepted || second.List[0].Last != k.Minute {
		t.Errorf("%d changes, %d events, %+v", changes, second.N, second.List[0])
	}
}

// TestCookieAttributes: both cookies are host-only, kept from scripts, and for
// TLS alone where there is TLS; they live for 395 days, which are 34,128,000 seconds.
func TestCookieAttributes(t *testing.T) {
	keys := seal.TestKeyring()
	for _, secure := range []bool{false, true} {
		prefix, end := "", ""
		if secure {
			prefix, end = "__Host-", "; Secure"
		}
		page, _ := visitor.AppendSetCookie(nil, keys, (&visitor.State{}).AppendHead(nil), secure)
		event, _ := visitor.AppendEventsCookie(nil, keys, (&visitor.Events{}).Append(nil), secure)
		for name, set := range map[string][]byte{"proffer": page, "proffer_e": event} {
			pair, attributes, _ := strings.Cut(string(set), ";")
			if want := " Path=/; Max-Age=34128000; HttpOnly; SameSite=Lax" + end; attributes != want || !strings.HasPrefix(pair, prefix+name+"=A") {
				t.Errorf("%s, want %s%s=A… and %s", set, prefix, name, want)
			}
			want := prefix + name + "=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax" + end
			if gone := visitor.AppendExpire(nil, prefix+name, secure); string(gone) != want {
				t.Errorf("removed by %s, want %s", gone, want)
			}
		}
	}
}

package hosttest

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestMemory: what a document can name after an answer.
func TestMemory(t *testing.T) {
	ticket := func(a visitor.Action, n byte) string {
		return string(visitor.AppendTicket(nil, seal.TestKeyring(), a, &visitor.Ticket{ID: [8]byte{n}, Destination: []byte("/x")}))
	}
	const line = "$cookie $events $click $seen $accept $reject"
	var m memory
	expect := func(step string, want ...string) {
		t.Helper()
		if got := m.fill(line); got != strings.Join(want, " ") {
			t.Errorf("%s: %s, want %s", step, got, want)
		}
	}
	expect("nothing", "", "", "", "", "", "")
	m.set([][]byte{[]byte("proffer=a; Path=/"), []byte("proffer_e=b; Path=/")})
	expect("two cookies", "a", "b", "", "", "", "")
	m.set([][]byte{[]byte("__Host-proffer_e=c; Path=/"), []byte("__Host-proffer=d; Path=/")})
	expect("under TLS", "d", "c", "", "", "", "")
	m.set([][]byte{[]byte("proffer=; Max-Age=0"), []byte("proffer_e=; Max-Age=0")})
	expect("both are removed", "d", "", "", "", "", "")

	links := wire.AppendMap(nil, 2)
	links = wire.AppendStr(wire.AppendStr(links, "seen"), "/.proffer/event?seen="+ticket(visitor.Seen, 1))
	links = wire.AppendStr(wire.AppendStr(links, "accept"), "/.proffer/event?accept="+ticket(visitor.Accept, 1))
	m.see([]abi.SlotAnswer{
		{Links: links, HTML: []byte(`<a href="/.proffer/click?t=` + ticket(visitor.Click, 1) + `">x</a><a href="/.proffer/click?t=` + ticket(visitor.Click, 2) + `">y</a>`)},
		{HTML: []byte(`<form action="/.proffer/event?reject=` + ticket(visitor.Reject, 3) + `">`)},
	})
	expect("links and HTML", "d", "", ticket(visitor.Click, 1), ticket(visitor.Seen, 1), ticket(visitor.Accept, 1), "")
	m.see(nil)
	expect("a page without slots", "d", "", "", "", "", "")
}

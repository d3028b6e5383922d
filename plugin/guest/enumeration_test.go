package guest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
	"github.com/profferhq/proffer/plugin/seal"
)

// shape is all of an answer that shows in a response's status and header: how
// many cookies of which names and attributes, and what caches are told.
func shape(out *abi.Response) string {
	var b strings.Builder
	b.WriteString(out.Status.String())
	for _, c := range out.Answer.Cookies {
		name, rest, _ := strings.Cut(string(c), "=")
		_, attributes, _ := strings.Cut(rest, ";")
		b.WriteString(" | " + name + ";" + attributes)
	}
	if out.Answer.Cache == abi.CachePrivate {
		b.WriteString(" | private")
	}
	return b.String()
}

// known answers needs as a people source does that knows anna alone.
func known(t *testing.T, g *guest.Guest, r *abi.Request) (out *abi.Response, asked bool) {
	t.Helper()
	out = send(t, g, r)
	if out.Status != abi.StatusNeed {
		return out, false
	}
	r.HasRecord = true
	if string(out.Need.Key.Key) == "anna" {
		r.Record.Persons = []abi.Person{{Source: []byte("main"), Key: []byte("anna"), Attributes: abi.AppendAttributes(nil, nil)}}
	}
	return send(t, g, r), true
}

// TestGuessesTellNothing: who cannot sign cannot ask whether a person is there.
// Nobody is looked up, and the answer is the same for each name, byte for byte.
func TestGuessesTellNothing(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	forged := func(who string) []string {
		good := "proffer_identity=" + token(t, "main", who)
		return []string{
			good[:len(good)-1], good[:len(good)-1] + "A", strings.Replace(good, "p1.0.", "p1.1.", 1),
			"proffer_identity=" + who, "proffer_identity=source=main&key=" + who,
			"proffer_identity=p1.0." + string(seal.AppendBase64(nil, []byte("source=main&key="+who+"&exp=1783688400"))) + ".",
		}
	}
	ask := func(name, value string) []byte {
		r := header(asks(request(g), "customers/hero"), name, value)
		out, asked := known(t, g, r)
		if asked || out.Status != abi.StatusOK || out.Answer.Slots[0].Mode != abi.Anonymous {
			t.Errorf("%s: %s is looked up, %v, or not a stranger: %+v", name, value, asked, out.Answer.Slots)
		}
		return g.Handle(nil, abi.AppendRequest(nil, r))
	}
	nobody := ask("cookie", "")
	for _, who := range []string{"anna", "nobody-of-that-name"} {
		for _, guess := range forged(who) {
			if got := ask("cookie", guess); !bytes.Equal(got, nobody) {
				t.Errorf("%s is answered by %q", guess, got)
			}
		}
		for _, name := range []string{"x-person", "proffer-identity", "authorization", "proffer-person"} {
			for _, value := range []string{who, token(t, "main", who)} {
				if got := ask(name, value); !bytes.Equal(got, nobody) {
					t.Errorf("%s: %s is answered by %q", name, value, got)
				}
			}
		}
	}
}

// TestKnownAndUnknownHaveOneShape: with a good token, too, status and header
// fields are the same whether a source knows the person or not, where the space
// falls back on an anonymous one. (Where it does not, a page for people whom
// nobody knows is left as it came.)
func TestKnownAndUnknownHaveOneShape(t *testing.T) {
	g := ready(t, testConfig(), build(t, shop))
	for _, flags := range []abi.Flags{0, abi.FlagSecure, abi.FlagNoStore} {
		var shapes []string
		for _, who := range []string{"anna", "nobody-of-that-name"} {
			r := header(asks(request(g), "customers/hero"), "cookie", "proffer_identity="+token(t, "main", who))
			r.Flags |= flags
			out, asked := known(t, g, r)
			if explicit := out.Answer.Slots[0].Mode == abi.Explicit; !asked || explicit != (who == "anna") {
				t.Fatalf("%s: asked %v, %+v", who, asked, out.Answer.Slots)
			}
			shapes = append(shapes, shape(out))
		}
		if shapes[0] != shapes[1] || flags != abi.FlagNoStore && !strings.Contains(shapes[0], "private") {
			t.Errorf("known: %s\nunknown: %s", shapes[0], shapes[1])
		}
	}
}

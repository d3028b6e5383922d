package inject_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/profferhq/proffer/plugin/inject"
)

// FuzzInject holds for any bytes and any cuts that all ways through a body give
// the same, that Scan agrees with Write, and that nothing but the content of
// filled slots changes.
func FuzzInject(f *testing.F) {
	for i, c := range pitfalls {
		f.Add([]byte(c.body), uint64(i))
	}
	for seed := range uint64(32) {
		f.Add(mangled(rand.New(rand.NewPCG(seed, 11))), seed)
	}
	f.Add(shopPage(4000, "hero", "hero_2", "side"), uint64(1))
	f.Add(docsPage(4000, "hero", "hero_2", "side"), uint64(2))
	fills := fill("<p>NEW</p>", "hero", "hero_2", "side", "a", "b", "c", "d", "e", "f", "g")
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		kept := bytes.Clone(body)
		got := agree(t, fills, body, seed)
		if !bytes.Equal(kept, body) {
			t.Fatal("the body was written to")
		}
		var places [64]inject.Place
		from, rest := 0, []byte(got.body)
		for _, p := range inject.Find(places[:0], body) {
			if p.From < from || p.To < p.From || p.To-p.From > inject.MaxHeld {
				t.Fatalf("place %d..%d behind %d", p.From, p.To, from)
			}
			content := body[p.From:p.To]
			for i, fill := range fills {
				if fill.Same(p.Slot) && got.filled>>i&1 != 0 {
					content = fill.HTML
				}
			}
			var ok bool
			if rest, ok = bytes.CutPrefix(rest, body[from:p.From]); !ok {
				t.Fatalf("bytes before a slot changed:\n%q\n%q", body, got.body)
			}
			if rest, ok = bytes.CutPrefix(rest, content); !ok {
				t.Fatalf("wrong content of a slot:\n%q\n%q", body, got.body)
			}
			from = p.To
		}
		if !bytes.Equal(rest, body[from:]) {
			t.Fatalf("bytes behind the slots changed:\n%q\n%q", body, got.body)
		}
	})
}

// FuzzParseSlot holds that a name is read in one way.
func FuzzParseSlot(f *testing.F) {
	for _, name := range []string{"hero", "hero_2", "hero_02", "_2", "a_b_100", "a_101", "ü", ""} {
		f.Add([]byte(name))
	}
	f.Fuzz(func(t *testing.T, name []byte) {
		s, ok := inject.ParseSlot(name)
		if !ok {
			if s.Space != nil || s.N != 0 {
				t.Fatalf("%q is refused and gives %q %d", name, s.Space, s.N)
			}
			return
		}
		if len(s.Space) == 0 || s.N < 1 || s.N > 100 || !bytes.HasPrefix(name, s.Space) {
			t.Fatalf("%q gives %q %d", name, s.Space, s.N)
		}
		if len(s.Space) == len(name) && s.N != 1 {
			t.Fatalf("%q gives %q %d", name, s.Space, s.N)
		}
	})
}

// FuzzJSON holds that the injector reads JSON as encoding/json does, and changes
// nothing but the places of the paths.
func FuzzJSON(f *testing.F) {
	for _, c := range jsonPlaces {
		f.Add([]byte(c.body), []byte(c.paths))
	}
	f.Add([]byte("{\"a\":1}\n{\"a\":2}\n"), []byte("a"))
	f.Fuzz(func(t *testing.T, body, list []byte) {
		paths := outermost(bytes.Fields(list))
		paths = paths[:min(len(paths), 64)]
		values := make([][]byte, len(paths))
		for i, p := range paths {
			control := bytes.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == utf8.RuneError })
			if control || len(p) > 256 || bytes.Count(p, []byte{'.'}) > 31 {
				return // the other reader takes what is no letter for one, and has no bounds
			}
			values[i] = []byte(`{"v":"</script>"}`)
		}
		kept := bytes.Clone(body)
		compareJSON(t, body, paths, values)
		if !bytes.Equal(kept, body) {
			t.Fatal("the body was written to")
		}
	})
}

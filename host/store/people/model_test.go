package people_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/abi"
)

// drawn are people for a property test: few keys and cookies, so that some are there
// twice.
func drawn(t *rapid.T) []document.Person {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) document.Person {
		p := document.Person{Key: rapid.StringMatching(`[a-c]{1,3}|\p{L}{1,9}`).Draw(t, "key")}
		for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,4}`), 0, 4, rapid.ID[string]).Draw(t, "names") {
			p.Attributes = append(p.Attributes, abi.Attribute{Name: []byte(name), Value: rapid.Custom(value).Draw(t, "value")})
		}
		for _, n := range rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "cookies") {
			p.Cookies = append(p.Cookies, append(make([]byte, 15), n))
		}
		return p
	}), 1, 40).Draw(t, "people")
}

func value(t *rapid.T) []byte {
	text := rapid.OneOf(
		rapid.Just("true"), rapid.Just(`["a","b"]`), rapid.Just("[1.5,2]"), rapid.StringMatching(`"[a-z]{0,40}"`),
		rapid.Map(rapid.Int64(), func(n int64) string { return fmt.Sprint(n) }),
	).Draw(t, "text")
	p, err := document.ParsePerson([]byte(`{"key":"x","attributes":{"a":`+text+`}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.Attributes[0].Value
}

// model is what an import of people is to hold; not ok if it is to be refused.
func model(list []document.Person) (byKey, byCookie map[string]string, ok bool) {
	byKey, byCookie = map[string]string{}, map[string]string{}
	for i := range list {
		p := &list[i]
		if _, twice := byKey[p.Key]; twice {
			return nil, nil, false
		}
		byKey[p.Key] = string(abi.AppendAttributes(nil, p.Attributes))
		for _, c := range p.Cookies {
			if whose, taken := byCookie[string(c)]; taken && whose != p.Key {
				return nil, nil, false
			}
			byCookie[string(c)] = p.Key
		}
	}
	return byKey, byCookie, true
}

// TestModel imports people in runs of few bytes, and holds the file to a map.
func TestModel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		list := drawn(t)
		var text []byte
		for i := range list {
			text = append(document.AppendPerson(text, &list[i]), '\n')
		}
		i := people.Import{Dir: dir, Source: "main", Name: "in", Input: bytes.NewReader(text), Run: rapid.IntRange(300, 3000).Draw(t, "run")}
		got, err := i.Do(context.Background())
		byKey, byCookie, ok := model(list)
		if !ok {
			if refused++; !errors.Is(err, people.ErrRefused) {
				t.Fatalf("not refused: %v\n%s", err, text)
			}
			return
		}
		if err != nil || got.People != int64(len(byKey)) || got.Cookies != int64(len(byCookie)) {
			t.Fatal(got, err)
		}
		hold(t, dir, byKey, byCookie)
	})
	if refused == 0 {
		t.Error("no people were refused")
	}
}

// hold holds a file to a model.
func hold(t *rapid.T, dir string, byKey, byCookie map[string]string) {
	p, err := people.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	for key, want := range byKey {
		if a, ok, err := p.Find("main", key); !ok || err != nil || string(a) != want {
			t.Fatalf("%q is %x, %v, %v, want %x", key, a, ok, err, want)
		}
	}
	for cookie, want := range byCookie {
		if key, ok, err := p.OfVisitor("main", [16]byte([]byte(cookie))); !ok || err != nil || key != want {
			t.Fatalf("%x is of %q, %v, %v, want %q", cookie, key, ok, err, want)
		}
	}
}

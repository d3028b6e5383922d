package people_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

func TestRefused(t *testing.T) {
	const cookie = "000102030405060708090a0b0c0d0e0f"
	attributes := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"a%d":1`, i))
		}
		return `{"key":"x","attributes":{` + strings.Join(list, ",") + `}}`
	}
	for name, c := range map[string]struct{ in, says string }{
		"nothing":            {"\n \n", "in.jsonl: has no people"},
		"not JSON":           {bert + "\n{\"key\":\"x\",}", "in.jsonl:2:12: is not valid JSON: invalid character '}'"},
		"cut":                {bert + "\n{\"key\":\"x\"", "in.jsonl:2:10: is not valid JSON: unexpected end"},
		"not an object":      {`["x"]`, "in.jsonl:1:1: the person must be an object"},
		"two on a line":      {bert + bert, "in.jsonl:1:15: is not valid JSON"},
		"unknown field":      {`{"key":"x","history":[]}`, `in.jsonl:1:12: the person has an unknown field "history"`},
		"field twice":        {`{"key":"x","key":"y"}`, `in.jsonl:1:12: the person has the field "key" twice`},
		"no key":             {`{"attributes":{}}`, "in.jsonl:1:1: key is missing"},
		"empty key":          {`{"key":""}`, "in.jsonl:1:8: key is empty"},
		"a number as key":    {`{"key":1002}`, "in.jsonl:1:8: key must be a string"},
		"long key":           {`{"key":"` + strings.Repeat("k", 257) + `"}`, "key has 257 bytes, more than 256"},
		"bad UTF-8":          {"{\"key\":\"x\xff\"}", "in.jsonl:1:10: is not UTF-8"},
		"half a surrogate":   {`{"key":"x\\\ud83d"}`, `in.jsonl:1:12: has half of a surrogate pair (\ud83d)`},
		"null":               {`{"key":"x","attributes":{"a":null}}`, "in.jsonl:1:30: attributes.a must be a string, a number"},
		"an object":          {`{"key":"x","attributes":{"a":{}}}`, "attributes.a must be a string, a number"},
		"a list of lists":    {`{"key":"x","attributes":{"a":[[]]}}`, "attributes.a must be a string, a number"},
		"a list of all":      {`{"key":"x","attributes":{"a":[1,"b"]}}`, "in.jsonl:1:30: attributes.a has values of more than one type"},
		"out of range":       {`{"key":"x","attributes":{"a":1e999}}`, "attributes.a is out of range"},
		"attribute twice":    {`{"key":"x","attributes":{"a":1,"a":2}}`, "in.jsonl:1:32: attributes.a is there twice"},
		"no attribute name":  {`{"key":"x","attributes":{"":1}}`, "attributes have one without a name"},
		"65 attributes":      {attributes(65), "attributes are more than 64"},
		"long attribute":     {`{"key":"x","attributes":{"a":"` + strings.Repeat("v", 1021) + `"}}`, "attributes.a has 1025 bytes with its name, more than 1024"},
		"long line":          {bert + "\n" + `{"key":"x","cookies":[` + strings.Repeat(" ", 1<<20) + `]}`, "in.jsonl:2: the line has more than 1048576 bytes"},
		"no cookie":          {`{"key":"x","cookies":["000102"]}`, "in.jsonl:1:23: cookies[0] must be 32 lower-case hex digits"},
		"cookies no list":    {`{"key":"x","cookies":"` + cookie + `"}`, "cookies must be an array"},
		"a key twice":        {anna + "\n" + bert + "\n\n" + bert, `in.jsonl:4: the key "bert" is on line 2 already`},
		"a cookie of two":    {anna + "\n" + `{"key":"x","cookies":["` + cookie + `"]}`, `in.jsonl:2: the cookie ` + cookie + ` is listed for "x", and on line 1 for "anna"`},
		"more than one":      {"1\n" + bert + "\n2\n", "in.jsonl:1:1: the person must be an object\nin.jsonl:3:1: the person"},
		"more than ten":      {strings.Repeat("1\n", 12), "in.jsonl:10:1: the person must be an object\nthere may be more"},
		"more than ten keys": {strings.Repeat(bert+"\n", 12), "in.jsonl:11: the key \"bert\" is on line 1 already; which one holds?\nthere may be more"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			imported(t, dir, anna)
			_, err := importing(dir, c.in).Do(context.Background())
			if !errors.Is(err, people.ErrRefused) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v\nwant %s", err, c.says)
			}
			if got := shown(t, dir, "anna"); got != anna {
				t.Errorf("afterwards anna is %s", got)
			}
		})
	}
}

func TestAccepted(t *testing.T) {
	var most []string
	for i := range abi.MaxAttributes {
		most = append(most, fmt.Sprintf(`"a%02d":"%s"`, i, strings.Repeat("v", abi.MaxAttribute-6)))
	}
	for name, text := range map[string]string{
		"the most":        `{"key":"` + strings.Repeat("k", 256) + `","attributes":{` + strings.Join(most, ",") + `}}`,
		"other letters":   `{"key":"Zoë \"😀\"","attributes":{"ünlü":"\\ud83d"}}`,
		"numbers":         `{"key":"x","attributes":{"a":-9223372036854775808,"b":1.0,"c":[1,2],"d":[1.5,2.0],"e":[],"f":1e+300}}`,
		"the same cookie": `{"key":"x","cookies":["000102030405060708090a0b0c0d0e0f","000102030405060708090a0b0c0d0e0f"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			imported(t, dir, text)
			p, err := document.ParsePerson([]byte(text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(t, dir, p.Key); got != text {
				t.Errorf("got %s\nwant %s", got, text)
			}
		})
	}
	dir := t.TempDir()
	imported(t, dir, `{"key":"\ud83d\ude00"}`)
	if got := shown(t, dir, "😀"); got == "" {
		t.Error("a pair of surrogates is not the character that it stands for")
	}
}

func TestBadSource(t *testing.T) {
	for _, source := range []string{"", "../main", "a/b", "a.b", ".."} {
		i := importing(t.TempDir(), bert)
		i.Source = source
		if _, err := i.Do(context.Background()); err == nil || !strings.Contains(err.Error(), "cannot name a source") {
			t.Errorf("%q: got %v", source, err)
		}
	}
}

func TestSchema(t *testing.T) {
	const text = `catalog: c
consent: assumed
people: [main, other]
environments:
  shop:
    kind: identified
    people: main
    target: {country: string, age: int, spent: double, segments: list(string)}
    spaces: {s: {channel: web}}
  club:
    kind: identified
    people: main
    target: {age: double, member: bool}
    spaces: {s: {channel: web}}
`
	c, d := author.Parse([]catalog.File{{Name: "c.yaml", Text: []byte(text)}})
	b, more := compile.Compile(c)
	if b == nil {
		t.Fatal(d, more)
	}
	v, err := snapshot.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ in, source, says string }{
		"right":       {`{"key":"x","attributes":{"country":"FR","age":41,"spent":2,"segments":["a"],"member":true}}`, "main", ""},
		"unknown":     {`{"key":"x","attributes":{"county":"FR"}}`, "main", "in.jsonl:1:35: attributes.county is no target attribute of an environment with people: main"},
		"wrong type":  {`{"key":"x","attributes":{"country":33}}`, "main", `in.jsonl:1:36: attributes.country is not the string that environment "shop" declares`},
		"no integer":  {`{"key":"x","attributes":{"age":41.5}}`, "main", `attributes.age is not the int that environment "shop" declares`},
		"not a list":  {`{"key":"x","attributes":{"segments":"a"}}`, "main", `is not the list(string) that environment "shop" declares`},
		"not for all": {`{"key":"x","attributes":{"age":"41"}}`, "main", "attributes.age is not the double that environment \"club\" declares"},
		"no source":   {bert, "other", `no environment of the catalog has its people from source "other"; it names main`},
	} {
		t.Run(name, func(t *testing.T) {
			i := importing(t.TempDir(), c.in)
			i.Source = c.source
			i.Schema, err = people.NewSchema(&v, c.source)
			if err == nil {
				_, err = i.Do(context.Background())
			}
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

// waiting is an input that never ends.
type waiting struct {
	began chan struct{}
	end   chan struct{}
}

func (w *waiting) Read([]byte) (int, error) {
	close(w.began)
	<-w.end
	return 0, io.EOF
}

func TestOneImportAtATime(t *testing.T) {
	dir := t.TempDir()
	w := &waiting{make(chan struct{}), make(chan struct{})}
	first := make(chan error)
	go func() {
		i := importing(dir, "")
		i.Input = w
		_, err := i.Do(context.Background())
		first <- err
	}()
	<-w.began
	_, err := importing(dir, bert).Do(context.Background())
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), `another import of source "main" is under way`) {
		t.Errorf("got %v", err)
	}
	other := importing(dir, bert)
	other.Source = "other"
	if _, err := other.Do(context.Background()); err != nil {
		t.Errorf("another source: %v", err)
	}
	close(w.end)
	if err := <-first; !errors.Is(err, people.ErrRefused) {
		t.Errorf("the first: %v", err)
	}
	imported(t, dir, bert)
}

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

// content is all that a source's file holds.
func content(t testing.TB, dir string) string {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "people", "main.db"), 0, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all strings.Builder
	if err := db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				fmt.Fprintf(&all, "%s %q %x\n", name, k, v)
				return nil
			})
		})
	}); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// file writes people into a file and opens it.
func file(t testing.TB, text string) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "people.jsonl")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// many are lines of people of whom each has a cookie.
func many(from, to int) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		fmt.Fprintf(&b, `{"key":"%d","attributes":{"n":%d},"cookies":["%032x"]}`+"\n", n*7919%to, n, n)
	}
	return b.String()
}

// stopped imports until stop says so, and fails if it came to an end.
func stopped(t *testing.T, i people.Import, stop func(people.Progress) bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	i.Progress = func(p people.Progress) {
		if stop(p) {
			cancel()
		}
	}
	if _, err := i.Do(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want to be cancelled", err)
	}
}

func TestResume(t *testing.T) {
	const n = 6_000
	text := many(0, n)
	whole := t.TempDir()
	i := importing(whole, text)
	i.Run = 64 << 10
	if _, err := i.Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := content(t, whole)
	late := func(p people.Progress) bool { return p.Lines >= n*3/4 }
	writing := func(p people.Progress) bool { return p.Writing && p.Done >= p.Total/2 }
	for name, c := range map[string]struct {
		stop    func(people.Progress) bool
		again   string // the input then
		keys    *seal.Keyring
		restart bool
		resumed func(n int64) bool
	}{
		"while reading":     {stop: late, again: text, resumed: func(n int64) bool { return n > 3_000 && n <= 5_500 }},
		"while writing":     {stop: writing, again: text, resumed: func(got int64) bool { return got == n }},
		"a restart":         {stop: late, again: text, restart: true, resumed: func(n int64) bool { return n == 0 }},
		"other keys":        {stop: late, again: text, keys: seal.TestKeyring(), resumed: func(n int64) bool { return n == 0 }},
		"another file":      {stop: late, again: strings.Replace(text, `"n":3}`, `"n":4}`, 1), resumed: func(n int64) bool { return n == 0 }},
		"mended in between": {stop: writing, again: strings.Replace(text, `"n":3500}`, `"n":4}`, 1), resumed: func(n int64) bool { return n > 2_000 && n <= 3_500 }},
		"shorter":           {stop: writing, again: many(0, n)[:len(text)/2-len(text)/2%61], resumed: func(n int64) bool { return n > 1_500 && n <= 3_000 }},
		"longer":            {stop: writing, again: text + bert + "\n", resumed: func(n int64) bool { return n > 5_000 }},
	} {
		t.Run(name, func(t *testing.T) {
			again := c.again[:strings.LastIndexByte(c.again, '}')+2]
			dir := t.TempDir()
			imported(t, dir, anna)
			first := people.Import{Dir: dir, Source: "main", Name: "in", Input: file(t, text), Run: 64 << 10}
			stopped(t, first, c.stop)
			if got := shown(t, dir, "anna"); got != anna {
				t.Fatalf("anna is %s", got)
			}
			second := first
			second.Input, second.Keys, second.Restart = file(t, again), c.keys, c.restart
			got, err := second.Do(context.Background())
			if err != nil || !c.resumed(got.Resumed) {
				t.Fatalf("got %+v, %v", got, err)
			}
			if again == text && c.keys == nil {
				if content(t, dir) != want {
					t.Error("the content is another than that of an import in one go")
				}
			}
			fresh := t.TempDir()
			third := second
			third.Dir, third.Input = fresh, strings.NewReader(again)
			if _, err := third.Do(context.Background()); err != nil {
				t.Fatal(err)
			}
			if content(t, dir) != content(t, fresh) {
				t.Error("the content is another than that of the second file alone")
			}
			left(t, dir, "main.db", "main.lock")
		})
	}
}

func TestStandardInputBeginsAnew(t *testing.T) {
	dir, text := t.TempDir(), many(0, 6_000)
	i := people.Import{Dir: dir, Source: "main", Name: "in", Input: struct{ io.Reader }{strings.NewReader(text)}, Run: 64 << 10}
	stopped(t, i, func(p people.Progress) bool { return p.Lines >= 4_500 })
	i.Input = struct{ io.Reader }{strings.NewReader(text)}
	if got, err := i.Do(context.Background()); err != nil || got.Resumed != 0 || got.People != 6_000 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestRefusedThenMended goes on before the line that was wrong.
func TestRefusedThenMended(t *testing.T) {
	dir, text := t.TempDir(), many(0, 6_000)
	i := people.Import{Dir: dir, Source: "main", Name: "in", Input: file(t, strings.Replace(text, `"n":5000}`, `"n":null}`, 1)), Run: 64 << 10}
	if _, err := i.Do(context.Background()); !errors.Is(err, people.ErrRefused) {
		t.Fatal(err)
	}
	i.Input = file(t, text)
	if got, err := i.Do(context.Background()); err != nil || got.Resumed < 3_000 || got.People != 6_000 {
		t.Errorf("got %+v, %v", got, err)
	}
}

package inject_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/inject"
)

// pathsOf makes paths of one text, with spaces between.
func pathsOf(s string) [][]byte { return bytes.Fields([]byte(s)) }

// numbered makes the values 1, 2, … in brackets, one for each path.
func numbered(paths [][]byte) (values [][]byte) {
	for i := range paths {
		values = append(values, fmt.Appendf(nil, "<%d>", i+1))
	}
	return values
}

// Where a path leads, and that everything else stays as it is. The values are
// no JSON, so that they are seen.
var jsonPlaces = []struct{ name, paths, body, want string }{
	{"member", "a", `{"a": 1}`, `{"a": <1>}`},
	{"last byte", "a", `{"a":1}`, `{"a":<1>}`},
	{"nested", "a.b.c", `{"a":{"b":{"c":null}}}`, `{"a":{"b":{"c":<1>}}}`},
	{"index", "a.1", `{"a":[0,[1,2],3]}`, `{"a":[0,<1>,3]}`},
	{"indexes", "1.0 1.2 3", `[0,[1,2,3],4,{}]`, `[0,[<1>,2,<2>],4,<3>]`},
	{"index of digits more than one", "10", `[0,1,2,3,4,5,6,7,8,9,"x"]`, `[0,1,2,3,4,5,6,7,8,9,<1>]`},
	{"a member of digits", "a.1", `{"a":{"0":0,"1":1}}`, `{"a":{"0":0,"1":<1>}}`},
	{"an index with a sign or zeros", "-1 +1 01 1e0", `[0,1,2]`, `[0,1,2]`},
	{"an index beyond all", "99999999999999999999 999999999", `[0,1,2]`, `[0,1,2]`},
	{"behind the last entry", "a.2", `{"a":[0,1]}`, `{"a":[0,1]}`},
	{"in an empty array", "a.0", `{"a":[]}`, `{"a":[]}`},
	{"no index", "a.b", `{"a":[0,{"b":1}]}`, `{"a":[0,{"b":1}]}`},
	{"whole containers", "a b", `{"a":{"x":[1,{}]},"b":[[]]}`, `{"a":<1>,"b":<2>}`},
	{"empty containers", "a b", `{"a":{},"b":[ ]}`, `{"a":<1>,"b":<2>}`},
	{"every kind", "0 1 2 3 4 5 6", `[ null , true , false , "a\"b" , -1.5e+3 , {"a":1} , [ 1 ] ]`, `[ <1> , <2> , <3> , <4> , <5> , <6> , <7> ]`},

	{"missing member", "b", `{"a":1}`, `{"a":1,"b":<1>}`},
	{"missing member, spaced", "b", "{\n  \"a\": 1\n}", "{\n  \"a\": 1,\"b\":<1>\n}"},
	{"missing behind a container", "b", `{"a":[1,{"b":2}] }`, `{"a":[1,{"b":2}],"b":<1> }`},
	{"missing in an empty object", "a", `{ }`, `{"a":<1> }`},
	{"two missing", "b c", `{"a":1}`, `{"a":1,"b":<1>,"c":<2>}`},
	{"two missing in an empty object", "a b", `{}`, `{"a":<1>,"b":<2>}`},
	{"one missing and one there", "b a", `{"a":1}`, `{"a":<2>,"b":<1>}`},
	{"missing in objects around each other", "a.x b.x x", `{"a":{},"b":{"y":{}}}`, `{"a":{"x":<1>},"b":{"y":{},"x":<2>},"x":<3>}`},
	{"missing name with quotes", `a"\b`, `{}`, `{"a\"\\b":<1>}`},
	{"missing name with a control", "a\x01b", `{}`, `{"a\u0001b":<1>}`},
	{"more than one step missing", "a.b c.0", `{"x":{}}`, `{"x":{}}`},
	{"through null", "a.b", `{"a":null}`, `{"a":null}`},
	{"through a text", "a.b a.0", `{"a":"b"}`, `{"a":"b"}`},
	{"through a number", "a.0", `{"a":12}`, `{"a":12}`},
	{"scalar body", "a 0", `"a"`, `"a"`},
	{"top-level array", "0.a", `[{}]`, `[{"a":<1>}]`},

	{"the last of duplicates", "a", `{"a":1,"b":2,"a":3}`, `{"a":1,"b":2,"a":<1>}`},
	{"the last of duplicates, missing there", "a.x", `{"a":{"x":1},"a":{}}`, `{"a":{"x":1},"a":{"x":<1>}}`},
	{"the last of duplicates is no object", "a.x", `{"a":{"x":1},"a":0}`, `{"a":{"x":1},"a":0}`},
	{"the last of duplicates is shorter", "a.1", `{"a":[1,2],"a":[1]}`, `{"a":[1,2],"a":[1]}`},
	{"duplicates within duplicates", "a.b", `{"a":{"b":1,"b":2},"a":{"b":3,"b":4}}`, `{"a":{"b":1,"b":2},"a":{"b":3,"b":<1>}}`},
	{"a duplicate with an escape", "ab", `{"ab":1,"\u0061b":2}`, `{"ab":1,"\u0061b":<1>}`},

	{"names with escapes", "a/b", `{"a\/b":1}`, `{"a\/b":<1>}`},
	{"a name of other letters", "é€", `{"\u00e9\u20AC":1,"é€":2}`, `{"\u00e9\u20AC":1,"é€":<1>}`},
	{"a name of a pair", "😀", `{"\ud83d\ude00":1}`, `{"\ud83d\ude00":<1>}`},
	{"half a pair is no letter", "\uFFFD", `{"\ud83d":1,"\ude00":2,"\ud83d\u0061":3}`, `{"\ud83d":1,"\ude00":2,"\ud83d\u0061":3,"` + "\uFFFD" + `":<1>}`},
	{"the letter for what is none", "\uFFFD", `{"\ufffd":1}`, `{"\ufffd":<1>}`},
	{"a part of a name", "ab", `{"a":1,"abc":2,"\u0061":3,"\u0061bc":4}`, `{"a":1,"abc":2,"\u0061":3,"\u0061bc":4,"ab":<1>}`},
	{"capitals", "A", `{"a":1}`, `{"a":1,"A":<1>}`},

	{"white space", "a", " \n\r\t{ \"a\" \t:\n 1 \r\n}\n\n", " \n\r\t{ \"a\" \t:\n <1> \r\n}\n\n"},
	{"byte order mark", "a", "\xef\xbb\xbf{\"a\":1}", "\xef\xbb\xbf{\"a\":<1>}"},
	{"numbers", "x", `{"x":0,"a":1.0,"b":1E+2,"c":-0,"d":1234567890123456789012345678901234567890.000}`, `{"x":<1>,"a":1.0,"b":1E+2,"c":-0,"d":1234567890123456789012345678901234567890.000}`},
	{"bytes that are not UTF-8", "x", "{\"a\":\"\xff\xc3\",\"\xfe\":1,\"x\":0}", "{\"a\":\"\xff\xc3\",\"\xfe\":1,\"x\":<1>}"},
	{"equal paths", "a a", `{"a":1}`, `{"a":<1>}`},
	{"a path within another", "a a.b", `{"a":{"b":1}}`, `{"a":<1>}`},
}

func TestJSONPlaces(t *testing.T) {
	for _, c := range jsonPlaces {
		var j inject.JSON
		paths := pathsOf(c.paths)
		got, _, ok := spliceJSON(&j, []byte(c.body), paths, numbered(paths))
		if got != c.want || !ok {
			t.Errorf("%s: %s at %q: got %s, want %s", c.name, c.body, c.paths, got, c.want)
		}
		if got, _, _ := spliceJSON(&j, []byte(c.body), paths, nil); got != c.body {
			t.Errorf("%s: without values: got %s, want %s", c.name, got, c.body)
		}
	}
}

func TestJSONNamesWithEveryEscape(t *testing.T) {
	const body, want = `{"\b\f\n\r\t\"\\\/\u000B":1}`, `{"\b\f\n\r\t\"\\\/\u000B":2}`
	var j inject.JSON
	got, _, _ := spliceJSON(&j, []byte(body), [][]byte{[]byte("\b\f\n\r\t\"\\/\v")}, pathsOf("2"))
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A body that is not one value stays as it is, wherever its mistake stands.
func TestNotJSON(t *testing.T) {
	for _, body := range []string{
		``, ` `, "\xef\xbb\xbf", "\xef\xbb", "{\"a\":1}\n{\"a\":2}\n", `{"a":1}x`, `{"a":1},`, `{"a":1}]`, `[{"a":1}`, `{"a":1`, `{"a":`, `{"a"`, `{"a`, `{`,
		`{"a":1,}`, `{,"a":1}`, `{"a":1 "b":2}`, `{"a" 1}`, `{"a"::1}`, `{a:1}`, `{'a':1}`, `{"a":1,"b"}`, `{"a":1,2}`, `[{"a":1},]`, `[,{"a":1}]`, `[1 2]`, `{"a":1]`, `[1}`,
		`{"a":01}`, `{"a":-}`, `{"a":+1}`, `{"a":.5}`, `{"a":1.}`, `{"a":1e}`, `{"a":1e+}`, `{"a":--1}`, `{"a":0x1}`, `{"a":1_0}`, `{"a":NaN}`, `{"a":-Infinity}`,
		`{"a":tru}`, `{"a":truE}`, `{"a":nulll}`, `{"a":"x}`, "{\"a\":\"x\ny\"}", "{\"a\":\"\x00\"}", `{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":"\u123"}`, `{"a":"\`, `{"\u00":1}`,
		`{"a":1} // x`, `/* x */{"a":1}`, "{\"a\":1}\x00", "\x00{\"a\":1}", "{\u00a0\"a\":1}", "{\"a\":1}\xef\xbb\xbf",
		"\xff\xfe{\x00}\x00", "\x00{\x00}", "\x1e{\"a\":1}\n", ")]}'\n{\"a\":1}", `data: {"a":1}`,
	} {
		var j inject.JSON
		paths := pathsOf("a 0 0.a")
		got, written, ok := spliceJSON(&j, []byte(body), paths, numbered(paths))
		if ok || got != body || written != 0 || j.Found(0) {
			t.Errorf("%q is taken for JSON and becomes %q", body, got)
		}
	}
}

func TestJSONBounds(t *testing.T) {
	long := strings.Repeat("x", 256)
	deep := strings.TrimSuffix(strings.Repeat("0.", 32), ".")
	nest := func(n int, s string) string { return strings.Repeat("[", n) + s + strings.Repeat("]", n) }
	var many [][]byte
	for i := range 65 {
		many = append(many, fmt.Appendf(nil, "a%d", i))
	}
	for _, c := range []struct {
		name, body string
		paths      [][]byte
		found      int // the last of them
		ok         bool
	}{
		{"512 levels", nest(512, "1"), pathsOf("0"), 0, true},
		{"513 levels", nest(513, "1"), pathsOf("0"), -1, false},
		{"513 levels of objects", strings.Repeat(`{"a":`, 513) + "1" + strings.Repeat("}", 513), pathsOf("a"), -1, false},
		{"32 steps", nest(32, "1"), pathsOf(deep), 0, true},
		{"32 steps to a container", nest(40, "1"), pathsOf(deep), 0, true},
		{"33 steps", nest(40, "1"), pathsOf(deep + ".0"), -1, true},
		{"256 bytes", `{"` + long + `":1}`, pathsOf(long), 0, true},
		{"257 bytes", `{"` + long + `x":1}`, pathsOf(long + "x"), -1, true},
		{"64 paths", "{}", many, 63, true},
		{"an empty path", `{"":1}`, [][]byte{{}}, 0, true},
		{"empty steps", `{"":{"":1}}`, [][]byte{[]byte(".")}, 0, true},
		{"no path", "{}", nil, -1, true},
	} {
		var j inject.JSON
		if ok := j.Find([]byte(c.body), c.paths); ok != c.ok {
			t.Errorf("%s: read %v", c.name, ok)
		}
		last := -1
		for i := range 70 {
			if j.Found(i) {
				last = i
			}
		}
		if last != c.found {
			t.Errorf("%s: found up to %d, want %d", c.name, last, c.found)
		}
	}
	var j inject.JSON
	if j.Found(-1) || j.Written(-1) || j.Written(64) {
		t.Error("a path that does not exist leads somewhere")
	}
}

// What one body has left behind means nothing for the next.
func TestJSONIsUsedAgain(t *testing.T) {
	var j inject.JSON
	for _, left := range []string{`{"a":{"b":[1,`, `[[[[[[`, `{"a":1}`, `{"a":{"b":{}},"a":`, `"`} {
		spliceJSON(&j, []byte(left), pathsOf("a.b a.b.0 0.0"), numbered(pathsOf("1 2 3")))
		got, written, ok := spliceJSON(&j, []byte(`{"a":{}}`), pathsOf("a.c"), numbered(pathsOf("1")))
		if got != `{"a":{"c":<1>}}` || written != 1 || !ok {
			t.Errorf("after %s: %s", left, got)
		}
	}
}

// drawJSON draws a body: names and steps out of few, so that they meet.
func drawJSON(t *rapid.T) []byte {
	blank := func() string { return rapid.SampledFrom([]string{"", "", "", " ", "\n\t", "\r\n  "}).Draw(t, "blank") }
	name := rapid.SampledFrom([]string{`"a"`, `"b"`, `"a"`, `"0"`, `"1"`, `"\u0061"`, `"b\u002f"`, `"é"`, `"\u00E9"`, `""`, `"x y"`, `"\ud83d\ude00"`})
	scalar := rapid.SampledFrom([]string{`1`, `-0.0`, `1e400`, `123456789012345678901234567890`, `null`, `true`, `false`, `""`, `"a\"}]"`, `"\ud800"`, "\"\xff\"", `"1234567\\"`, `"12345678"`})
	var value func(depth int) string
	value = func(depth int) string {
		kind := rapid.IntRange(0, 5).Draw(t, "kind")
		if depth == 0 || kind < 2 {
			return scalar.Draw(t, "scalar")
		}
		var parts []string
		for range rapid.IntRange(0, 4).Draw(t, "entries") {
			v := blank() + value(depth-1) + blank()
			if kind > 3 {
				v = blank() + name.Draw(t, "name") + blank() + ":" + v
			}
			parts = append(parts, v)
		}
		if all := strings.Join(parts, ","); kind > 3 {
			return "{" + all + blank() + "}"
		} else {
			return "[" + all + blank() + "]"
		}
	}
	return []byte(rapid.SampledFrom([]string{"", "", "\xef\xbb\xbf"}).Draw(t, "mark") + blank() + value(5) + blank())
}

func drawPaths(t *rapid.T) [][]byte {
	step := rapid.SampledFrom([]string{"a", "b", "0", "1", "2", "b/", "é", "😀", "x y", "new"})
	path := rapid.Map(rapid.SliceOfN(step, 1, 4), func(steps []string) string { return strings.Join(steps, ".") })
	var paths [][]byte
	for _, p := range rapid.SliceOfNDistinct(path, 0, 8, rapid.ID).Draw(t, "paths") {
		paths = append(paths, []byte(p))
	}
	return outermost(paths)
}

// outermost leaves out paths that are given twice or lie within another.
func outermost(paths [][]byte) (out [][]byte) {
	for i, p := range paths {
		within := false
		for k, q := range paths {
			within = within || k < i && bytes.Equal(p, q) || bytes.HasPrefix(p, append(bytes.Clone(q), '.'))
		}
		if !within {
			out = append(out, p)
		}
	}
	return out
}

func TestJSONAgreesWithEncodingJSON(t *testing.T) {
	value := rapid.SampledFrom([]string{`1`, `{"html":"<b>"}`, `[]`, `"x"`, `null`, ""})
	rapid.Check(t, func(t *rapid.T) {
		body, paths := drawJSON(t), drawPaths(t)
		values := make([][]byte, len(paths))
		for i := range values {
			if v := value.Draw(t, "value"); v != "" {
				values[i] = []byte(v)
			}
		}
		compareJSON(t, body, paths, values)
		if len(body) > 0 && rapid.Bool().Draw(t, "damage") {
			at := rapid.IntRange(0, len(body)-1).Draw(t, "at")
			body[at] = rapid.SampledFrom([]byte("{}[],:\"\\0ex \n\xef")).Draw(t, "byte")
			compareJSON(t, body, paths, values)
			compareJSON(t, body[:at], paths, values)
		}
	})
}

// A body allocates nothing once the output has grown.
func TestJSONDoesNotAllocate(t *testing.T) {
	var j inject.JSON
	body := []byte(`{"blocks":[{"offer":null},{"offer":{"a":[1,2,3]},"\u0061":"x"}],"n":1.50}`)
	paths := pathsOf("blocks.0.offer blocks.1.offer new")
	values := numbered(paths)
	dst := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(20, func() {
		j.Find(body, paths)
		dst = j.Splice(dst[:0], body, values)
	}); n != 0 {
		t.Errorf("%v allocations for each body", n)
	}
}

// Bodies made to be slow: at the square of its length one of them would take
// hours.
func TestJSONIsLinear(t *testing.T) {
	const n = 1 << 20
	var paths [][]byte
	for i := range 64 {
		paths = append(paths, fmt.Appendf(nil, "%d.%s%d", i, strings.Repeat("x", 200), i))
	}
	for _, unit := range []string{`{},`, `{"x":{}},`, `"\u0061",`, `[[]],`, `{"` + strings.Repeat("x", 199) + `\u0078":1},`} {
		body := []byte("[" + strings.Repeat(unit, n/len(unit)) + "0]")
		var j inject.JSON
		if !j.Find(body, paths) {
			t.Errorf("%s: not read", unit)
		}
	}
}

package call_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// slot is a call with one slot and more behind it.
func slot(more string) string { return `{"slots":[{"space":"hero"}]` + more + `}` }

// TestCallRefuses holds that a call is refused with the field that is at fault.
func TestCallRefuses(t *testing.T) {
	for name, c := range map[string]struct{ body, field, text string }{
		"nothing":             {"", "", "is not one JSON value"},
		"an array":            {"[]", "", "must be an object"},
		"null":                {"null", "", "must be an object"},
		"a string":            {`"x"`, "", "must be an object"},
		"no end":              {`{"slots":[{"space":"hero"}]`, "", "is not one JSON value"},
		"something behind":    {slot("") + " {}", "", "is not one JSON value"},
		"a comma behind":      {slot("") + ",", "", "is not one JSON value"},
		"a comma too much":    {slot(","), "", "is not one JSON value"},
		"a comment":           {slot("/**/"), "", "is not one JSON value"},
		"a mark of order":     {"\ufeff" + slot(""), "", "is not one JSON value"},
		"a raw line break":    {slot(`,"language":"a` + "\n" + `"`), "", "is not one JSON value"},
		"not UTF-8":           {slot(`,"language":"` + "\xff" + `"`), "", "is not UTF-8"},
		"not UTF-8 in a name": {slot(`,"` + "\xc0\xaf" + `":1`), "", "is not UTF-8"},
		"half a character":    {slot(`,"language":"\ud83d"`), "", "half of a character"},
		"the other half":      {slot(`,"language":"\ude00"`), "", "half of a character"},
		"halves, turned":      {slot(`,"language":"\ude00\ud83d"`), "", "half of a character"},
		"a nesting bomb":      {strings.Repeat("[", 60000), "", "more than 8 objects and arrays"},
		"one of objects":      {strings.Repeat(`{"a":`, 10000), "", "more than 8 objects and arrays"},
		"one that closes":     {slot(`,"attributes":{"a":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`), "", "more than 8 objects and arrays"},
		"brackets in a list":  {slot(`,"attributes":{"a":[[]]}`), "attributes.a", "must be a string, a number, true, false"},

		"time":              {slot(`,"time":"2026-07-10T12:00:00Z"`), "time", `is for the command "proffer decide"`},
		"seed":              {slot(`,"seed":1`), "seed", `is for the command "proffer decide"`},
		"people":            {slot(`,"people":{}`), "people", `is for the command "proffer decide"`},
		"history":           {slot(`,"history":[]`), "history", `is for the command "proffer decide"`},
		"entropy":           {slot(`,"entropy":"00"`), "entropy", `unknown field "entropy"`},
		"cookies":           {slot(`,"cookies":{}`), "cookies", "unknown field"},
		"headers":           {slot(`,"headers":{}`), "headers", "unknown field"},
		"host":              {slot(`,"host":"x"`), "host", "unknown field"},
		"peer":              {slot(`,"peer":true`), "peer", "unknown field"},
		"want":              {slot(`,"want":1`), "want", "unknown field"},
		"another case":      {slot(`,"Path":"/"`), "Path", "unknown field"},
		"an empty name":     {slot(`,"":1`), "", `unknown field ""`},
		"a name in escapes": {slot(`,"\u0074ime":1`), "time", "is for the command"},
		"twice":             {slot(`,"path":"/","path":"/"`), "path", `field "path" twice`},
		"twice, escaped":    {slot(`,"path":"/","pa\u0074h":"/"`), "path", "twice"},

		"no slots":         {`{}`, "slots", "is missing"},
		"empty slots":      {`{"slots":[]}`, "slots", "is missing"},
		"slots null":       {`{"slots":null}`, "slots", "must be an array"},
		"slots an object":  {`{"slots":{}}`, "slots", "must be an array"},
		"slot a string":    {`{"slots":["hero"]}`, "slots[0]", "must be an object"},
		"65 slots":         {`{"slots":[` + strings.Repeat(`{"space":"a"},`, 64) + `{"space":"a"}]}`, "slots", "more than 64 entries"},
		"no space":         {`{"slots":[{"space":"a"},{"n":1}]}`, "slots[1]", "has no space"},
		"empty space":      {`{"slots":[{"space":""}]}`, "slots[0]", "has no space"},
		"space a number":   {`{"slots":[{"space":1}]}`, "slots[0].space", "must be a string"},
		"held":             {`{"slots":[{"space":"a","held":"no"}]}`, "slots[0].held", "unknown field"},
		"n zero":           {`{"slots":[{"space":"a","n":0}]}`, "slots[0].n", "from 1 to 100"},
		"n too large":      {`{"slots":[{"space":"a","n":101}]}`, "slots[0].n", "from 1 to 100"},
		"n huge":           {`{"slots":[{"space":"a","n":1` + strings.Repeat("0", 5000) + `}]}`, "slots[0].n", "whole number"},
		"n with a point":   {`{"slots":[{"space":"a","n":1.0}]}`, "slots[0].n", "whole number"},
		"n a string":       {`{"slots":[{"space":"a","n":"1"}]}`, "slots[0].n", "whole number"},
		"n null":           {`{"slots":[{"space":"a","n":null}]}`, "slots[0].n", "whole number"},
		"33 categories":    {`{"slots":[{"space":"a","categories":["a"` + strings.Repeat(`,"a"`, 32) + `]}]}`, "slots[0].categories", "more than 32 entries"},
		"33 themes":        {`{"slots":[{"space":"a","themes":["a"` + strings.Repeat(`,"a"`, 32) + `]}]}`, "slots[0].themes", "more than 32 entries"},
		"a theme a number": {`{"slots":[{"space":"a","themes":["a",1]}]}`, "slots[0].themes[1]", "must be a string"},
		"slot's data":      {`{"slots":[{"space":"a","attributes":[]}]}`, "slots[0].attributes", "must be an object"},
		"slot's twice":     {`{"slots":[{"space":"a","attributes":{"a":1,"a":1}}]}`, "slots[0].attributes.a", "twice"},

		"a path without its slash": {slot(`,"path":"x"`), "path", "must be the path of an address"},
		"an address":               {slot(`,"path":"https://shop.example/"`), "path", "must be the path of an address"},
		"a path with a query":      {slot(`,"path":"/?a=b"`), "path", "must be the path of an address"},
		"an empty path":            {slot(`,"path":""`), "path", "must be the path of an address"},
		"a path that is null":      {slot(`,"path":null`), "path", "must be a string"},
		"a query with its mark":    {slot(`,"query":"?a=b"`), "query", `must not begin with "?"`},
		"a query as an object":     {slot(`,"query":{}`), "query", "must be a string"},
		"an empty language":        {slot(`,"language":""`), "language", "is empty"},
		"a language as a list":     {slot(`,"language":["fr"]`), "language", "must be a string"},

		"data as a list":    {slot(`,"attributes":[]`), "attributes", "must be an object"},
		"data null":         {slot(`,"attributes":{"a":null}`), "attributes.a", "must be a string, a number"},
		"data an object":    {slot(`,"attributes":{"a":{}}`), "attributes.a", "must be a string, a number"},
		"data's name":       {slot(`,"attributes":{"":1}`), "attributes", "without a name"},
		"data twice":        {slot(`,"attributes":{"a":1,"b":2,"a":1}`), "attributes.a", "twice"},
		"data's language":   {slot(`,"attributes":{"language":"fr"}`), "attributes.language", `beside "attributes"`},
		"data mixed":        {slot(`,"attributes":{"a":[1,"x"]}`), "attributes.a", "more than one type"},
		"data mixed, bools": {slot(`,"attributes":{"a":[true,0]}`), "attributes.a", "more than one type"},
		"data infinite":     {slot(`,"attributes":{"a":1e999}`), "attributes.a", "out of range"},
		"data infinite too": {slot(`,"attributes":{"a":[1,-1e999]}`), "attributes.a", "out of range"},
		"data too long":     {slot(`,"attributes":{"a":"` + strings.Repeat("x", 1024) + `"}`), "attributes.a", "more than 1024"},
		"a list too long":   {slot(`,"attributes":{"a":[1` + strings.Repeat(",1", 20000) + `]}`), "attributes.a", "more than 1024 entries"},
		"too much data":     {slot(`,"attributes":{` + many(65) + `}`), "attributes", "more than 64 entries"},

		"target null":         {slot(`,"target":null`), "target", "must be a string, or an object"},
		"target empty":        {slot(`,"target":""`), "target", "is empty"},
		"target without key":  {slot(`,"target":{"source":"main"}`), "target.key", "is missing"},
		"target's field":      {slot(`,"target":{"key":"1","kind":"x"}`), "target.kind", "unknown field"},
		"visitor a string":    {slot(`,"visitor":"00112233445566778899aabbccddeeff"`), "visitor", "must be an object"},
		"visitor empty":       {slot(`,"visitor":{}`), "visitor.id", "is missing"},
		"visitor's id":        {slot(`,"visitor":{"id":"0"}`), "visitor.id", "32 lower-case hex digits"},
		"visitor's history":   {slot(`,"visitor":{"id":"00112233445566778899aabbccddeeff","history":[]}`), "visitor.history", "unknown field"},
		"visitor's data":      {slot(`,"visitor":{"attributes":{}}`), "visitor.attributes", "unknown field"},
		"consent to be asked": {slot(`,"consent":"ask"`), "consent", "must be true or false"},
		"no_store a number":   {slot(`,"no_store":1`), "no_store", "must be true or false"},
	} {
		t.Run(name, func(t *testing.T) {
			_, fault := parse([]byte(c.body))
			if fault == nil || fault.Status != 400 || string(fault.Field) != c.field || !strings.Contains(string(fault.Text), c.text) {
				t.Errorf("got %s, want %q and %q", said(fault), c.field, c.text)
			}
		})
	}
}

// many are so many attributes.
func many(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"a%d":%d`, i, i))
	}
	return strings.Join(list, ",")
}

// TestCall holds what a call says.
func TestCall(t *testing.T) {
	c, err := parse([]byte(` {"path":"/tr%C3%A9s","query":"a=b&?","language":"fr-CH","attributes":{"basket":12.5,"n":-9007199254740993,"big":18446744073709551616,
		"ok":true,"tags":["a","\ud83d\ude00"],"mixed":[1,2.5],"none":[]},"slots":[{"space":"hero"},{"space":"side","n":100,"environment":"visitors",
		"categories":["travel"],"themes":[],"attributes":{"basket":1}}]} `))
	if err != nil {
		t.Fatal(said(err))
	}
	var data []string
	for _, a := range c.Attributes {
		data = append(data, string(a.Name)+" "+value(a.Value))
	}
	want := `[basket 12.5 n -9007199254740993 big 1.8446744073709552e+19 ok true tags ["a","😀"] mixed [1,2.5] none []]`
	if c.Path != "/tr%C3%A9s" || c.Query != "a=b&?" || string(c.Language) != "fr-CH" || fmt.Sprint(data) != want {
		t.Errorf("got %q %q %q %v", c.Path, c.Query, c.Language, data)
	}
	if s := c.Slots; len(s) != 2 || string(s[0].Space) != "hero" || s[0].N != 1 || s[0].Held != abi.HeldYes || s[0].Categories != nil ||
		s[1].N != 100 || string(s[1].Environment) != "visitors" || len(s[1].Categories) != 1 || s[1].Themes != nil || len(s[1].Attributes) != 1 {
		t.Errorf("got %+v", s)
	}
	if c.Trusted != "" || c.Target.Key != nil || c.Visitor != nil || c.Consent != 0 || c.NoStore {
		t.Errorf("a stranger's is %+v", c)
	}
	if c, err := parse([]byte(slot(""))); err != nil || c.Path != "/" || c.Language != nil {
		t.Errorf("got %+v, %s", c, said(err))
	}
}

func TestCallOfTheTrusted(t *testing.T) {
	for text, want := range map[string]string{
		`"target":"1001"`: "target source= key=1001 visitor= consent=0 no_store=false",
		`"target":{"source":"club","key":"1001"},"no_store":true`: "target source=club key=1001 visitor= consent=0 no_store=true",
		`"visitor":{"id":"00112233445566778899aabbccddeeff"}`:     "visitor source= key= visitor=00112233445566778899aabbccddeeff consent=0 no_store=false",
		`"consent":true`:                   "consent source= key= visitor= consent=8 no_store=false",
		`"consent":false,"no_store":false`: "consent source= key= visitor= consent=16 no_store=false",
	} {
		c, err := parse([]byte(slot("," + text)))
		if err != nil {
			t.Fatal(said(err))
		}
		got := fmt.Sprintf("%s source=%s key=%s visitor=%x consent=%d no_store=%t", c.Trusted, c.Target.Source, c.Target.Key, c.Visitor, c.Consent, c.NoStore)
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// value is an attribute's value as JSON.
func value(b []byte) string {
	c := wire.NewCursor(b)
	switch c.Kind() {
	case wire.Bool:
		return fmt.Sprint(c.Bool())
	case wire.Int:
		return fmt.Sprint(c.Int())
	case wire.Float:
		return fmt.Sprint(c.Float())
	case wire.Str:
		return fmt.Sprintf("%q", c.Str())
	}
	var list []string
	for n := c.Array(); n > 0; n-- {
		list = append(list, value(c.Raw()))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// TestCallSaysLittle holds that an error repeats little of a call.
func TestCallSaysLittle(t *testing.T) {
	for _, name := range []string{strings.Repeat("x", 60000), strings.Repeat("é", 30000), strings.Repeat(`\u0000`, 10000)} {
		_, fault := parse([]byte(slot(`,"` + name + `":1`)))
		if fault == nil || len(fault.Text) > 300 || len(fault.Field) > 300 || !utf8.Valid(fault.Text) || !utf8.Valid(fault.Field) {
			t.Errorf("got %.500q", said(fault))
		}
	}
}

// TestCallNeedsLittle holds that a hostile body needs memory of its own size, not
// more.
func TestCallNeedsLittle(t *testing.T) {
	const size = 64 << 10
	fill := func(head, part, tail string) string {
		return head + strings.Repeat(part, (size-len(head)-len(tail))/len(part)) + tail
	}
	for name, body := range map[string]string{
		"arrays":     fill("", "[", ""),
		"objects":    fill("", `{"a":`, ""),
		"elements":   fill(`{"slots":[`, "1,", "1]}"),
		"slots":      fill(`{"slots":[`, `{"space":"a"},`, `{"space":"a"}]}`),
		"categories": fill(`{"slots":[{"space":"a","categories":[`, `"",`, `""]}]}`),
		"values":     fill(`{"attributes":{"a":[`, "1,", "1.5]}}"),
		"fields":     fill(`{`, `"a":1,`, `"a":1}`),
		"data":       fill(`{"attributes":{`, `"":1,`, `"":1}}`),
		"escapes":    fill(`{"`, `\u0000`, `":1}`),
		"text":       fill(`{"path":"/`, `\u0000`, `","slots":[{"space":"a"}]}`),
		"quotes":     fill("", `"`, ""),
		"digits":     fill(`{"slots":[{"space":"a","n":`, "9", "}]}"),
		"fraction":   fill(`{"attributes":{"a":0.`, "9", "}}"),
	} {
		t.Run(name, func(t *testing.T) {
			b := []byte(body)
			const rounds = 16
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range rounds {
				_, _ = parse(b)
			}
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) / rounds; took > 8*size {
				t.Errorf("%d bytes for a body of %d", took, len(b))
			}
		})
	}
}

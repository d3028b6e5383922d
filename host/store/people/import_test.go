package people_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/abi"
)

func TestRefused(t *testing.T) {
	t.Parallel()
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
			t.Parallel()
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

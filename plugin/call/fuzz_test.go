package call_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/profferhq/proffer/plugin/abi"
)

// FuzzRead holds the reader of calls to another one, made of encoding/json:
// both accept the same bodies and read the same in them.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		slot(""), slot(`,"path":"/a","query":"b=c","language":"fr"`), slot(`,"attributes":{"a":1,"b":[1,2.5],"c":["x"],"d":true,"e":-0.0,"f":1e300}`),
		slot(`,"target":{"source":"s","key":"k"},"visitor":{"id":"00112233445566778899aabbccddeeff"},"consent":true,"no_store":false`),
		`{"slots":[{"space":"a","n":2,"environment":"e","categories":["c"],"themes":[],"attributes":{"x":[]}},{"space":"\ud83d\ude00"}]}`,
		slot(`,"path":"/","path":"/"`), slot(`,"language":"\ud83d"`), slot(`,"attributes":{"a":1e999}`), slot(`,"attributes":{"a":[1,"x"]}`),
		strings.Repeat("[", 9), slot(`,"time":1`), slot(`,"attributes":{"a":9223372036854775808}`), `{"slots":[{"space":"a","n":01}]}`, " " + slot("") + "\n",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := "refused"
		c, fault := parse(body)
		if fault == nil {
			got = told(c)
		} else if fault.Status != 400 || len(fault.Text) > 300 || len(fault.Field) > 300 || !utf8.Valid(fault.Text) {
			t.Fatalf("the fault is %s", said(fault))
		}
		if want := reference(body); got != want {
			t.Fatalf("got %s (%s)\nwant %s", got, said(fault), want)
		}
	})
}

// told is what a call says, in one form.
func told(c *parsed) string {
	out := fmt.Sprintf("%q %q %q %s %q %q %x %d %t", c.Path, c.Query, c.Language, data(c.Attributes), c.Target.Source, c.Target.Key, c.Visitor, c.Consent, c.NoStore)
	for _, s := range c.Slots {
		out += fmt.Sprintf(" | %q %d %q %q %q %s", s.Space, s.N, s.Environment, s.Categories, s.Themes, data(s.Attributes))
	}
	return out
}

func data(list []abi.Attribute) (out string) {
	for _, a := range list {
		out += fmt.Sprintf("%q=%s;", a.Name, value(a.Value))
	}
	return out
}

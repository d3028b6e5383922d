package build_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/profferhq/proffer/build"
)

// small is a module by hand: two types, all kinds of imports, three exports.
const small = "\x00asm\x01\x00\x00\x00" +
	"\x00\x05\x04name" + // a custom section
	"\x01\x0b\x02" + "\x60\x02\x7f\x7e\x01\x7d" + "\x60\x00\x01\x7c" +
	"\x02\x23\x04" +
	"\x01a\x01f\x00\x01" + // function of type 1
	"\x01a\x01t\x01\x70\x01\x00\x80\x01" + // table
	"\x01a\x01m\x02\x00\x01" + // memory
	"\x03env\x03abc\x03\x7f\x00" + // global
	"\x03\x02\x01\x00" + // one function of type 0
	"\x07\x10\x03" + "\x01x\x00\x00" + "\x02go\x00\x01" + "\x03mem\x02\x00"

func TestParse(t *testing.T) {
	m, err := build.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	want := &build.Module{
		Imports: []build.Import{
			{Module: "a", Name: "f", Type: "() (f64)"},
			{Module: "a", Name: "t", Type: "table"},
			{Module: "a", Name: "m", Type: "memory"},
			{Module: "env", Name: "abc", Type: "global"},
		},
		Exports: []build.Export{
			{Name: "x", Type: "() (f64)"},
			{Name: "go", Type: "(i32 i64) (f32)"},
			{Name: "mem", Type: "memory"},
		},
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got  %v\nwant %v", m, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ b, want string }{
		"nothing":         {"", "not a module of version 1"},
		"component":       {"\x00asm\x0d\x00\x01\x00", "not a module of version 1"},
		"section's size":  {small + "\x0b\x01", "1 bytes of 0"},
		"structure type":  {small[:8] + "\x01\x02\x01\x5f", "type 0x5f is not a function's"},
		"value type":      {small[:8] + "\x01\x04\x01\x60\x01\x40", "value type 0x40"},
		"import's type":   {small[:8] + "\x02\x07\x01\x01a\x01f\x00\x00", "type 0 of 0"},
		"import's kind":   {small[:8] + "\x02\x06\x01\x01a\x01f\x04", "import a.f is of kind 4"},
		"import's limits": {small[:8] + "\x02\x08\x01\x01a\x01m\x02\x04\x00", "limits 0x4"},
		"export's index":  {small[:8] + "\x07\x05\x01\x01x\x00\x00", "export x is function 0 of 0"},
		"export's kind":   {small[:8] + "\x07\x05\x01\x01x\x09\x00", "export x is of kind 9"},
		"too many bytes":  {small[:8] + "\x07\x02\x00\x00", "section 7 has 1 bytes too many"},
		"long number":     {small[:8] + "\x07\xff\xff\xff\xff\x7f", "a number is over 32 bits"},
		"endless number":  {small[:8] + "\x07\xff\xff\xff\xff\xff\x00", "a number is over 32 bits"},
		"long name":       {small[:8] + "\x07\x03\x01\x7fx", "127 bytes of 1"},
	} {
		t.Run(name, func(t *testing.T) {
			if m, err := build.Parse([]byte(c.b)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v, want an error with %q", m, err, c.want)
			}
		})
	}
}

// TestParseCut cuts the module everywhere: only between sections it still is
// one.
func TestParseCut(t *testing.T) {
	ends := map[int]bool{8: true, 15: true, 28: true, 65: true, 69: true}
	for n := range len(small) {
		if _, err := build.Parse([]byte(small[:n])); (err == nil) != ends[n] {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

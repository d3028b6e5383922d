package visitor_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/plugin/visitor"
)

// TestLanguage takes the examples of RFC 9110, 12.5.4, the forms of its
// grammar, and what breaks it.
func TestLanguage(t *testing.T) {
	many := strings.Repeat("x;q=0.1,", 63)
	tests := []struct{ header, want string }{
		{"da, en-gb;q=0.8, en;q=0.7", "da"},
		{"en-US", "en-US"},
		{"zh-Hant-TW", "zh-Hant-TW"},
		{"en;q=0.7, en-gb;q=0.8", "en-gb"},
		{"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr-CH"},
		{"a;q=0.5,b;q=0.5", "a"},
		{"a;q=0.500,b;q=0.5,c;q=0.51", "c"},
		{"a;q=0.999,b", "b"},
		{"a;q=1.000,b;q=1", "a"},
		{"a;q=0.,b;q=0.001", "b"},
		{"a;q=1.", "a"},
		{"a ; q=0.1, b\t;\tq=0.2", "b"},
		{"a;Q=0.1,b;Q=0.2", "b"},
		{",,, ,a,", "a"},
		{"  a  ", "a"},
		{"*", ""},
		{"*;q=1, a;q=0.1", "a"},
		{"a;q=0", ""},
		{"a;q=0.000, b;q=0.0", ""},
		{"", ""},
		{",", ""},
		{";q=1", ""},
		{"a;q=2, b;q=0.1", "b"},
		{"a;q=1.5, b;q=0.1", "b"},
		{"a;q=1.001, b;q=0.1", "b"},
		{"a;q=0.1234, b;q=0.1", "b"},
		{"a;q=-1, b;q=0.1", "b"},
		{"a;q=, b;q=0.1", "a"}, // no weight was written
		{"a;q=.5, b;q=0.1", "b"},
		{"a;q=0,5, b;q=0.1", "5"},
		{"a;q=00.5, b;q=0.1", "b"},
		{"a;q=0x1, b;q=0.1", "b"},
		{"a;q =0.1, b;q=0.2", "a"}, // another parameter
		{"a;level=1;q=0.5, b;q=0.6", "a"},
		{"FR-ch_x", "FR-ch_x"},
		{"<b>", "<b>"},
		{"日本;q=0.3", "日本"},
		{many + "y", "y"},
		{many + "x;q=0.1,y", "x"}, // the 65th is not looked at
	}
	for _, tt := range tests {
		if got := string(visitor.Language([]byte(tt.header))); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.header, got, tt.want)
		}
	}
	if visitor.Language([]byte("a;q=0")) != nil {
		t.Error("no wish is not nil")
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add([]byte("da, en-gb;q=0.8, en;q=0.7"))
	f.Add([]byte(";q=;;=,*;q=0.1"))
	f.Fuzz(func(t *testing.T, header []byte) {
		got := visitor.Language(header)
		if got != nil && (len(got) == 0 || strings.ContainsAny(string(got), ",;") || !strings.Contains(string(header), string(got))) {
			t.Errorf("%q gives %q", header, got)
		}
	})
}

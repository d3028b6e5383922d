package catalog_test

import (
	"testing"

	"github.com/profferhq/proffer/catalog"
)

func TestTextAt(t *testing.T) {
	at := func(line, column int) catalog.Pos { return catalog.Pos{File: "a", Line: line, Column: column} }
	plain := catalog.Text{Pos: at(3, 5), S: "é§x"}
	block := catalog.Text{Pos: at(4, 7), S: "ab\n\nécd\n", Lines: []catalog.Pos{at(4, 7), at(5, 1), at(6, 7), at(7, 1)}}
	// "é\"b" + folded line + "c"
	escaped := catalog.Text{Pos: at(1, 4), S: "é\"b c", Marks: []catalog.Mark{{Off: 3, Line: 1, Column: 7}, {Off: 5, Line: 2, Column: 3}}}
	for _, c := range []struct {
		name string
		text catalog.Text
		off  int
		want catalog.Pos
	}{
		{"start", plain, 0, at(3, 5)},
		{"behind a wide character", plain, 2, at(3, 6)},
		{"end", plain, 5, at(3, 8)},
		{"beyond", plain, 99, at(3, 8)},
		{"before", plain, -1, at(3, 5)},
		{"first line", block, 1, at(4, 8)},
		{"line end", block, 2, at(4, 9)},
		{"empty line", block, 3, at(5, 1)},
		{"third line", block, 6, at(6, 8)},
		{"behind the last line", block, 9, at(7, 1)},
		{"escape itself", escaped, 2, at(1, 5)},
		{"behind the escape", escaped, 3, at(1, 7)},
		{"fold", escaped, 4, at(1, 8)},
		{"behind the fold", escaped, 5, at(2, 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.text.At(c.off); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			// The same character of a part has the same place.
			for from := range c.text.S {
				if c.off < from || c.off > len(c.text.S) || c.off < 0 {
					continue
				}
				part := c.text.Slice(from, len(c.text.S))
				if got := part.At(c.off - from); got != c.want {
					t.Errorf("from %d: got %s, want %s", from, got, c.want)
				}
			}
		})
	}
}

func TestNearest(t *testing.T) {
	known := []string{"weights", "attributes", "default_weight", "from", "to", "filter", "code"}
	for name, want := range map[string]string{
		"wieghts": "weights", "weight": "weights", "defaultWeight": "default_weight", "default-weight": "default_weight",
		"FROM": "from", "form": "from", "atributs": "attributes", "t": "to", "flter": "filter", "cod": "code",
		"zzz": "", "": "", "price": "", "codecodecode": "", "dafeult_wieght": "default_weight", "offers": "",
	} {
		if got := catalog.Nearest(name, known); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

package yaml_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	author "github.com/profferhq/proffer/catalog/author/yaml"
)

func drawSource(t *rapid.T, tame bool) (*tree, string) {
	want := drawTree(t, 4)
	if want.leaf || len(want.list) == 0 {
		want = &tree{list: []*tree{want}}
	}
	w := &writer{T: t, tame: tame}
	w.block(want, 0)
	return want, w.b.String()
}

// Whatever way a tree is written, it is read back, and each marker is where
// the source has it.
func TestParseReadsEveryWriting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want, source := drawSource(t, false)
		d := parse(source)
		if len(d.Errors) > 0 {
			t.Fatalf("%s\n%+v", source, d.Errors)
		}
		if got := show(d.Root); got != want.String() {
			t.Fatalf("%s\n got %s\nwant %s", source, got, want)
		}
		var found []uint32
		markers(d, d.Root, &found)
		at := 0
		for _, off := range found {
			next := strings.IndexRune(source[at:], marker)
			if next < 0 || int(off) != at+next {
				t.Fatalf("%s\nmarker at byte %d, want %d", source, off, at+next)
			}
			at += next + utf8.RuneLen(marker)
		}
		if strings.ContainsRune(source[at:], marker) {
			t.Fatalf("%s\nmarkers are left", source)
		}
	})
}

// markers collects the source offsets of the markers of a tree, in order.
func markers(d *author.Document, n *author.Node, found *[]uint32) {
	for i, r := range n.Text {
		if r == marker {
			*found = append(*found, offset(d, n, i))
		}
	}
	for c := n.Child; c != nil; c = c.Next {
		markers(d, c, found)
	}
}

// offset is the byte of the source at which byte i of a text stands.
func offset(d *author.Document, n *author.Node, i int) uint32 {
	at := author.Mark{Source: n.Start}
	for _, m := range d.Marks(n) {
		if int(m.Text) <= i {
			at = m
		}
	}
	return at.Source + uint32(i) - at.Text
}

// goccy/go-yaml reads the same values.
func TestParseAgreesWithGoccy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want, source := drawSource(t, true)
		var v any
		if err := yaml.UnmarshalWithOptions([]byte(source), &v, yaml.UseOrderedMap()); err != nil {
			t.Fatalf("%s\n%v", source, err)
		}
		if got := showAny(v); got != want.String() {
			t.Fatalf("%s\ngoccy %s\n ours %s", source, got, want)
		}
	})
}

// Offset and Position are each other's inverse, and columns are characters.
func TestSourcePositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`[aé世😀 \t]{0,300}(\r\n|\n)`)
		text := strings.Join(rapid.SliceOfN(line, 0, 5).Draw(t, "lines"), "") + "é"
		s := author.NewSource(text)
		at, column := 1, 1
		for off, r := range text {
			gotLine, gotColumn := s.Position(uint32(off))
			back, ok := s.Offset(at, column)
			if gotLine != at || gotColumn != column || r != '\n' && (!ok || int(back) != off) {
				t.Fatalf("byte %d: at %d:%d, want %d:%d, and back %d", off, gotLine, gotColumn, at, column, back)
			}
			column++
			if r == '\n' {
				at, column = at+1, 1
			}
		}
		if s.Lines() != at {
			t.Fatalf("%d lines, want %d", s.Lines(), at)
		}
		if _, ok := s.Offset(at+1, 1); ok {
			t.Fatalf("line %d was found", at+1)
		}
	})
}

func showAny(v any) string {
	switch v := v.(type) {
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, showAny(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case yaml.MapSlice:
		var parts []string
		for _, e := range v {
			parts = append(parts, fmt.Sprintf("%q: %s", fmt.Sprint(e.Key), showAny(e.Value)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprintf("%q", fmt.Sprint(v))
}

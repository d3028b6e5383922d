package compile_test

import (
	"bytes"
	"crypto/sha256"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// FuzzBuild reads any text and compiles what the reader takes. The text is
// edited first, line by line, because a change of one byte seldom gives another
// catalog: each edit is three bytes, for a line, what to do to it, and with what.
func FuzzBuild(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data, []byte(nil))
		f.Add(archive.Files[0].Data, []byte{3, 0, 0, 7, 1, 9, 9, 2, 4})
	}
	f.Add(fixed(f), []byte(nil))
	f.Add(fixed(f), []byte{40, 3, 7, 80, 3, 200, 20, 2, 90})
	f.Fuzz(func(t *testing.T, text, edits []byte) {
		text = edited(text, edits)
		before := allocated()
		c, diags := author.Parse([]catalog.File{{Name: "a", Text: text}})
		if diags.HasErrors() {
			return
		}
		b, diags := compile.Compile(c)
		if n := allocated() - before; n > uint64(len(text))*buildPerByte+buildAtAll {
			t.Fatalf("%d bytes allocated for a catalog of %d", n, len(text))
		}
		for i := range diags {
			if diags[i].Code == "" || diags[i].Message == "" || len(diags[i].Message) > 2000 {
				t.Fatalf("%+v", diags[i])
			}
		}
		if (b == nil) != diags.HasErrors() {
			t.Fatalf("%d bytes and %d problems", len(b), len(diags))
		}
		if b == nil {
			return
		}
		v, err := snapshot.Open(b)
		if err == nil {
			err = v.Verify(sha256.Sum256)
		}
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := compile.Compile(c); !bytes.Equal(again, b) {
			t.Fatal("a second run gives other bytes")
		}
	})
}

// Reading and compiling a catalog of n bytes may allocate buildPerByte × n and
// buildAtAll bytes in all, garbage included. Most of it is cel-go's: an
// environment for each of the catalog's, 300 KB, and some 10 KB for each
// expression that is not there twice.
const (
	buildPerByte = 4 << 10
	buildAtAll   = 16 << 20
)

// allocated counts the bytes that were ever allocated.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// pieces are what edits put into a catalog.
var pieces = [...]string{
	"", "0", "-1", "1e308", "true", "''", "{}", "[]", "[a, b]", "null", "2026-06-01", "2026-06-01T00:00 Asia/Kathmandu",
	"visitors", "'*'", "fr", "identified", "'target.x > 1'", "'{{ target.x }}'", "'<b>{{ title }}</b>'", "no_such",
}

// edited changes lines of a text.
func edited(text, edits []byte) []byte {
	lines := strings.Split(string(text), "\n")
	for ; len(edits) >= 3 && len(lines) < 1000; edits = edits[3:] {
		at, other := int(edits[0])%len(lines), int(edits[2])%len(lines)
		switch edits[1] % 6 {
		case 0: // without the line
			lines = append(lines[:at:at], lines[min(at+1, len(lines)-1):]...)
		case 1: // with another line behind it
			lines = append(lines[:at+1:at+1], append([]string{lines[other]}, lines[at+1:]...)...)
		case 2: // two lines change places
			lines[at], lines[other] = lines[other], lines[at]
		case 3: // another value
			if key, _, ok := strings.Cut(lines[at], ": "); ok {
				lines[at] = key + ": " + pieces[int(edits[2])%len(pieces)]
			}
		case 4: // the value of another line
			_, value, ok := strings.Cut(lines[other], ": ")
			if key, _, ok2 := strings.Cut(lines[at], ": "); ok && ok2 {
				lines[at] = key + ": " + value
			}
		case 5: // further in or out
			if lines[at] = "  " + lines[at]; edits[2]%2 == 0 {
				lines[at] = strings.TrimPrefix(lines[at], "    ")
			}
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

package inject

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// The searches of the Wasm build, which is all words, and of the native build
// agree; neither misses a mark wherever it stands.
func TestSearchesAgree(t *testing.T) {
	letters := []byte("ffFo e:-_i\"'=<! dDI>xa\n\x00\xe9")
	marks := []string{
		` data-offer-space="x"`, ` DATA-OFFER-SPACE=x`, ` data-oFfer-space=x`, `<!-- offer:x -->`, "<!--\n\noffer:x-->",
		`<p id="i_x">`, `<p ID = 'i_x'>`, `<p id=i_x>`,
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		b := make([]byte, r.IntN(90))
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		c := letters[r.IntN(len(letters))]
		want := bytes.IndexByte(b, c)
		if want < 0 {
			want = len(b)
		}
		if got, words := find(b, c), findWords(b, c); got != want || words != want {
			t.Fatalf("%q in %q: find %d, findWords %d, want %d", c, b, got, words, want)
		}
		if r.IntN(2) == 0 {
			mark := marks[r.IntN(len(marks))]
			at := r.IntN(len(b) + 1)
			b = append(b[:at:at], append([]byte(mark), b[at:]...)...)
			if !hinted(b) {
				t.Fatalf("%q missed in %q", mark, b)
			}
		}
		if hinted(b) != hintedWords(b) {
			t.Fatalf("%q: hinted %v, hintedWords %v", b, hinted(b), hintedWords(b))
		}
	}
}

// Marks across the bounds of what is searched at once are found, and pages
// without any are passed.
func TestHints(t *testing.T) {
	for _, mark := range []string{`<p data-offer-space="x">`, `<P DATA-OFFER-SPACE="x">`, `<!--offer:x-->`, `<p id="i_x">`} {
		for pad := span - 30; pad < span+5; pad++ {
			b := []byte(strings.Repeat("x", pad) + mark)
			if !hinted(b) || !hintedWords(b) {
				t.Fatalf("%s at %d missed", mark, pad)
			}
		}
	}
	for _, text := range []string{
		"", "f", "ff", "_", "i_", "special offer: off", "offer:x", "ui_x", `class="i_x"`, `"i_x"`, "<! offer:x", "data-offer-space",
		"offering", "x_i_f_F", "data-offer_space=x", `name="i_x"`, `grid="i_"`,
	} {
		got := hinted([]byte(text))
		if want := text == "data-offer-space" || text == `grid="i_"`; got != want || hintedWords([]byte(text)) != want {
			t.Errorf("%q: hinted %v", text, got)
		}
	}
}

// What is told from the names packed into words is what the classes say.
func TestPackedNames(t *testing.T) {
	var names []string
	for _, list := range []string{
		"a abbr b big i s u p g br hr em tt dl ol ul li dt dd td th tr rt rp rb h1 h6 mi mo mn ms div pre menu dir nav main",
		"code font nobr sub sup var span ruby rtc img meta wbr base area link col xmp svg math html head body form desc path",
		"rect line stop use aside dialog figure footer header hgroup search center button table tbody thead tfoot small strike",
		"strong input param track frame image keygen source embed style iframe title script select option applet object mtext",
		"mglyph circle address article details figcaption section summary fieldset caption marquee noembed ellipse polygon bgsound",
		"strongs titles svgs math1 scripts selects iframes styles xmps time label",
	} {
		names = append(names, strings.Fields(list)...)
	}
	const changes = rawText | script | root | selection | template | frameset | plaintext
	for _, name := range names {
		if len(name) > short {
			continue
		}
		for _, written := range []string{name, strings.ToUpper(name)} {
			x := low(fold(word([]byte(written+"xxxxxxxx"), 0)), len(written))
			c := classOf([]byte(name))
			if got, want := marks(x), c&changes != 0; got != want {
				t.Errorf("%s: marks %v, class %b", written, got, c)
			}
			if marks(x) && marked[written[0]&31]>>len(written)&1 == 0 {
				t.Errorf("%s: not in marked", written)
			}
			if got, want := isShape(x), c&leaf != 0 || name == "title"; got != want {
				t.Errorf("%s: isShape %v, class %b", written, got, c)
			}
			if got := nameLen(word([]byte(written+">......."), 0)); got != len(written) {
				t.Errorf("%s: %d bytes long", written, got)
			}
		}
	}
}

func TestFold(t *testing.T) {
	var b [8]byte
	for c := range 256 {
		for i := range b {
			b = [8]byte{'Z', 0xff, 'A', 0, '[', '@', 0xc1, 'z'}
			b[i] = byte(c)
			want := b
			for k, d := range want {
				if 'A' <= d && d <= 'Z' {
					want[k] = d + 'a' - 'A'
				}
			}
			if got := fold(word(b[:], 0)); got != word(want[:], 0) {
				t.Fatalf("%q: got %x", b, got)
			}
		}
	}
}

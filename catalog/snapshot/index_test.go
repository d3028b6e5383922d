package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// every is a catalog whose index has a column of each kind.
const every = `catalog: every
environments:
  e:
    kind: anonymous
    target: {b: bool, i: int, d: double, s: string, l: list(string)}
    spaces: {h: {channel: web}}
    categories:
      c:
        filter: 'request.country in ["FR", "DE"]'
        offers:
          o1: {weights: 9, filter: 'target.b', content: {h: {}}, from: 2026-06-01T00:00Z}
          o2: {weights: 8, filter: 'target.i >= 3 && target.i < 7', content: {h: {}}}
          o3: {weights: 7, filter: 'target.d > 0.5 || target.d == 0.0', content: {h: {}}}
          o4: {weights: 6, filter: 'target.s == "x" && "k" in target.l', content: {h: {}}, to: 2026-07-01T00:00Z}
          o5: {weights: 5, filter: '!("k" in target.l) && target.i * 2 > 4', content: {h: {}}}
          o6: {weights: 4, filter: 'target.b ? target.i > 3 : target.i < 3', content: {h: {}}}
          o7: {weights: 3, filter: 'interaction.space == "h" && interaction.new_visit', content: {h: {}}}
`

func everyKind(t testing.TB) []byte {
	c, diags := author.Parse([]catalog.File{{Name: "every.yaml", Text: []byte(every)}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return compiled(t, c)
}

// row is the bits of a class, a character for each offer.
func row(x *snapshot.Index, bitmap, offers int) string {
	out := bytes.Repeat([]byte{'1'}, offers)
	for i := range out {
		if bitmap != snapshot.AllOffers && x.Bitmap(bitmap)[i/8]>>(i%8)&1 == 0 {
			out[i] = '0'
		}
	}
	return string(out)
}

// TestIndex compares an index with bits that were worked out by hand.
func TestIndex(t *testing.T) {
	v := open(t, everyKind(t))
	if err := v.VerifyIndex(); err != nil {
		t.Fatal(err)
	}
	x := v.Index(0)
	builtin := func(i int) uint16 { return snapshot.Ref(snapshot.RootBuiltin, i) }
	target := func(i int) uint16 { return snapshot.Ref(snapshot.RootTarget, i) }
	want := []struct {
		ref     uint16
		kind    uint8
		classes []string
	}{
		{target(0), snapshot.ColumnBool, []string{"0111111", "1111111", "0111111"}},
		{target(1), snapshot.ColumnDouble, []string{"1101111", "1111111", "1101111", "1111111", "1101111", "1101111"}},
		{target(2), snapshot.ColumnInt, []string{"1011111", "1111111", "1011111", "1011111"}},
		{target(3), snapshot.ColumnHas, []string{"1110111", "1111011", "1110111"}},
		{target(4), snapshot.ColumnString, []string{"1111111", "1110111", "1110111"}},
		{builtin(snapshot.BuiltinNewVisit), snapshot.ColumnBool, []string{"1111110", "1111111", "1111110"}},
		{builtin(snapshot.BuiltinCountry), snapshot.ColumnString, []string{"1111111", "1111111", "0000000", "0000000"}},
		{snapshot.RefTime, snapshot.ColumnTime, []string{"0111111", "1111111", "1110111"}},
	}
	if x.Columns() != len(want) {
		t.Fatalf("%d columns, want %d", x.Columns(), len(want))
	}
	for i, w := range want {
		c := x.Column(i)
		if c.Ref != w.ref || c.Kind != w.kind || c.Classes() != len(w.classes) {
			t.Errorf("column %d: ref %x kind %d with %d classes, want %x %d %d", i, c.Ref, c.Kind, c.Classes(), w.ref, w.kind, len(w.classes))
			continue
		}
		for class, want := range w.classes {
			if got := row(&x, c.Bitmap(class), 7); got != want {
				t.Errorf("column %d, class %d: %s, want %s", i, class, got, want)
			}
		}
	}
	if got := row(&x, snapshot.Exact, 7); got != "1111000" {
		t.Errorf("exact: %s", got)
	}
}

func TestClasses(t *testing.T) {
	v := open(t, everyKind(t))
	x := v.Index(0)
	for n, want := range map[int64]int{math.MinInt64: 0, 2: 0, 3: 1, 6: 1, 7: 2, math.MaxInt64: 2} {
		if got := x.Column(2).ClassOfInt(n); got != want {
			t.Errorf("%d is in class %d, want %d", n, got, want)
		}
	}
	negative := math.Copysign(0, -1)
	for f, want := range map[float64]int{math.Inf(-1): 0, -5e-324: 0, negative: 1, 5e-324: 2, 0.5: 2, 0.6: 3, math.Inf(1): 3} {
		if got := x.Column(1).ClassOfDouble(f); got != want {
			t.Errorf("%v is in class %d, want %d", f, got, want)
		}
	}
	if got := x.Column(1).ClassOfDouble(math.NaN()); got != 4 {
		t.Errorf("NaN is in class %d", got)
	}
	for s, want := range map[string]int{"DE": 0, "FR": 1, "": 2, "F": 2, "FRA": 2} {
		if got := x.Column(6).ClassOfString([]byte(s)); got != want {
			t.Errorf("%q is in class %d, want %d", s, got, want)
		}
	}
	for list, want := range map[string]int{"\x90": 0, "\x91\xa1k": 1, "\x92\xa1a\xa1k": 1, "\x91\xa2kk": 0, "\x91\x01": -1, "\x91": -1, "\xa1k": -1, "\x90\x90": -1} {
		got, ok := x.Column(3).ClassOfList([]byte(list))
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q is in class %d, want %d", list, got, want)
		}
	}
}

// TestVerifyIndexFindsEveryBit flips each bit of each bitmap.
func TestVerifyIndexFindsEveryBit(t *testing.T) {
	b := everyKind(t)
	v := open(t, b)
	section := v.Section(snapshot.SecIndex)
	at := bytes.Index(b, section)
	x := v.Index(0)
	size := len(x.Bitmap(0))
	bitmaps := int(binary.LittleEndian.Uint32(section[8+4:]))
	refused := 0
	for i := at + len(section) - bitmaps*size; i < at+len(section); i++ {
		for bit := range 8 {
			b[i] ^= 1 << bit
			v, err := snapshot.Open(b)
			if err != nil {
				t.Fatal(err)
			}
			if v.Verify(believe(&v)) != nil || v.VerifyIndex() != nil {
				refused++
			}
			b[i] ^= 1 << bit
		}
	}
	if refused != bitmaps*size*8 || bitmaps < 8 {
		t.Errorf("%d of the bits of %d bitmaps are held", refused, bitmaps)
	}
}

// TestDamagedIndex writes what Verify refuses into a block.
func TestDamagedIndex(t *testing.T) {
	b := everyKind(t)
	v := open(t, b)
	section := v.Section(snapshot.SecIndex)
	at := bytes.Index(b, section)
	block := at + 8
	column := func(i int) int { // where it starts
		head := block + 8
		for k := range i {
			c := v.Index(0)
			head = bytes.Index(b[head:], []byte{byte(c.Column(k + 1).Ref), byte(c.Column(k+1).Ref >> 8), c.Column(k + 1).Kind}) + head
		}
		return head
	}
	for name, edit := range map[string]struct {
		at    int
		value []byte
	}{
		"the block starts elsewhere":       {at, []byte{2}},
		"the block is longer":              {at + 4, []byte{0xff, 0xff}},
		"the block is shorter":             {at + 4, []byte{1, 0}},
		"too many columns":                 {block, []byte{snapshot.MaxColumns + 1}},
		"a column more":                    {block, []byte{9}},
		"a column less":                    {block, []byte{7}},
		"no columns":                       {block, []byte{0}},
		"a head that is not 0":             {block + 2, []byte{1}},
		"a bitmap more":                    {block + 4, []byte{b[block+4] + 1}},
		"a bitmap less":                    {block + 4, []byte{b[block+4] - 1}},
		"bitmaps without end":              {block + 4, []byte{0xff, 0xff, 0xff, 0xff}},
		"a kind that does not exist":       {column(0) + 2, []byte{7}},
		"no kind":                          {column(0) + 2, []byte{0}},
		"keys of a bool":                   {column(0) + 3, []byte{1}},
		"a bitmap that does not exist":     {column(0) + 4, []byte{0xfe, 0xff}},
		"doubles out of order":             {column(1) + 4 + 7, []byte{0x7f}},
		"a key that is not a number":       {column(1) + 4, []byte{1, 0, 0, 0, 0, 0, 0xf8, 0x7f}},
		"integers out of order":            {column(2) + 4, []byte{8}},
		"the least integer":                {column(2) + 4, []byte{0, 0, 0, 0, 0, 0, 0, 0x80}},
		"a list of two keys":               {column(3) + 3, []byte{2}},
		"a key that is longer":             {column(4) + 4, []byte{200}},
		"an attribute of the space":        {column(5), []byte{byte(snapshot.Ref(snapshot.RootBuiltin, snapshot.BuiltinSpace))}},
		"an attribute of the offer":        {column(5), []byte{byte(snapshot.Ref(snapshot.RootBuiltin, snapshot.BuiltinCode))}},
		"the time as an attribute":         {column(7) + 2, []byte{snapshot.ColumnInt}},
		"columns out of order":             {column(6), []byte{0, 0}},
		"a bit for an offer behind all":    {at + len(section) - 8, []byte{0xff}},
		"a bit for an offer far behind":    {at + len(section) - 1, []byte{0x80}},
		"more keys than a column can have": {column(2) + 3, []byte{snapshot.MaxKeys + 1}},
	} {
		damaged := bytes.Clone(b)
		copy(damaged[edit.at:], edit.value)
		v, err := snapshot.Open(damaged)
		if err != nil {
			t.Fatal(err)
		}
		if v.Verify(believe(&v)) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

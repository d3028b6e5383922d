package snapshot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
)

// TestOpenAndVerifyTakeNoMemory holds that opening a snapshot, checking it whole
// and finding it damaged takes less than a megabyte besides its own bytes,
// whatever its size. It takes none but for the words of a refusal.
func TestOpenAndVerifyTakeNoMemory(t *testing.T) {
	var text strings.Builder
	text.WriteString("catalog: a\nconsent: assumed\nenvironments: {e: {kind: anonymous, spaces: {s: {channel: web, fields: {t: text}}}, categories: {c: {offers: {\n")
	for i := range 5000 {
		fmt.Fprintf(&text, " o%d: {weights: 1, filter: 'interaction.space == \"%d\"', content: {s: {t: 'Offer {{ offer.code }}'}}},\n", i, i%100)
	}
	text.WriteString("}}}}}\n")
	c, diags := author.Parse([]catalog.File{{Name: "a", Text: []byte(text.String())}})
	if diags.HasErrors() {
		t.Fatal(diags[0])
	}
	b := compiled(t, c)
	damaged := b[:len(b)-8]
	for name, check := range map[string]func() error{
		"whole": func() error {
			v, err := snapshot.Open(b)
			if err == nil {
				err = v.Verify(seal.Sum256)
			}
			return err
		},
		"cut": func() error {
			if _, err := snapshot.Open(damaged); err == nil {
				return snapshot.Problem("accepted")
			}
			return nil
		},
		"damaged": func() error {
			v, _ := snapshot.Open(b)
			b[len(b)/2] ^= 1
			defer func() { b[len(b)/2] ^= 1 }()
			if v.Verify(seal.Sum256) == nil {
				return snapshot.Problem("accepted")
			}
			return nil
		},
	} {
		before := allocated()
		if err := check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := allocated() - before; n > 1<<20 {
			t.Errorf("%s: %d bytes allocated for a snapshot of %d", name, n, len(b))
		}
	}
}

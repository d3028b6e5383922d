package snapshot_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// tongues are tags that meet: of one letter more, cut in a part, with a part of
// one character.
var tongues = []string{"en", "en-GB", "en-gb-oxendict", "eng", "fr", "fr-CH", "fr-CA", "zh-Hant", "zh-Hant-TW", "de-x-low", "de", "sl-rozaj-1994"}

// TestFindTranslation compares the look-up with that of RFC 4647, 3.4, step by
// step, on any asked tags.
func TestFindTranslation(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		own := rapid.SampledFrom(append([]string{""}, tongues...)).Draw(rt, "own")
		tags := rapid.SliceOfNDistinct(rapid.SampledFrom(tongues), 0, 6, strings.ToLower).Draw(rt, "tags")
		c, want := inLanguages(own, tags)
		v := open(t, compiled(t, c))
		asked := rapid.OneOf(
			rapid.SampledFrom(tongues),
			rapid.Custom(func(rt *rapid.T) string {
				return rapid.SampledFrom(tongues).Draw(rt, "start") + rapid.StringMatching(`(-[A-Za-z0-9]{0,3}){0,3}`).Draw(rt, "rest")
			}),
			rapid.StringMatching(`[A-Za-z-]{0,6}`), rapid.String(),
		).Draw(rt, "asked")
		if rapid.Bool().Draw(rt, "capitals") {
			asked = strings.ToUpper(asked)
		}
		o := v.Offer(0)
		content := v.FindTranslation(o, 1, []byte(asked))
		got := string(v.Text(v.ContentField(content.Fields().Start).Raw())[5:])
		if expected := want[lookUp(asked, own, tags)]; got != expected {
			rt.Fatalf("%q of %q and %q: %s, want %s", asked, own, tags, got, expected)
		}
		if v.FindTranslation(o, 0, []byte(asked)) == nil || v.FindTranslation(o, 7, []byte(asked)) != nil {
			rt.Fatal("another space")
		}
	})
}

// inLanguages is a catalog of one offer with a text for the default, "", and for
// each tag but the catalog's own.
func inLanguages(own string, tags []string) (*catalog.Catalog, map[string]string) {
	text := func(s string) catalog.Text { return catalog.Text{S: s} }
	content := func(value string) []catalog.Content {
		return []catalog.Content{
			{Space: text("a"), Fields: []catalog.ContentField{{Name: text("t"), Value: text("a " + value)}}},
			{Space: text("b"), Fields: []catalog.ContentField{{Name: text("t"), Value: text("b " + value)}}},
		}
	}
	o := &catalog.Offer{Code: text("o"), Enabled: true, Approved: true, Content: content("default")}
	want := map[string]string{"": "b default"}
	for _, tag := range tags {
		if !strings.EqualFold(tag, own) {
			o.Translations = append(o.Translations, catalog.Translation{Language: text(tag), Content: content(tag)})
			want[strings.ToLower(tag)] = "b " + tag
		}
	}
	e := &catalog.Environment{Name: text("e"), Kind: catalog.Anonymous, VisitorFolder: text("e")}
	for _, name := range []string{"a", "b", "c"} {
		e.Spaces = append(e.Spaces, &catalog.Space{
			Name: text(name), Channel: text("web"), Fields: []catalog.Field{{Name: text("t"), Type: catalog.FieldText}},
		})
	}
	e.Categories = []*catalog.Category{{Name: text("all"), Enabled: true, Offers: []*catalog.Offer{o}}}
	return &catalog.Catalog{Language: text(own), Environments: []*catalog.Environment{e}}, want
}

// lookUp is the tag in lower case whose content is shown, "" for the default.
func lookUp(asked, own string, tags []string) string {
	asked = strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, asked)
	for asked != "" {
		if asked == strings.ToLower(own) {
			return ""
		}
		for _, tag := range tags {
			if strings.ToLower(tag) == asked {
				return asked
			}
		}
		cut := strings.LastIndexByte(asked, '-')
		if cut < 0 {
			return ""
		}
		asked = asked[:cut]
		if n := len(asked); n > 1 && asked[n-2] == '-' { // a part of one character goes too
			asked = asked[:n-2]
		}
	}
	return ""
}

func TestFindConsent(t *testing.T) {
	v := fromYAML(t, `
consent: {cookie: c, value: y}
sites: {a.b: e, "*.b": {environment: e, consent: assumed}, c.b: {environment: e, consent: {header: X-C, value: "1", gpc: ignore}}}
environments: {e: {kind: anonymous}}`)
	for host, want := range map[string]uint8{
		"a.b": snapshot.ConsentCookie, "x.b": snapshot.ConsentAssumed, "c.b": snapshot.ConsentHeader, "elsewhere": snapshot.ConsentCookie,
	} {
		if got := v.FindConsent([]byte(host)).Source(); got != want {
			t.Errorf("%s: source %d, want %d", host, got, want)
		}
	}
	v = fromYAML(t, `
sites: {a.b: e, c.b: {environment: e, consent: assumed}}
environments: {e: {kind: anonymous}}`)
	if c := v.FindConsent([]byte("a.b")); c != nil {
		t.Errorf("consent from source %d, which nobody has written", c.Source())
	}
	if c := v.FindConsent([]byte("c.b")); c == nil || c.Source() != snapshot.ConsentAssumed {
		t.Error("the site's own consent is not found")
	}
}

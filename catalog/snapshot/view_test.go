package snapshot_test

import (
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/internal/draw"
	"github.com/profferhq/proffer/catalog/rule"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
)

// compiled is the snapshot of a catalog.
func compiled(t testing.TB, c *catalog.Catalog) []byte {
	b, diags := compile.Compile(c)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return b
}

// open is the verified View of a snapshot.
func open(t testing.TB, b []byte) *snapshot.View {
	v, err := snapshot.Open(b)
	if err == nil {
		err = v.Verify(seal.Sum256)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

// TestViewReadsWhatTheAuthorWrote compiles drawn catalogs, reads all of them
// back and compares it with the model, in the order, with the inheritance and
// with the programs that the format prescribes.
func TestViewReadsWhatTheAuthorWrote(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := draw.Catalog(rt)
		v := open(t, compiled(t, c))
		if err := v.VerifyIndex(); err != nil {
			rt.Fatal(err)
		}
		// The model may add parameters, which the snapshot then lacks.
		want, got := modelLines(t, c, rule.NewParameters(parametersOf(v))), viewLines(v)
		for i := range max(len(want), len(got)) {
			if i >= len(want) || i >= len(got) || want[i] != got[i] {
				rt.Fatalf("line %d:\n got %s\nwant %s", i+1, line(got, i), line(want, i))
			}
		}
	})
}

func line(l lines, i int) string {
	if i < len(l) {
		return l[i]
	}
	return "(end)"
}

// viewLines describes a snapshot, through the accessors of View alone.
func viewLines(v *snapshot.View) lines {
	l := viewer{View: v, lines: &lines{}}
	head := v.Catalog()
	l.add("catalog %q zone %q language %q sites %v assumed %v", v.Name(head.Name()), v.Name(head.Zone()), v.Name(head.Language()),
		head.Flags()&snapshot.CatalogSites != 0, head.Flags()&snapshot.CatalogConsentAssumed != 0)
	l.consent(head.Consent())
	for i := range v.Count(snapshot.SecSites) {
		s := v.Site(i)
		host := [...]string{snapshot.SiteExact: "", snapshot.SiteSuffix: "*", snapshot.SiteAny: "*"}[s.Kind()]
		l.add("site %s%s -> %s", host, v.Name(s.Name()), v.Name(v.Environment(s.Environment()).Name()))
		l.consent(s.Consent())
	}
	l.experiments()
	for i := range v.Count(snapshot.SecEnvironments) {
		l.environment(v.Environment(i))
	}
	for i := range v.Count(snapshot.SecJSONSlots) {
		s := v.JSONSlot(i)
		prefix := s.Prefix()
		l.add("json %s %d %s %s_%d", v.Name(s.Page()), prefix, v.Name(s.Path()), v.Name(s.Space()), s.N())
	}
	for _, p := range parametersOf(v) {
		l.add("reads %d %s", p.Kind, p.Name)
	}
	return *l.lines
}

func parametersOf(v *snapshot.View) (out []rule.Parameter) {
	for i := range v.Count(snapshot.SecParameters) {
		p := v.Parameter(i)
		out = append(out, rule.Parameter{Kind: p.Kind(), Name: string(v.Name(p.Name()))})
	}
	return out
}

func (l viewer) consent(index uint32) {
	if index == snapshot.None {
		return
	}
	c := l.Consent(index)
	purposes := []int{}
	for p := range 32 {
		if c.Purposes()>>p&1 == 1 {
			purposes = append(purposes, p+1)
		}
	}
	l.add("  consent %d %q %q %v ignores GPC %v", c.Source(), l.Name(c.Name()), l.Name(c.Value()), purposes, c.Flags()&snapshot.ConsentIgnoreGPC != 0)
}

type viewer struct {
	*snapshot.View
	*lines
}

func (l viewer) environment(e *snapshot.Environment) {
	l.add("environment %s %s ties %d folder %q people %q section %x", l.Name(e.Name()), catalog.Kind(e.Kind()), e.Ties(),
		l.Name(e.Folder()), l.Name(e.People()), e.Section())
	l.add(" stored %v shares %v merges %v", e.History() == snapshot.HistoryStore, e.Flags()&snapshot.EnvironmentSharesFolder != 0,
		e.Flags()&snapshot.EnvironmentMergesHistory != 0)
	for g, r := range [3]snapshot.Range{e.Target(), e.Attributes(), e.OfferAttributes()} {
		for i := r.Start; i < r.End(); i++ {
			a := l.Attribute(i)
			l.add(" attribute %d %s %s = %s hash %x", g, l.Name(a.Name()), catalog.Type(a.Type()), decoded(l.Value(a.Default())), a.Hash())
		}
	}
	l.add(" filter %s", l.program(e.Filter()))
	for i := e.Pages().Start; i < e.Pages().End(); i++ {
		p := l.Page(i)
		var slots []string
		for j := p.Slots().Start; j < p.Slots().End(); j++ {
			s := l.PageSlot(j)
			slots = append(slots, fmt.Sprintf("%s_%d", l.Name(l.Space(s.Space()).Name()), s.N()))
		}
		l.add(" page %s %v", l.Name(p.Match()), slots)
	}
	for i := e.Spaces().Start; i < e.Spaces().End(); i++ {
		l.space(e, l.Space(i))
	}
	l.tree(e, e.Categories().Start, e.Categories().End())
	for i := e.Offers().Start; i < e.Offers().End(); i++ {
		l.offer(e, i-e.Offers().Start, l.Offer(i))
	}
	l.typology(e)
}

func (l viewer) space(e *snapshot.Environment, s *snapshot.Space) {
	linked := ""
	if s.Flags()&snapshot.SpaceFallback != 0 {
		to := l.Space(s.Linked())
		linked = string(l.Name(l.Environment(to.Environment()).Name())) + "/" + string(l.Name(to.Name()))
	}
	l.add(" space %s channel %s implicit %v duplicates %v store %v %s %s linked %q", l.Name(s.Name()), l.Name(s.Channel()),
		s.Flags()&snapshot.SpaceImplicit != 0, s.Flags()&snapshot.SpaceAllowDuplicates != 0, s.Flags()&snapshot.SpaceStorePropositions != 0,
		catalog.Status(s.OnProposed()), catalog.Status(s.OnAccepted()), linked)
	for i := s.Fields().Start; i < s.Fields().End(); i++ {
		f := l.Field(i)
		l.add("  field %s %s required %v", l.Name(f.Name()), catalog.FieldType(f.Type()), f.Required())
	}
	l.add("  viewable %v track %v", s.Flags()&snapshot.SpaceViewable != 0, s.Flags()&snapshot.SpaceTrack != 0)
	l.add("  html %s", l.template(s.HTML(), s.Fields()))
	l.add("  json %s", l.template(s.JSON(), s.Fields()))
	l.add("  text %s", l.template(s.Text(), s.Fields()))
	cats := []string{}
	for i := s.Categories().Start; i < s.Categories().End(); i++ {
		cats = append(cats, string(l.Name(l.Category(l.List(i)).Name())))
	}
	slices.Sort(cats) // they lie in the order of the tree
	fallback := ""
	if s.FallbackOffer() != snapshot.None {
		fallback = string(l.Name(l.Offer(s.FallbackOffer()).Code()))
	}
	l.add("  defaults %v %v fallback %q", cats, l.names(s.Themes()), fallback)
	for i, r := range [2]snapshot.Range{s.Writes(), s.AcceptanceWrites()} {
		for j := r.Start; j < r.End(); j++ {
			w := l.Write(j)
			l.add("  write %d %s %s", i, l.Name(l.Attribute(e.Target().Start+w.Attribute()).Name()), l.program(w.Program()))
		}
	}
	var live []string
	for base := uint32(0); base < e.Offers().Count; base += 64 {
		for word := l.Bitmap(s.Live() + base/64); word != 0; word &= word - 1 {
			o := l.Offer(e.Offers().Start + base + uint32(bits.TrailingZeros64(word)))
			live = append(live, string(l.Name(o.Code())))
		}
	}
	l.add("  live %v", live)
}

func (l viewer) names(r snapshot.Range) []string {
	out := []string{}
	for i := r.Start; i < r.End(); i++ {
		out = append(out, string(l.Name(l.List(i))))
	}
	return out
}

// tree describes the categories from one to another.
func (l viewer) tree(e *snapshot.Environment, from, to uint32) {
	for i := from; i < to; i = l.Category(i).End() {
		c := l.Category(i)
		path, themes := l.names(c.Path()), l.names(c.Themes())
		l.add(" category %v themes %v always %v", path, themes, c.Flags()&snapshot.CategoryAlwaysInclude != 0)
		l.add("  multiplier %v %d %d filter %s", c.Multiplier(), c.MultiplierFrom(), c.MultiplierTo(), l.program(c.Filter()))
		values, themeValues := c.Lists()
		if got := decoded(l.Value(values)) + decoded(l.Value(themeValues)); got != fmt.Sprint(path)+fmt.Sprint(themes) {
			l.add("  and as values %s", got)
		}
		if found := l.FindCategory(e, c.Name()); found != i {
			l.add("  found at %d, not %d", found, i)
		}
		l.tree(e, i+1, c.End())
		l.add(" end %s", l.Name(c.Name()))
	}
}

func (l viewer) offer(e *snapshot.Environment, rank uint32, o *snapshot.Offer) {
	l.add(" offer %d %s in %v live %v label %q", rank, l.Name(o.Code()), l.names(l.Category(o.Category()).Path()),
		o.Flags()&snapshot.OfferLive != 0, l.Text(o.Label()))
	l.add("  from %d to %d bound %v filter %s", o.From(), o.To(), o.Bound(), l.program(o.Filter()))
	var all []string
	for i := o.Weights().Start; i < o.Weights().End(); i++ {
		w := l.Weight(i)
		space := ""
		if w.Space() != snapshot.None {
			space = string(l.Name(l.Space(w.Space()).Name()))
		}
		all = append(all, fmt.Sprintf("  weight %v %s from %d to %d space %q filter %s", w.Value(), l.program(w.Program()), w.From(), w.To(), space, l.program(w.Filter())))
	}
	slices.Sort(all)
	*l.lines = append(*l.lines, all...)
	for i := range e.OfferAttributes().Count {
		l.add("  attribute %s %s", l.Name(l.Attribute(e.OfferAttributes().Start+i).Name()), decoded(l.OfferAttribute(o.Attributes()+i)))
	}
	for i := o.Contents().Start; i < o.Contents().End(); i++ {
		l.content(l.Content(i))
	}
}

func (l viewer) content(c *snapshot.Content) {
	l.add("  content %s %q", l.Name(l.Space(c.Space()).Name()), l.Name(c.Language()))
	for i := range c.Fields().Count {
		name := l.Name(l.Field(l.Space(c.Space()).Fields().Start + i).Name())
		f := l.ContentField(c.Fields().Start + i)
		if f.Raw().Start == snapshot.None {
			l.add("   %s absent", name)
			continue
		}
		l.add("   %s raw %s", name, l.template(f.Raw(), snapshot.Range{}))
		l.add("   %s html %s", name, l.template(f.HTML(), snapshot.Range{}))
	}
}

func (l viewer) program(id uint32) string {
	if id == snapshot.None {
		return "none"
	}
	if got := l.Uses(id); got != uint32(snapshot.ProgramUses(l.Program(id))) {
		return fmt.Sprintf("uses %x", got)
	}
	return hex.EncodeToString(l.Program(id))
}

// template describes the segments of a template.
func (l viewer) template(s snapshot.Span, fields snapshot.Range) string {
	t := l.Text(s)
	if t == nil {
		return "none"
	}
	var b strings.Builder
	l.segments(&b, t, fields)
	return b.String()
}

func (l viewer) segments(b *strings.Builder, t []byte, fields snapshot.Range) {
	u16 := func(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 }
	u32 := func(b []byte) uint32 { return u16(b) | u16(b[2:])<<16 }
	for len(t) > 0 {
		switch t[0] {
		case snapshot.SegLiteral:
			n := 5 + u32(t[1:])
			b.Write(t[5:n])
			t = t[n:]
		case snapshot.SegExpr:
			fmt.Fprintf(b, "[%d %s]", t[1], l.program(u32(t[2:])))
			t = t[6:]
		case snapshot.SegField:
			fmt.Fprintf(b, "[%s %s]", [...]string{"raw", "html", "json", "value", "click"}[t[1]], l.field(fields, u16(t[2:])))
			t = t[4:]
		case snapshot.SegIf:
			n := 7 + u32(t[3:])
			fmt.Fprintf(b, "(?%s ", l.field(fields, u16(t[1:])))
			l.segments(b, t[7:n], fields)
			b.WriteString(")")
			t = t[n:]
		}
	}
}

// field is the name of a rendering's field.
func (l viewer) field(fields snapshot.Range, i uint32) string {
	if i >= uint32(snapshot.PropositionFields) {
		return snapshot.PropositionNames[i-uint32(snapshot.PropositionFields)]
	}
	return string(l.Name(l.Field(fields.Start + i).Name()))
}

// decoded is the text form of a msgpack value, by a decoder that is not ours.
func decoded(b []byte) string {
	if b == nil {
		return "none"
	}
	var v any
	if err := msgpack.Unmarshal(b, &v); err != nil {
		return err.Error()
	}
	return fmt.Sprint(v)
}

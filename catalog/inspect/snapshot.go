package inspect

import (
	"encoding/hex"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
)

// Read is what a verified snapshot says.
func Read(v *snapshot.View) *Catalog {
	head := v.Catalog()
	out := &Catalog{
		Snapshot: hex.EncodeToString(v.Hash()), Bytes: len(v.Bytes()),
		Name: name(v, head.Name()), Zone: name(v, head.Zone()), Language: name(v, head.Language()),
	}
	if out.Zone == "" {
		out.Zone = "UTC"
	}
	out.Consent = consentOf(v, head.Consent())
	for i := range v.Count(snapshot.SecJSONSlots) {
		s := v.JSONSlot(i)
		out.JSON = append(out.JSON, JSONSlot{Page: name(v, s.Page()), Path: name(v, s.Path()), Slot: slot(name(v, s.Space()), int(s.N()))})
	}
	for i := range v.Count(snapshot.SecSites) {
		s := v.Site(i)
		out.Sites = append(out.Sites, Site{Host: host(v, s), Environment: name(v, v.Environment(s.Environment()).Name()), Consent: consentOf(v, s.Consent())})
	}
	if len(v.Section(snapshot.SecRetention)) > 0 {
		visitors, propositions := v.Retention()
		out.Retention = &Retention{Visitors: duration(visitors), Propositions: duration(propositions)}
	}
	if h := v.Holdout(); h != nil {
		out.Holdout = &Holdout{Name: name(v, h.Name()), Version: int64(h.Version()), Percent: h.Percent()}
	}
	for i := range v.Count(snapshot.SecExperiments) {
		x := v.Experiment(i)
		one := Experiment{Name: name(v, x.Name()), Version: int64(x.Version()), Arms: map[string]any{}}
		for j := x.Arms().Start; j < x.Arms().End(); j++ {
			one.Arms[name(v, v.Arm(j).Name())] = int64(v.Arm(j).Weight())
		}
		out.Experiments = append(out.Experiments, one)
	}
	for i := range v.Count(snapshot.SecEnvironments) {
		e := decoding{words{v, v.Environment(i)}}
		out.Environments = append(out.Environments, e.environment())
	}
	return out
}

func name(v *snapshot.View, id uint32) string { return string(v.Name(id)) }

// consentOf is a consent record, nil for None.
func consentOf(v *snapshot.View, i uint32) *Consent {
	if i == snapshot.None {
		return nil
	}
	c := v.Consent(i)
	out := &Consent{Source: consentSources[c.Source()], Name: name(v, c.Name()), Value: name(v, c.Value())}
	for p := range 32 {
		if c.Purposes()>>p&1 != 0 {
			out.Purposes = append(out.Purposes, p+1)
		}
	}
	if c.Flags()&snapshot.ConsentIgnoreGPC != 0 {
		out.GPC = "ignore"
	}
	return out
}

func host(v *snapshot.View, s *snapshot.Site) string {
	switch s.Kind() {
	case snapshot.SiteSuffix:
		return "*" + name(v, s.Name())
	case snapshot.SiteAny:
		return "*"
	}
	return name(v, s.Name())
}

// decoding reads one environment.
type decoding struct{ words }

func (d decoding) name(id uint32) string { return name(d.view, id) }

func (d decoding) environment() Environment {
	e := d.env
	out := Environment{
		Name: d.name(e.Name()), Kind: catalog.Kind(e.Kind()).String(), VisitorFolder: d.name(e.Folder()),
		ShareFolder: e.Flags()&snapshot.EnvironmentSharesFolder != 0, People: d.name(e.People()),
		History: history(e.History() == snapshot.HistoryStore), MergeHistory: e.Flags()&snapshot.EnvironmentMergesHistory != 0, Filter: d.filter(e.Filter()),
		Target: d.attributes(e.Target()), Attributes: d.attributes(e.Attributes()), OfferAttributes: d.attributes(e.OfferAttributes()),
	}
	if int(e.Ties()) < len(ties) {
		out.Ties = ties[e.Ties()]
	}
	for i := e.Pages().Start; i < e.Pages().End(); i++ {
		p := d.view.Page(i)
		page := Page{Match: d.name(p.Match())}
		for j := p.Slots().Start; j < p.Slots().End(); j++ {
			s := d.view.PageSlot(j)
			page.Slots = append(page.Slots, slot(d.name(d.view.Space(s.Space()).Name()), int(s.N())))
		}
		out.Pages = append(out.Pages, page)
	}
	for i := e.Spaces().Start; i < e.Spaces().End(); i++ {
		out.Spaces = append(out.Spaces, d.space(d.view.Space(i)))
	}
	for i := e.Rules().Start; i < e.Rules().End(); i++ {
		out.Rules = append(out.Rules, d.rule(d.view.Rule(i)))
	}
	for i := e.Categories().Start; i < e.Categories().End(); i++ {
		out.Categories = append(out.Categories, d.category(d.view.Category(i)))
	}
	for i := e.Offers().Start; i < e.Offers().End(); i++ {
		out.Offers = append(out.Offers, d.offer(d.view.Offer(i)))
	}
	return out
}

func (d decoding) filter(program uint32) Filter {
	if program == snapshot.None {
		return nil
	}
	return Filter{d.expression(program)}
}

func (d decoding) attributes(r snapshot.Range) (out []Attribute) {
	for i := r.Start; i < r.End(); i++ {
		a := d.view.Attribute(i)
		out = append(out, Attribute{Name: d.name(a.Name()), Type: catalog.Type(a.Type()).String(), Default: decoded(d.view.Value(a.Default()))})
	}
	return out
}

// decoded is a msgpack value, nil if absent.
func decoded(b []byte) any {
	if b == nil {
		return nil
	}
	c := wire.NewCursor(b)
	return value(&c)
}

func value(c *wire.Cursor) any {
	switch c.Kind() {
	case wire.Bool:
		return c.Bool()
	case wire.Int:
		return c.Int()
	case wire.Float:
		return c.Float()
	case wire.Str:
		return string(c.Str())
	case wire.Array:
		list := []any{}
		for n := c.Array(); n > 0 && c.OK(); n-- {
			list = append(list, value(c))
		}
		return list
	}
	return nil
}

func (d decoding) space(s *snapshot.Space) Space {
	flags := s.Flags()
	stores := flags&snapshot.SpaceStorePropositions != 0
	out := Space{
		Name: d.name(s.Name()), Channel: d.name(s.Channel()),
		Identification:  Identification{Implicit: flags&snapshot.SpaceImplicit != 0},
		Themes:          d.list(s.Themes(), d.name),
		AllowDuplicates: flags&snapshot.SpaceAllowDuplicates != 0, Viewable: flags&snapshot.SpaceViewable != 0,
		Track: truth(flags&snapshot.SpaceTrack != 0),
		Store: Store{
			Propositions:  &stores,
			OnProposition: catalog.Status(s.OnProposed()).String(), OnAcceptance: catalog.Status(s.OnAccepted()).String(),
			Visitor: d.writes(s.Writes()), VisitorOnAcceptance: d.writes(s.AcceptanceWrites()),
		},
	}
	out.Categories = d.list(s.Categories(), func(i uint32) string { return d.name(d.view.Category(i).Name()) })
	if flags&snapshot.SpaceFallback != 0 {
		linked := d.view.Space(s.Linked())
		out.Identification.Fallback = d.name(d.view.Environment(linked.Environment()).Name()) + "/" + d.name(linked.Name())
	}
	if s.FallbackOffer() != snapshot.None {
		out.FallbackOffer = d.name(d.view.Offer(s.FallbackOffer()).Code())
	}
	for i := s.Fields().Start; i < s.Fields().End(); i++ {
		f := d.view.Field(i)
		out.Fields = append(out.Fields, Field{Name: d.name(f.Name()), Type: catalog.FieldType(f.Type()).String(), Required: f.Required()})
	}
	out.Render = Render{
		HTML: d.template(d.view.Text(s.HTML()), s.Fields()), JSON: d.template(d.view.Text(s.JSON()), s.Fields()),
		Text: d.template(d.view.Text(s.Text()), s.Fields()),
	}
	return out
}

func (d decoding) list(r snapshot.Range, text func(uint32) string) (out []string) {
	for i := r.Start; i < r.End(); i++ {
		out = append(out, text(d.view.List(i)))
	}
	return out
}

func (d decoding) writes(r snapshot.Range) map[string]string {
	out := map[string]string{}
	for i := r.Start; i < r.End(); i++ {
		w := d.view.Write(i)
		out[d.name(d.view.Attribute(d.env.Target().Start+w.Attribute()).Name())] = d.expression(w.Program())
	}
	return out
}

func (d decoding) category(c *snapshot.Category) Category {
	out := Category{
		Name: d.name(c.Name()), Themes: d.list(c.Themes(), d.name), Filter: d.filter(c.Filter()),
		AlwaysInclude: c.Flags()&snapshot.CategoryAlwaysInclude != 0,
	}
	if c.Parent() != snapshot.None {
		out.Below = d.name(d.view.Category(c.Parent()).Name())
	}
	from, to := bounds(c.MultiplierFrom(), c.MultiplierTo())
	if c.Multiplier() != 1 || from != nil || to != nil {
		out.Multiplier = &Multiplier{Value: c.Multiplier(), From: from, To: to}
	}
	return out
}

// bounds are the ends of a period that are not open.
func bounds(from, to int64) (start, end *Instant) {
	if from != snapshot.Never {
		start = (*Instant)(&from)
	}
	if to != snapshot.Forever {
		end = (*Instant)(&to)
	}
	return start, end
}

func (d decoding) offer(o *snapshot.Offer) Offer {
	live := o.Flags()&snapshot.OfferLive != 0
	out := Offer{
		Code: d.name(o.Code()), Label: string(d.view.Text(o.Label())), Category: d.name(d.view.Category(o.Category()).Name()),
		Live: &live, Filter: d.filter(o.Filter()), Attributes: map[string]any{},
	}
	out.From, out.To = bounds(o.From(), o.To())
	for i := o.Weights().Start; i < o.Weights().End(); i++ {
		out.Weights = append(out.Weights, d.weight(d.view.Weight(i)))
	}
	declared := d.env.OfferAttributes()
	for i := range declared.Count {
		if b := d.view.OfferAttribute(o.Attributes() + i); b != nil {
			out.Attributes[d.name(d.view.Attribute(declared.Start+i).Name())] = decoded(b)
		}
	}
	for i := o.Contents().Start; i < o.Contents().End(); i++ {
		c := d.view.Content(i)
		if c.Language() == snapshot.None {
			out.Content = append(out.Content, d.content(c))
		} else {
			out.translate(d.name(c.Language()), d.content(c))
		}
	}
	return out
}

// translate adds content to that of its language.
func (o *Offer) translate(language string, c Content) {
	for i := range o.Translations {
		if t := &o.Translations[i]; t.Language == language {
			t.Content = append(t.Content, c)
			return
		}
	}
	o.Translations = append(o.Translations, Translation{Language: language, Content: []Content{c}})
}

func (d decoding) weight(w *snapshot.Weight) Weight {
	out := Weight{Value: w.Value(), Filter: d.filter(w.Filter())}
	out.From, out.To = bounds(w.From(), w.To())
	if w.Program() != snapshot.None {
		out.Value = d.expression(w.Program())
	}
	if w.Space() != snapshot.None {
		out.Space = d.name(d.view.Space(w.Space()).Name())
	}
	return out
}

func (d decoding) content(c *snapshot.Content) Content {
	space := d.view.Space(c.Space())
	out := Content{Space: d.name(space.Name()), Fields: map[string]string{}}
	for i := range c.Fields().Count {
		if raw := d.view.Text(d.view.ContentField(c.Fields().Start + i).Raw()); raw != nil {
			out.Fields[d.name(d.view.Field(space.Fields().Start+i).Name())] = d.template(raw, space.Fields())
		}
	}
	return out
}

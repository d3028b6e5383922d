package snapshot

import (
	"bytes"
	"math"
	"math/bits"
	"strconv"

	"github.com/profferhq/proffer/catalog/wire"
)

// Verify checks a snapshot whole, given SHA-256: its hash, that every index
// points into its section, that what is searched is sorted, that templates,
// programs and values are well formed. A View that passed never panics.
func (v *View) Verify(sum func([]byte) [HashSize]byte) error {
	if len(v.bytes) == 0 {
		return Problem("empty")
	}
	if h := sum(v.Hashed()); !bytes.Equal(h[:], v.hash) {
		return Problem("the hash does not match the content")
	}
	c := checker{v: v}
	c.names()
	c.catalog()
	c.environments()
	c.attributes()
	c.pages()
	c.spaces()
	c.categories()
	c.offers()
	c.contents()
	c.programs()
	c.transitions()
	return c.err
}

// checker keeps the first problem that it finds.
type checker struct {
	v   *View
	err error
}

// want notes a problem unless ok.
func (c *checker) want(ok bool, record string, i uint32, what string) {
	if !ok && c.err == nil {
		c.err = Problem(record + " " + strconv.Itoa(int(i)) + ": " + what)
	}
}

func (c *checker) name(id uint32, record string, i uint32) {
	c.want(id < c.v.Count(SecNameIndex)-1, record, i, "no such name")
}

func (c *checker) nameOrNone(id uint32, record string, i uint32) {
	if id != None {
		c.name(id, record, i)
	}
}

// within checks that a run lies in a section.
func (c *checker) within(r Range, section int, record string, i uint32) bool {
	ok := uint64(r.Start)+uint64(r.Count) <= uint64(c.v.Count(section))
	c.want(ok, record, i, "a run leaves its section")
	return ok
}

// bytesOf checks that a span, if present, lies in a section, and gives it.
func (c *checker) bytesOf(s Span, section int, record string, i uint32) []byte {
	if s.Start == None {
		return nil
	}
	if !c.within(Range{s.Start, s.Length}, section, record, i) {
		return nil
	}
	return c.v.sections[section][s.Start : s.Start+s.Length]
}

func (c *checker) program(id uint32, record string, i uint32) {
	c.want(id == None || id < c.v.Count(SecPrograms), record, i, "no such program")
}

func (c *checker) value(s Span, record string, i uint32) {
	if b := c.bytesOf(s, SecValues, record, i); b != nil || s.Start != None {
		c.want(wire.Check(b, 4) == nil, record, i, "malformed value")
	}
}

// namesIn checks a run of SecLists that holds names.
func (c *checker) namesIn(r Range, record string, i uint32) {
	if !c.within(r, SecLists, record, i) {
		return
	}
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		c.name(c.v.List(j), record, i)
	}
}

func (c *checker) names() {
	v := c.v
	n := v.Count(SecNameIndex) - 1
	index, names := v.sections[SecNameIndex], v.sections[SecNames]
	c.want(u32(index) == 0 && u32(index[4*n:]) == uint32(len(names)), "names", n, "offsets do not cover the names")
	for i := uint32(0); i < n && c.err == nil; i++ {
		from, to := u32(index[4*i:]), u32(index[4*i+4:])
		c.want(from <= to && to <= uint32(len(names)), "name", i, "offsets out of order")
		if c.err == nil && i > 0 {
			c.want(bytes.Compare(v.Name(i-1), v.Name(i)) < 0, "name", i, "out of order")
		}
	}
}

func (c *checker) catalog() {
	v := c.v
	head := v.Catalog()
	c.nameOrNone(head.Name(), "catalog", 0)
	c.nameOrNone(head.Zone(), "catalog", 0)
	c.nameOrNone(head.Language(), "catalog", 0)
	n := v.Count(SecSites)
	c.want(head.ExactSites() <= n, "catalog", 0, "more exact sites than sites")
	for i := uint32(0); i < n && c.err == nil; i++ {
		s := v.Site(i)
		c.want(s.Environment() < v.Count(SecEnvironments), "site", i, "no such environment")
		c.want((s.Kind() == SiteExact) == (i < head.ExactSites()), "site", i, "out of order")
		c.want(s.Kind() >= SiteExact && s.Kind() <= SiteAny, "site", i, "unknown kind")
		if s.Kind() != SiteAny {
			c.name(s.Name(), "site", i)
		}
		if i > 0 && i < head.ExactSites() {
			c.want(v.Site(i-1).Name() < s.Name(), "site", i, "out of order")
		}
	}
}

func (c *checker) environments() {
	v := c.v
	var spaces, categories, offers uint32
	for i := uint32(0); i < v.Count(SecEnvironments) && c.err == nil; i++ {
		e := v.Environment(i)
		c.name(e.Name(), "environment", i)
		c.nameOrNone(e.Folder(), "environment", i)
		c.nameOrNone(e.People(), "environment", i)
		c.program(e.Filter(), "environment", i)
		c.want(e.Kind() == KindIdentified || e.Kind() == KindAnonymous, "environment", i, "unknown kind")
		c.want((e.Kind() == KindAnonymous) == (e.Folder() != None), "environment", i, "a visitor folder in the wrong kind")
		spaces = c.tiles(e.Spaces(), spaces, "environment", i)
		categories = c.tiles(e.Categories(), categories, "environment", i)
		offers = c.tiles(e.Offers(), offers, "environment", i)
		c.within(e.Pages(), SecPages, "environment", i)
		c.want(e.ExactPages() <= e.Pages().Count, "environment", i, "more exact pages than pages")
		for _, r := range [3]Range{e.Target(), e.Attributes(), e.OfferAttributes()} {
			c.sortedAttributes(r, i)
		}
	}
	c.want(spaces == v.Count(SecSpaces), "environments", 0, "a space belongs to none")
	c.want(categories == v.Count(SecCategories), "environments", 0, "a category belongs to none")
	c.want(offers == v.Count(SecOffers), "environments", 0, "an offer belongs to none")
}

// tiles checks that a run follows the one before it, and gives its end.
func (c *checker) tiles(r Range, end uint32, record string, i uint32) uint32 {
	if r.Count == 0 {
		return end
	}
	c.want(r.Start == end && uint64(r.Start)+uint64(r.Count) <= math.MaxUint32, record, i, "a run is out of order")
	return r.End()
}

func (c *checker) sortedAttributes(r Range, i uint32) {
	if !c.within(r, SecAttributes, "environment", i) {
		return
	}
	for j := r.Start + 1; j < r.End() && c.err == nil; j++ {
		c.want(c.v.Attribute(j-1).Name() < c.v.Attribute(j).Name(), "attribute", j, "out of order")
	}
}

func (c *checker) attributes() {
	for i := uint32(0); i < c.v.Count(SecAttributes) && c.err == nil; i++ {
		a := c.v.Attribute(i)
		c.name(a.Name(), "attribute", i)
		c.value(a.Default(), "attribute", i)
	}
}

func (c *checker) pages() {
	v := c.v
	for i := uint32(0); i < v.Count(SecPages) && c.err == nil; i++ {
		p := v.Page(i)
		c.name(p.Match(), "page", i)
		c.within(p.Slots(), SecPageSlots, "page", i)
		c.want(p.Slots().Count <= 64, "page", i, "more than 64 slots")
	}
	for i := uint32(0); i < v.Count(SecPageSlots) && c.err == nil; i++ {
		s := v.PageSlot(i)
		c.want(s.Space() < v.Count(SecSpaces), "page slot", i, "no such space")
		c.want(s.N() >= 1 && s.N() <= 100, "page slot", i, "ordinal out of range")
	}
}

func (c *checker) spaces() {
	v := c.v
	for e := uint32(0); e < v.Count(SecEnvironments) && c.err == nil; e++ {
		env := v.Environment(e)
		r := env.Spaces()
		for i := r.Start; i < r.End() && c.err == nil; i++ {
			c.space(env, e, i)
			c.want(i == r.Start || v.Space(i-1).Name() < v.Space(i).Name(), "space", i, "out of order")
		}
	}
	for i := uint32(0); i < v.Count(SecFields) && c.err == nil; i++ {
		c.name(v.Field(i).Name(), "field", i)
	}
	for i := uint32(0); i < v.Count(SecWrites) && c.err == nil; i++ {
		c.want(v.Write(i).Program() < v.Count(SecPrograms), "write", i, "no such program")
	}
}

func (c *checker) space(env *Environment, e, i uint32) {
	v := c.v
	s := v.Space(i)
	c.name(s.Name(), "space", i)
	c.nameOrNone(s.Channel(), "space", i)
	c.want(s.Environment() == e, "space", i, "in the wrong environment")
	if s.Flags()&SpaceFallback != 0 {
		c.want(s.Linked() < v.Count(SecSpaces), "space", i, "no such linked space")
		if c.err == nil {
			linked := v.Space(s.Linked()).Environment()
			c.want(linked < v.Count(SecEnvironments) && v.Environment(linked).Kind() == KindAnonymous, "space", i, "linked space is not anonymous")
		}
	} else {
		c.want(s.Linked() == None, "space", i, "a linked space without fallback")
	}
	c.within(s.Fields(), SecFields, "space", i)
	c.template(s.HTML(), s.Fields().Count, "space", i)
	c.categoriesIn(env, s.Categories(), i)
	c.namesIn(s.Themes(), "space", i)
	for _, w := range [2]Range{s.Writes(), s.AcceptanceWrites()} {
		if c.within(w, SecWrites, "space", i) {
			for j := w.Start; j < w.End(); j++ {
				c.want(v.Write(j).Attribute() < env.Target().Count, "write", j, "no such attribute")
			}
		}
	}
	if o := s.FallbackOffer(); o != None {
		c.want(o >= env.Offers().Start && o < env.Offers().End(), "space", i, "no such fallback offer")
	}
	if c.within(Range{s.Live(), (env.Offers().Count + 63) / 64}, SecBitmaps, "space", i) {
		c.live(env, s, i)
	}
}

// live checks that what a space's map calls live has content there.
func (c *checker) live(env *Environment, s *Space, i uint32) {
	v := c.v
	r := env.Offers()
	for base := uint32(0); base < r.Count && c.err == nil; base += 64 {
		for word := v.Bitmap(s.Live() + base/64); word != 0 && c.err == nil; word &= word - 1 {
			o := base + uint32(bits.TrailingZeros64(word))
			c.want(o < r.Count && c.within(v.Offer(r.Start+o).Contents(), SecContents, "offer", o), "space", i, "a live offer does not exist")
			if c.err == nil {
				c.want(v.FindContent(v.Offer(r.Start+o), i) != nil, "space", i, "a live offer has no content")
			}
		}
	}
}

func (c *checker) categoriesIn(env *Environment, r Range, i uint32) {
	if !c.within(r, SecLists, "space", i) {
		return
	}
	for j := r.Start; j < r.End() && c.err == nil; j++ {
		cat := c.v.List(j)
		c.want(cat >= env.Categories().Start && cat < env.Categories().End(), "space", i, "no such category")
	}
}

func (c *checker) categories() {
	v := c.v
	for e := uint32(0); e < v.Count(SecEnvironments) && c.err == nil; e++ {
		r := v.Environment(e).Categories()
		for i := r.Start; i < r.End() && c.err == nil; i++ {
			c.category(r, i)
		}
		for i := r.Start; i < r.End() && c.err == nil; i++ {
			c.categoryIndex(r, i)
		}
	}
}

func (c *checker) categoryIndex(r Range, i uint32) {
	v := c.v
	c.want(v.Count(SecCategoryIndex) == v.Count(SecCategories), "category index", i, "wrong length")
	if c.err != nil {
		return
	}
	cat := u32(v.sections[SecCategoryIndex][4*i:])
	c.want(cat >= r.Start && cat < r.End(), "category index", i, "no such category")
	if c.err == nil && i > r.Start {
		before := u32(v.sections[SecCategoryIndex][4*i-4:])
		c.want(v.Category(before).Name() < v.Category(cat).Name(), "category index", i, "out of order")
	}
}

// maxDepth bounds the category tree, which is walked recursively.
const maxDepth = 32

func (c *checker) category(r Range, i uint32) {
	v := c.v
	cat := v.Category(i)
	c.name(cat.Name(), "category", i)
	c.program(cat.Filter(), "category", i)
	c.want(cat.End() > i && cat.End() <= r.End(), "category", i, "its descendants leave the environment")
	depth := 0
	for p := cat.Parent(); p != None && c.err == nil; depth++ {
		c.want(p >= r.Start && p < i && v.Category(p).End() >= cat.End() && depth < maxDepth, "category", i, "wrong parent")
		if c.err == nil {
			p = v.Category(p).Parent()
		}
	}
	c.want(cat.Multiplier() > 0 && !math.IsInf(cat.Multiplier(), 0), "category", i, "multiplier out of range")
	c.namesIn(cat.Themes(), "category", i)
	c.namesIn(cat.Path(), "category", i)
	names, themes := cat.Lists()
	c.value(names, "category", i)
	c.value(themes, "category", i)
}

func (c *checker) offers() {
	v := c.v
	for e := uint32(0); e < v.Count(SecEnvironments) && c.err == nil; e++ {
		env := v.Environment(e)
		r := env.Offers()
		for i := r.Start; i < r.End() && c.err == nil; i++ {
			c.offer(env, i)
			c.want(i == r.Start || v.Offer(i-1).Bound() >= v.Offer(i).Bound(), "offer", i, "out of order")
		}
	}
	for i := uint32(0); i < v.Count(SecOfferAttributes) && c.err == nil; i++ {
		c.value(span(v.sections[SecOfferAttributes][int(i)*spanSize:]), "offer attribute", i)
	}
}

func (c *checker) offer(env *Environment, i uint32) {
	v := c.v
	o := v.Offer(i)
	c.name(o.Code(), "offer", i)
	c.program(o.Filter(), "offer", i)
	cats, spaces := env.Categories(), env.Spaces()
	c.want(o.Category() >= cats.Start && o.Category() < cats.End(), "offer", i, "no such category")
	c.bytesOf(o.Label(), SecText, "offer", i)
	c.within(Range{o.Attributes(), env.OfferAttributes().Count}, SecOfferAttributes, "offer", i)
	if r := o.Weights(); c.within(r, SecWeights, "offer", i) {
		for j := r.Start; j < r.End() && c.err == nil; j++ {
			w := v.Weight(j)
			c.program(w.Program(), "weight", j)
			c.program(w.Filter(), "weight", j)
			c.want(w.Space() == None || w.Space() >= spaces.Start && w.Space() < spaces.End(), "weight", j, "no such space")
		}
	}
	if r := o.Contents(); c.within(r, SecContents, "offer", i) {
		for j := r.Start; j < r.End() && c.err == nil; j++ {
			s := v.Content(j).Space()
			c.want(s >= spaces.Start && s < spaces.End(), "content", j, "no such space")
		}
	}
}

func (c *checker) contents() {
	v := c.v
	for i := uint32(0); i < v.Count(SecContents) && c.err == nil; i++ {
		r := v.Content(i).Fields()
		if !c.within(r, SecContentFields, "content", i) {
			return
		}
		c.want(v.Content(i).Space() < v.Count(SecSpaces) && r.Count == v.Space(v.Content(i).Space()).Fields().Count, "content", i, "wrong number of fields")
		for j := r.Start; j < r.End() && c.err == nil; j++ {
			f := v.ContentField(j)
			c.want((f.Raw().Start == None) == (f.HTML().Start == None), "content field", j, "only one form")
			c.template(f.Raw(), 0, "content field", j)
			c.template(f.HTML(), 0, "content field", j)
		}
	}
}

func (c *checker) programs() {
	v := c.v
	n := v.Count(SecPrograms)
	c.want(v.Count(SecProgramUses) == n, "programs", 0, "wrong number of uses")
	for i := uint32(0); i < n && c.err == nil; i++ {
		s := span(v.sections[SecPrograms][int(i)*spanSize:])
		c.want(s.Start != None, "program", i, "absent")
		if code := c.bytesOf(s, SecCode, "program", i); c.err == nil {
			if err := CheckProgram(code); err != nil {
				c.want(false, "program", i, err.Error())
			}
		}
	}
}

func (c *checker) transitions() {
	for i := uint32(1); i < c.v.Count(SecTransitions) && c.err == nil; i++ {
		c.want(c.v.Transition(i-1).At() < c.v.Transition(i).At(), "transition", i, "out of order")
	}
}

// template checks the segments of a template: their lengths, and that they
// name programs and fields that exist.
func (c *checker) template(s Span, fields uint32, record string, i uint32) {
	t := c.bytesOf(s, SecText, record, i)
	for len(t) > 0 && c.err == nil {
		n := c.segment(t, fields)
		c.want(n > 0, record, i, "malformed template")
		t = t[n:]
	}
}

// segment is the length of the segment at the start of t, 0 if it is wrong. A
// condition's own segments follow it.
func (c *checker) segment(t []byte, fields uint32) int {
	switch {
	case t[0] == SegLiteral && len(t) >= 5 && uint64(u32(t[1:])) <= uint64(len(t)-5):
		return 5 + int(u32(t[1:]))
	case t[0] == SegExpr && len(t) >= 6 && t[1] <= EscapeURL && u32(t[2:]) < c.v.Count(SecPrograms):
		return 6
	case t[0] == SegField && len(t) >= 4 && t[1] <= FormHTML && uint32(t[2])|uint32(t[3])<<8 < fields:
		return 4
	case t[0] == SegIf && len(t) >= 7 && uint32(t[1])|uint32(t[2])<<8 < fields && uint64(u32(t[3:])) <= uint64(len(t)-7):
		return 7
	}
	return 0
}

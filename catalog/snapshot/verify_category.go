package snapshot

import (
	"bytes"
	"math"

	"github.com/profferhq/proffer/catalog/wire"
)

// categories checks an environment's tree: records in preorder, each with its
// parent in front of it and its descendants behind.
func (c *checker) categories(env *Environment) {
	v := c.v
	r := env.Categories()
	if !c.want(r.Count == 0 || r.End() <= v.Count(SecCategoryIndex), "category index", r.Start, "too short") {
		return
	}
	var open [MaxDepth]uint32 // the ancestors of category i, root first
	depth := 0
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		for depth > 0 && v.Category(open[depth-1]).End() <= i {
			depth--
		}
		parent, end := None, r.End()
		if depth > 0 {
			parent = open[depth-1]
			end = v.Category(parent).End()
		}
		cat := v.Category(i)
		c.want(cat.Parent() == parent, "category", i, "wrong parent")
		c.want(cat.End() > i && cat.End() <= end, "category", i, "its descendants leave its parent's")
		if !c.want(depth < MaxDepth, "category", i, "too deep") {
			return
		}
		c.category(cat, i)
		open[depth] = i
		depth++
	}
	for i := r.Start; i < r.End() && c.err == nil; i++ {
		c.categoryIndex(r, i)
	}
}

func (c *checker) category(cat *Category, i uint32) {
	c.name(cat.Name(), "category", i)
	c.want(cat.Multiplier() > 0 && !math.IsInf(cat.Multiplier(), 0), "category", i, "multiplier out of range")
	c.sortedNames(cat.Themes(), "category", i)
	c.path(cat, i)
	names, themes := cat.Lists()
	c.nameList(names, cat.Path(), i)
	c.nameList(themes, cat.Themes(), i)
	if !c.program(cat.Filter(), "category", i) {
		return
	}
	reads := cat.Filter() != None && c.v.Uses(cat.Filter())&uint32(UsesOffer|UsesOfferPath) != 0
	if cat.Parent() != None {
		reads = reads || c.v.Category(cat.Parent()).Flags()&CategoryOfferFilter != 0
	}
	c.want(reads == (cat.Flags()&CategoryOfferFilter != 0), "category", i, "wrong flag for filters that read the offer")
}

// path checks that a category's path is its parent's and its own name.
func (c *checker) path(cat *Category, i uint32) {
	path := cat.Path()
	if !c.list(path, "category", i) {
		return
	}
	above := Range{}
	if cat.Parent() != None && c.err == nil {
		above = c.v.Category(cat.Parent()).Path()
	}
	if !c.want(path.Count == above.Count+1, "category", i, "wrong path") {
		return
	}
	for j := range above.Count {
		c.want(c.v.List(path.Start+j) == c.v.List(above.Start+j), "category", i, "wrong path")
	}
	c.want(c.v.List(path.End()-1) == cat.Name(), "category", i, "wrong path")
}

// nameList checks that a value is an array of the names that a list holds.
func (c *checker) nameList(s Span, r Range, i uint32) {
	if !c.want(s.Start != None, "category", i, "a list is absent") {
		return
	}
	cursor := wire.NewCursor(c.bytesOf(s, SecValues, "category", i))
	ok := c.err == nil && cursor.Array() == int(r.Count)
	for j := r.Start; ok && j < r.End(); j++ {
		ok = bytes.Equal(cursor.Str(), c.v.Name(c.v.List(j)))
	}
	c.want(ok && cursor.Done(), "category", i, "its two forms of a list differ")
}

func (c *checker) categoryIndex(r Range, i uint32) {
	cat := u32(c.v.sections[SecCategoryIndex][4*i:])
	if !c.want(cat >= r.Start && cat < r.End(), "category index", i, "no such category") || i == r.Start {
		return
	}
	before := u32(c.v.sections[SecCategoryIndex][4*i-4:])
	c.want(c.v.Category(before).Name() < c.v.Category(cat).Name(), "category index", i, "out of order")
}

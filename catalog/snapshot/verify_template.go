package snapshot

// holes are what a template may have besides literals.
type holes struct {
	fields Range // of the space, in a rendering
	own    bool  // what a rendering says of its own proposition
	click  bool  // addresses that count clicks
	json   bool  // the forms of JSON, and no others
}

// template checks that a template, if it is present, is whole segments that
// name programs and fields that exist.
func (c *checker) template(s Span, h *holes, record string, i uint32) {
	t := c.bytesOf(s, SecText, record, i)
	c.want(c.segments(t, h, 0), record, i, "malformed template")
}

// segments reports whether t is a run of whole segments. The part that a
// condition skips is such a run too.
func (c *checker) segments(t []byte, h *holes, depth int) bool {
	for len(t) > 0 {
		size, inner := c.segment(t, h)
		if size == 0 || depth > MaxConditions || inner > 0 && !c.segments(t[size:size+inner], h, depth+1) {
			return false
		}
		t = t[size+inner:]
	}
	return true
}

// segment is the size of the segment at the start of t, 0 if it is wrong, and
// of what a condition skips behind it.
func (c *checker) segment(t []byte, h *holes) (size, inner int) {
	switch {
	case t[0] == SegLiteral && len(t) >= 5 && uint64(u32(t[1:])) <= uint64(len(t)-5):
		return 5 + int(u32(t[1:])), 0
	case t[0] == SegExpr && len(t) >= 6 && h.escape(t[1]) && c.isProgram(u32(t[2:])):
		return 6, 0
	case t[0] == SegField && len(t) >= 4 && c.form(t[1], u16(t[2:]), h):
		return 4, 0
	case t[0] == SegIf && len(t) >= 7 && h.field(u16(t[1:])) && uint64(u32(t[3:])) <= uint64(len(t)-7):
		return 7, int(u32(t[3:]))
	}
	return 0, 0
}

// escape reports whether the value of an expression may be written so.
func (h *holes) escape(escape byte) bool {
	return escape <= EscapeValue && (escape >= EscapeJSON) == h.json
}

// field reports whether there is a field of a number.
func (h *holes) field(i uint32) bool {
	return i < h.fields.Count || h.own && i-uint32(PropositionFields) < uint32(len(PropositionNames))
}

// form reports whether there is a field of a number that may be written so.
func (c *checker) form(form byte, i uint32, h *holes) bool {
	const typeURL = 2
	if form == FormClick {
		return h.click && i < h.fields.Count && c.err == nil && c.v.Field(h.fields.Start+i).Type() == typeURL
	}
	return form <= FormValue && (form >= FormJSON) == h.json && h.field(i)
}

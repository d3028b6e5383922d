package inject

const (
	// MaxHeld bounds, in bytes, how far behind a slot's start tag its end tag
	// may end. So much is kept back at most while a slot is being replaced. The
	// fallback of a slot is one banner or list, a few KiB of markup; 64 KiB is a
	// quarter of what an edge reads ahead, and keeps an instance in Wasm small.
	MaxHeld = 64 << 10

	// maxOpen bounds the elements open inside a slot. The content of pages is
	// rarely nested deeper than 30; browsers stop at 512.
	maxOpen = 64
)

// extent follows the content of one slot to its end. It accepts only content
// whose nesting leaves no doubt where the slot's element ends.
type extent struct {
	open    bool
	comment bool // the slot is a pair of comments
	start   int  // offset in the body of the first byte of the content
	key     uint64
	class   class
	pairs   int // slot comments open inside a pair of comments
	n       int
	at      [maxOpen]element
}

// element is an element open inside a slot.
type element struct {
	key   uint64
	class class
}

// begin starts the content of the element whose start tag is t, or of a pair of
// comments. The reader sets the offset.
func (e *extent) begin(t *tag, comment bool) {
	e.open, e.comment = true, comment
	e.key, e.class = t.key, t.class
	e.pairs, e.n = 0, 0
}

// startTag notes a start tag in the content. It returns false if the slot's
// end is no longer certain.
func (e *extent) startTag(t *tag) bool {
	c := t.class
	if c&document != 0 || !e.comment && e.endedBy(t) {
		return false
	}
	if c&closesP != 0 && c&table == 0 && e.n > 0 && e.at[e.n-1].class&paragraph != 0 {
		e.n-- // a table does not close a paragraph in quirks mode
	}
	if c&void != 0 {
		return true
	}
	if e.n == maxOpen {
		return false
	}
	if c&optional != 0 && e.n > 0 && e.at[e.n-1].key == t.key {
		return true // the new one closes the old
	}
	e.at[e.n] = element{t.key, c}
	e.n++
	return true
}

// endedBy reports that the start tag may end the slot's element itself.
func (e *extent) endedBy(t *tag) bool {
	c := t.class
	switch {
	case e.class&paragraph != 0 && c&closesP != 0,
		e.class&heading != 0 && c&heading != 0,
		e.class&single != 0 && e.key == t.key:
		return true
	case c&table != 0 && e.class&(table|section|row) != 0:
		return !e.holds(cell | part)
	}
	box := container(c)
	return box != 0 && e.class&box == 0 && !e.holds(box)
}

// container returns the classes of which one must be around an element of class
// c, else its start tag closes an element further out.
func container(c class) class {
	switch {
	case c&item != 0:
		return list
	case c&term != 0:
		return terms
	case c&option != 0:
		return menuBox | optgroup
	case c&optgroup != 0:
		return menuBox
	case c&(part|section) != 0:
		return table
	case c&row != 0:
		return table | section
	case c&cell != 0:
		return table | section | row
	case c&rubyPart != 0:
		return ruby
	}
	return 0
}

// holds reports that an element of one of the classes c is open in the content.
func (e *extent) holds(c class) bool {
	for _, o := range e.at[:e.n] {
		if o.class&c != 0 {
			return true
		}
	}
	return false
}

// endTag notes an end tag in the content: none, closed if it is the slot's own,
// lost if it might be.
func (e *extent) endTag(t *tag) event {
	if t.class&void != 0 {
		return none
	}
	for i := e.n - 1; i >= 0; i-- {
		if e.at[i].key == t.key {
			e.n = i
			return none
		}
		if !passes(t.class, e.at[i].class) {
			return lost
		}
	}
	if !e.comment && e.key == t.key {
		return closed
	}
	return lost
}

// plain are the elements whose end tags may be left out, and ruby, for which the
// standard has no rules of their own: a paragraph in them keeps them open.
const plain = option | optgroup | ruby | rubyPart

// passes reports that an end tag of class c closes an element of class over
// that is still open inside.
func passes(c, over class) bool {
	switch {
	case c&plain != 0:
		return over&plain != 0
	case c&block != 0:
		return over&(boundary|formatting) == 0
	case c&(optional|boundary) != 0:
		return over&optional != 0
	}
	return false
}

// settled reports that nothing is open in the content but elements whose end
// tags may be left out.
func (e *extent) settled() bool {
	for _, o := range e.at[:e.n] {
		if o.class&optional == 0 {
			return false
		}
	}
	return true
}

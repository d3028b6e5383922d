package yaml

// Kind tells the nodes apart.
type Kind uint8

// The kinds of node.
const (
	Scalar Kind = iota
	List
	Map
	// Bad stands where a syntax error has been reported.
	Bad
)

// Style is how a scalar was written.
type Style uint8

// The styles of scalars.
const (
	Plain Style = iota
	SingleQuoted
	DoubleQuoted
	Literal // |
	Folded  // >
)

// Node is one value of the tree. A map's children are key, value, key, value.
// A value that is not written is a plain scalar without text.
type Node struct {
	Kind  Kind
	Style Style
	// Partial says that entries of this map or list were lost to a syntax
	// error, so that what seems missing may have been there.
	Partial bool
	// Off is the byte at which the node starts, a quoted text at its quote.
	Off uint32
	// Start is the byte at which a scalar's text starts, after a quote.
	Start uint32
	// End is the byte behind a scalar, with its quote and a block text with its
	// last line, or behind the bracket of a flow map or list.
	End   uint32
	Text  string
	Child *Node // first child
	Next  *Node // next of the same parent
}

// IsNull reports whether the node is a value that was not written, or written
// as null or ~.
func (n *Node) IsNull() bool {
	if n.Kind != Scalar || n.Style != Plain {
		return false
	}
	switch n.Text {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// Mark says that from byte Text of a scalar's text on, the text follows the
// source character for character, starting at byte Source.
type Mark struct {
	Text, Source uint32
}

// Error is one syntax error.
type Error struct {
	Off     uint32 // the byte it is about
	Code    Code
	Message string // one sentence, lower case, no full stop
	Hint    string // may be empty
}

// Code is the class of a syntax error.
type Code uint8

// The classes of error.
const (
	Syntax  Code = iota // the text is not YAML
	Feature             // YAML, but not the part that is read here
	NotText             // bytes that are no text
	TooDeep             // more than MaxDepth maps and lists inside each other
	TooMany             // the budget is spent
)

package snapshot

// A template is a content field's value or a space's rendering: a run of
// segments, each an opcode byte and its operands, little-endian.
//
//	literal  u32 length, bytes          goes out as it is
//	expr     u8 escape, u32 program     the program's value, escaped
//	field    u8 form, u16 field         a content field of the offer
//	if       u16 field, u32 length      skips length bytes if the field is absent or empty
const (
	SegLiteral byte = iota + 1
	SegExpr
	SegField
	SegIf
)

// How an expression's value is written into a template's output.
const (
	EscapeNone byte = iota // as it is: text and JSON answers
	EscapeHTML             // & < > " ' as character references: element text and quoted attributes
	EscapeURL              // every byte but the unreserved of RFC 3986 as %XX; safe in HTML too
	// In JSON renderings alone:
	EscapeJSON  // as a part of a JSON string
	EscapeValue // as a whole JSON value: text as a string, nothing as null
)

// The forms in which a content field is written; it is kept in the first two.
const (
	FormRaw  byte = iota // the value itself
	FormHTML             // escaped by the compiler for text and quoted attributes
	// In JSON renderings alone, made of the value itself:
	FormJSON  // as a part of a JSON string
	FormValue // as a whole JSON value: number and bool as such, others as a string, nothing as null
	// In HTML renderings of spaces that track alone, of a url field:
	FormClick // over the address that counts the click, where there is one; else as FormHTML
)

// What a rendering says of its own proposition: fields whose numbers are beyond
// those of content. They are absent, all of them, where nothing is stored. Those
// behind the id have the order of the actions that their addresses are for.
const (
	PropositionFields uint16 = 0x8000

	PropositionID     = PropositionFields + 0
	PropositionSeen   = PropositionFields + 1
	PropositionAccept = PropositionFields + 2
	PropositionReject = PropositionFields + 3
)

// PropositionNames are the names of those fields, in their order.
var PropositionNames = [...]string{"proposition.id", "proposition.seen_url", "proposition.accept_url", "proposition.reject_url"}

package catalog

// Catalog is one offer catalog, as its author wrote it.
type Catalog struct {
	Name         Text
	Zone         Text // IANA zone of local times; empty = UTC
	Language     Text // language of the content and the last resort
	Consent      Consent
	People       []Text // the people sources that environments may name
	Sites        []Site
	Environments []*Environment
	Rules        []*Rule
	Experiments  []Experiment
	Holdout      *Holdout // nil = nobody is held out
	JSON         []JSONSlot
	Retention    Retention
	// DefaultWeight is the weight of an offer that lists none; nil = such an
	// offer is not eligible.
	DefaultWeight *Float
	// Files are the sources, for quoting lines in diagnostics.
	Files []File
	// Incomplete says that errors were found while reading: values may be
	// missing, and no snapshot can be made. Gaps are where.
	Incomplete bool
	Gaps       map[Gap]bool
}

// Gap is a key of the source below which entries may have been lost to an
// error. Pos is that of the object that has the key, none for the top level; a
// Gap without key means that anything may be missing.
type Gap struct {
	Pos Pos
	Key string
}

// File is one source file of a catalog.
type File struct {
	Name string
	Text []byte
}

// Site maps a host pattern to the environment that a page's slots enter:
// an exact host name, "*.example.com" (any name below), or "*" (any host).
type Site struct {
	Pos         Pos
	Host        Text
	Environment Text
	Consent     *Consent // instead of the catalog's, if not nil
}

// Retention is how long records are kept, in milliseconds. 0 = not written:
// 30 days for visitors, 365 days for propositions.
type Retention struct {
	Pos          Pos
	Visitors     Duration
	Propositions Duration
}

// Duration is a length of time, in milliseconds.
type Duration struct {
	Pos Pos
	MS  int64
}

// JSONSlot is a place in JSON bodies where a slot's offer is written.
type JSONSlot struct {
	Pos  Pos
	Page Text // pattern, as in Page.Match
	Path Text // members and indexes with dots between: blocks.0.offer
	Slot PageSlot
}

// Kind says whom an environment targets.
type Kind uint8

// The kinds of environment.
const (
	Identified Kind = iota + 1 // known people, recipients
	Anonymous                  // visitors
)

// String is the word that authors write.
func (k Kind) String() string {
	switch k {
	case Identified:
		return "identified"
	case Anonymous:
		return "anonymous"
	}
	return "unknown"
}

// Ties says what the hash that orders equal weights depends on.
type Ties uint8

// The buckets of ties.
const (
	TiesView  Ties = iota // the call's seed
	TiesVisit             // the start of the visit
	TiesDay               // the date in the catalog's zone
)

// Environment is the root of one offer catalog with its spaces and schema.
type Environment struct {
	Pos  Pos
	Name Text
	Kind Kind
	// VisitorFolder is the partition that an anonymous environment keeps its
	// visitors in; "visitors" if not written.
	VisitorFolder Text
	// ShareFolder says that another environment keeps its visitors there too.
	ShareFolder Flag
	// MergeHistory says that what linked visitors were shown counts for the person.
	MergeHistory Flag
	HistoryStore Flag // history is kept in the store, not in the cookie
	// People is the people source of an identified environment; empty = a
	// verified identity token resolves by itself.
	People          Text
	Target          []Attribute
	Attributes      []Attribute // call data
	OfferAttributes []Attribute
	Filter          Filter
	Filters         []NamedFilter
	Typology        []Text // rules, by name
	Ties            Ties
	Pages           []Page
	Spaces          []*Space
	Categories      []*Category
}

// NamedFilter is a predefined filter: a boolean expression that every other of
// its environment may name.
type NamedFilter struct {
	Name Text
	Expr Text
}

// Attribute declares one typed attribute.
type Attribute struct {
	Name    Text
	Type    Type
	Default *Value // nil = missing
}

// Type is the type of an attribute.
type Type uint8

// The types of attributes.
const (
	TypeBool Type = iota + 1
	TypeInt
	TypeDouble
	TypeString
	TypeStringList
	TypeIntList
	TypeDoubleList
)

var typeNames = [...]string{"", "bool", "int", "double", "string", "list(string)", "list(int)", "list(double)"}

// String is the word that authors write.
func (t Type) String() string {
	if int(t) < len(typeNames) && t != 0 {
		return typeNames[t]
	}
	return "unknown"
}

// ParseType is the inverse of String.
func ParseType(s string) (Type, bool) {
	for t, name := range typeNames {
		if t > 0 && name == s {
			return Type(t), true
		}
	}
	return 0, false
}

// Value is a constant of an attribute's type. Exactly the field that belongs
// to the type is set.
type Value struct {
	Pos     Pos
	Type    Type
	Bool    bool
	Int     int64
	Double  float64
	String  string
	Strings []string
	Ints    []int64
	Doubles []float64
}

// Page lists the slots of the pages that a pattern matches: an exact path, or
// a path whose last element is "**" (everything below) or "*" (one element).
type Page struct {
	Pos   Pos
	Match Text
	Slots []PageSlot
}

// PageSlot is one slot of a listed page.
type PageSlot struct {
	Pos   Pos
	Space string
	N     int
}

// Space is a place where an offer is shown.
type Space struct {
	Pos             Pos
	Name            Text
	Channel         Text
	Fields          []Field
	HTML            Text // renderings; empty = none
	JSON            Text
	Text            Text
	Viewable        Flag  // a proposition is presented when the page says that it was seen
	Track           *Flag // url fields are click URLs; nil = where propositions are stored
	Identification  Identification
	Store           Store
	Categories      []Text // defaults
	Themes          []Text // defaults
	AllowDuplicates bool
	FallbackOffer   Text
}

// Identification are a space's options of that name.
type Identification struct {
	Pos      Pos
	Implicit bool
	// Fallback is "ENVIRONMENT/SPACE", the linked anonymous space; empty = off.
	Fallback Text
}

// Status is how far a proposition has come.
type Status uint8

// The statuses, with the numbers that records carry.
const (
	Generated Status = iota
	Presented
	Interested
	Accepted
	Scheduled
	Rejected
)

var statusNames = [...]string{"generated", "presented", "interested", "accepted", "scheduled", "rejected"}

// String is the word that authors write and answers carry.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return "unknown"
}

// ParseStatus is the inverse of String.
func ParseStatus(s string) (Status, bool) {
	for i, name := range statusNames {
		if name == s {
			return Status(i), true
		}
	}
	return 0, false
}

// Store says what a space stores.
type Store struct {
	Pos          Pos
	Propositions bool   // default true
	OnProposed   Status // default Presented
	OnAccepted   Status // default Accepted
	Visitor      []Write
	OnAcceptance []Write // visitor data written when an offer is accepted
}

// Write is one expression whose value becomes a target attribute.
type Write struct {
	Attribute Text
	Expr      Text
}

// FieldType is the type of a content field.
type FieldType uint8

// The types of content fields.
const (
	FieldText FieldType = iota + 1
	FieldURL
	FieldImage
	FieldHTML
	FieldNumber
	FieldBool
)

var fieldTypeNames = [...]string{"", "text", "url", "image", "html", "number", "bool"}

// String is the word that authors write.
func (t FieldType) String() string {
	if int(t) < len(fieldTypeNames) && t != 0 {
		return fieldTypeNames[t]
	}
	return "unknown"
}

// ParseFieldType is the inverse of String.
func ParseFieldType(s string) (FieldType, bool) {
	for t, name := range fieldTypeNames {
		if t > 0 && name == s {
			return FieldType(t), true
		}
	}
	return 0, false
}

// Field declares one content field of a space, in the author's order.
type Field struct {
	Name     Text
	Type     FieldType
	Required bool
}

// Category is a node of the catalog tree.
type Category struct {
	Pos           Pos
	Name          Text
	Enabled       bool // default true
	From, To      Instant
	Themes        []Text
	Multiplier    Multiplier
	Filter        Filter
	AlwaysInclude bool
	Categories    []*Category
	Offers        []*Offer
}

// Multiplier is a category's factor on its offers' weights.
type Multiplier struct {
	Pos      Pos
	Value    float64 // 0 = none was written, factor 1
	From, To Instant
}

// Offer is something to propose.
type Offer struct {
	Pos      Pos
	Code     Text
	Label    Text
	Enabled  bool // default true
	Approved bool // default true
	From, To Instant
	Filter   Filter
	// Weights is nil where the offer lists none.
	Weights    []Weight
	Attributes []AttributeValue
	Content    []Content
	// Translations replace fields of Content for their languages; fields that
	// one leaves out are Content's.
	Translations []Translation
}

// Translation is an offer's content in one more language.
type Translation struct {
	Language Text // tag
	Content  []Content
}

// AttributeValue is the value of one declared offer attribute.
type AttributeValue struct {
	Name  Text
	Value Value
}

// Weight is one offer context: a number or an expression, with optional
// dates, space and filter.
type Weight struct {
	Pos      Pos
	Value    float64
	Expr     Text // an expression instead of Value, if not empty
	From, To Instant
	Space    Text
	Filter   Filter
}

// Content is what an offer shows on one space.
type Content struct {
	Space  Text
	Fields []ContentField
}

// ContentField is the source of one field's value, with {{ CEL }} inside.
// Numbers and booleans arrive in their text form.
type ContentField struct {
	Name  Text
	Value Text
}

// Filter is a list of conditions, all of which must hold; nil = always true.
type Filter []Condition

// Condition is one CEL expression, taken into account only if When is true.
type Condition struct {
	When Text // empty = always
	Expr Text
}

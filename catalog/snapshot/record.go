package snapshot

import "math"

func u16(b []byte) uint32 {
	_ = b[1]
	return uint32(b[0]) | uint32(b[1])<<8
}

func u32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// u64 is written out so that it is inlined and one load.
func u64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func i64(b []byte) int64   { return int64(u64(b)) }
func f64(b []byte) float64 { return math.Float64frombits(u64(b)) }

// Range is a run of records: the first and how many.
type Range struct{ Start, Count uint32 }

// End is the index behind the last.
func (r Range) End() uint32 { return r.Start + r.Count }

// Span is a run of bytes of another section; a Start of None is absence.
type Span struct{ Start, Length uint32 }

func span(b []byte) Span { return Span{u32(b), u32(b[4:])} }
func rng(b []byte) Range { return Range{u32(b), u32(b[4:])} }

// Catalog is the head of the catalog.
type Catalog [catalogSize]byte

// Flags of a catalog.
const (
	CatalogSites          = 1 // it has a sites table
	CatalogConsentAssumed = 2
)

func (r *Catalog) Name() uint32       { return u32(r[0:]) }
func (r *Catalog) Zone() uint32       { return u32(r[4:]) }
func (r *Catalog) Language() uint32   { return u32(r[8:]) }
func (r *Catalog) Flags() uint32      { return u32(r[12:]) }
func (r *Catalog) ExactSites() uint32 { return u32(r[16:]) }
func (r *Catalog) Consent() uint32    { return u32(r[20:]) } // of SecConsents, or None

// Site maps a host pattern to an environment.
type Site [siteSize]byte

// Kinds of host pattern.
const (
	SiteExact  = 1
	SiteSuffix = 2 // the name is ".example.com"
	SiteAny    = 3
)

func (r *Site) Name() uint32        { return u32(r[0:]) }
func (r *Site) Kind() uint8         { return r[4] }
func (r *Site) Environment() uint32 { return u32(r[8:]) }
func (r *Site) Consent() uint32     { return u32(r[12:]) } // instead of the catalog's, if not None

// Consent is where the visitor's consent is read from.
type Consent [consentSize]byte

// Sources of consent; the same numbers as catalog.ConsentSource.
const (
	ConsentAssumed = 1
	ConsentCookie  = 2
	ConsentHeader  = 3
	ConsentTCF     = 4
)

// ConsentIgnoreGPC is the flag of a consent that "Sec-GPC: 1" does not refuse.
const ConsentIgnoreGPC = 1

func (r *Consent) Source() uint8    { return r[0] }
func (r *Consent) Flags() uint8     { return r[1] }
func (r *Consent) Name() uint32     { return u32(r[4:]) }  // of the cookie or the header
func (r *Consent) Value() uint32    { return u32(r[8:]) }  // a name: what means yes; of a cookie and a header
func (r *Consent) Purposes() uint32 { return u32(r[12:]) } // of TCF: bit p-1 is set if purpose p must be agreed to

// JSONSlot is a place in JSON answers where a slot's offer is written.
type JSONSlot [jsonSlotSize]byte

func (r *JSONSlot) Page() uint32   { return u32(r[0:]) }  // pattern, as in Page.Match
func (r *JSONSlot) Prefix() uint32 { return u32(r[4:]) }  // bytes of Page before its first wildcard
func (r *JSONSlot) Path() uint32   { return u32(r[8:]) }  // a name: members and indexes with dots between
func (r *JSONSlot) Space() uint32  { return u32(r[12:]) } // a name
func (r *JSONSlot) N() uint32      { return u32(r[16:]) }

// Environment is the root of one offer catalog.
type Environment [environmentSize]byte

// Kinds of environment; the same numbers as catalog.Kind.
const (
	KindIdentified = 1
	KindAnonymous  = 2
)

// Buckets of ties; the same numbers as catalog.Ties.
const (
	TiesView  = 0
	TiesVisit = 1
	TiesDay   = 2
)

// Where an environment keeps what was shown.
const (
	HistoryCookie = 0
	HistoryStore  = 1
)

// Flags of an environment.
const (
	EnvironmentSharesFolder  = 1 // others keep their visitors in its folder too
	EnvironmentMergesHistory = 2 // what linked visitors were shown counts for the person
	EnvironmentReadsHistory  = 4 // an expression reads history.*
	environmentFlags         = EnvironmentSharesFolder | EnvironmentMergesHistory | EnvironmentReadsHistory
)

func (r *Environment) Name() uint32           { return u32(r[0:]) }
func (r *Environment) Kind() uint8            { return r[4] }
func (r *Environment) Ties() uint8            { return r[5] }
func (r *Environment) History() uint8         { return r[6] }
func (r *Environment) Flags() uint8           { return r[7] }
func (r *Environment) Folder() uint32         { return u32(r[8:]) }
func (r *Environment) People() uint32         { return u32(r[12:]) }
func (r *Environment) Filter() uint32         { return u32(r[16:]) }
func (r *Environment) Spaces() Range          { return rng(r[20:]) }
func (r *Environment) Categories() Range      { return rng(r[28:]) }
func (r *Environment) Offers() Range          { return rng(r[36:]) }
func (r *Environment) Pages() Range           { return rng(r[44:]) }
func (r *Environment) Target() Range          { return rng(r[52:]) }
func (r *Environment) Attributes() Range      { return rng(r[60:]) }
func (r *Environment) OfferAttributes() Range { return rng(r[68:]) }
func (r *Environment) ExactPages() uint32     { return u32(r[76:]) }
func (r *Environment) Section() uint32        { return u32(r[80:]) } // Hash32 of the folder's or the environment's name: its section in the cookie

// OfferIndex is the first entry in SecLists of the environment's offers by the
// Hash32 of their codes. Only an environment that Remembers has one.
func (r *Environment) OfferIndex() uint32 { return u32(r[116:]) }
func (r *Environment) Rules() Range       { return rng(r[120:]) }

// Attribute declares one typed attribute.
type Attribute [attributeSize]byte

func (r *Attribute) Name() uint32  { return u32(r[0:]) }
func (r *Attribute) Type() uint8   { return r[4] } // the numbers of catalog.Type
func (r *Attribute) Default() Span { return span(r[8:]) }
func (r *Attribute) Hash() uint32  { return u32(r[16:]) } // Hash32 of the name: its key in the cookie

// Page lists the slots of the paths that a pattern matches.
type Page [pageSize]byte

func (r *Page) Match() uint32  { return u32(r[0:]) }
func (r *Page) Prefix() uint32 { return u32(r[4:]) } // bytes of Match before its first wildcard
func (r *Page) Slots() Range   { return rng(r[8:]) }

// PageSlot is one slot of a listed page.
type PageSlot [pageSlotSize]byte

func (r *PageSlot) Space() uint32 { return u32(r[0:]) }
func (r *PageSlot) N() uint32     { return u32(r[4:]) }

// Space is a place where an offer is shown.
type Space [spaceSize]byte

// Flags of a space.
const (
	SpaceImplicit          = 1
	SpaceFallback          = 2 // Linked is set
	SpaceAllowDuplicates   = 4
	SpaceStorePropositions = 8
	SpaceViewable          = 16 // a proposition is presented when the page says that it was seen
	SpaceTrack             = 32 // url fields are click URLs
)

func (r *Space) Name() uint32            { return u32(r[0:]) }
func (r *Space) Channel() uint32         { return u32(r[4:]) }
func (r *Space) Environment() uint32     { return u32(r[8:]) }
func (r *Space) Flags() uint32           { return u32(r[12:]) }
func (r *Space) Linked() uint32          { return u32(r[16:]) }
func (r *Space) Fields() Range           { return rng(r[20:]) }
func (r *Space) HTML() Span              { return span(r[28:]) }
func (r *Space) Categories() Range       { return rng(r[36:]) } // of SecLists: category indexes
func (r *Space) Themes() Range           { return rng(r[44:]) } // of SecLists: names
func (r *Space) Writes() Range           { return rng(r[52:]) }
func (r *Space) AcceptanceWrites() Range { return rng(r[60:]) }
func (r *Space) OnProposed() uint8       { return r[68] }
func (r *Space) OnAccepted() uint8       { return r[69] }
func (r *Space) FallbackOffer() uint32   { return u32(r[72:]) }
func (r *Space) Live() uint32            { return u32(r[76:]) } // first word of its map in SecBitmaps
func (r *Space) JSON() Span              { return span(r[80:]) }
func (r *Space) Text() Span              { return span(r[88:]) }

// Field declares one content field.
type Field [fieldSize]byte

func (r *Field) Name() uint32   { return u32(r[0:]) }
func (r *Field) Type() uint8    { return r[4] } // the numbers of catalog.FieldType
func (r *Field) Required() bool { return r[5] != 0 }

// Write is one expression whose value becomes a target attribute.
type Write [writeSize]byte

func (r *Write) Attribute() uint32 { return u32(r[0:]) } // index in the environment's target list
func (r *Write) Program() uint32   { return u32(r[4:]) }

// Category is a node of the catalog tree. Its descendants are the records
// behind it, up to End.
type Category [categorySize]byte

// Flags of a category.
const (
	CategoryAlwaysInclude = 1
	CategoryOfferFilter   = 2 // its filter or an ancestor's reads offer.*
)

func (r *Category) Name() uint32          { return u32(r[0:]) }
func (r *Category) Parent() uint32        { return u32(r[4:]) }
func (r *Category) End() uint32           { return u32(r[8:]) }
func (r *Category) Flags() uint32         { return u32(r[12:]) }
func (r *Category) Multiplier() float64   { return f64(r[16:]) }
func (r *Category) MultiplierFrom() int64 { return i64(r[24:]) }
func (r *Category) MultiplierTo() int64   { return i64(r[32:]) }
func (r *Category) Filter() uint32        { return u32(r[40:]) }
func (r *Category) Themes() Range         { return rng(r[44:]) }                // of SecLists: names, own and inherited, sorted
func (r *Category) Path() Range           { return rng(r[52:]) }                // of SecLists: names, root to own
func (r *Category) Lists() (Span, Span)   { return span(r[60:]), span(r[68:]) } // SecValues: offer.categories, offer.themes

// Offer is something to propose.
type Offer [offerSize]byte

// OfferLive is the flag of an offer that is enabled and approved, and whose
// categories are.
const OfferLive = 1

func (r *Offer) Code() uint32       { return u32(r[0:]) }
func (r *Offer) Category() uint32   { return u32(r[4:]) }
func (r *Offer) Flags() uint32      { return u32(r[8:]) }
func (r *Offer) Filter() uint32     { return u32(r[12:]) }
func (r *Offer) From() int64        { return i64(r[16:]) } // of the offer and all its ancestors
func (r *Offer) To() int64          { return i64(r[24:]) }
func (r *Offer) Bound() float64     { return f64(r[32:]) } // no final weight is above it
func (r *Offer) Tie() uint64        { return u64(r[40:]) } // Hash64 of the code
func (r *Offer) Weights() Range     { return rng(r[48:]) }
func (r *Offer) Contents() Range    { return rng(r[56:]) }
func (r *Offer) Attributes() uint32 { return u32(r[64:]) }  // first of its Spans in SecOfferAttributes
func (r *Offer) Label() Span        { return span(r[68:]) } // of SecText
func (r *Offer) Hash() uint32       { return u32(r[76:]) }  // Hash32 of the code

// Weight is one offer context.
type Weight [weightSize]byte

func (r *Weight) Value() float64  { return f64(r[0:]) }
func (r *Weight) From() int64     { return i64(r[8:]) }
func (r *Weight) To() int64       { return i64(r[16:]) }
func (r *Weight) Program() uint32 { return u32(r[24:]) } // instead of Value, if not None
func (r *Weight) Filter() uint32  { return u32(r[28:]) }
func (r *Weight) Space() uint32   { return u32(r[32:]) }

// Content is what an offer shows on one space in one language.
type Content [contentSize]byte

func (r *Content) Space() uint32    { return u32(r[0:]) }
func (r *Content) Fields() Range    { return rng(r[4:]) }  // as many as the space has fields
func (r *Content) Language() uint32 { return u32(r[12:]) } // a tag in lower case; None is the default

// ContentField is the value of one field, in both forms.
type ContentField [contentFieldSize]byte

func (r *ContentField) Raw() Span  { return span(r[0:]) }
func (r *ContentField) HTML() Span { return span(r[8:]) }

// Transition is the moment from which a zone has an offset.
type Transition [transitionSize]byte

func (r *Transition) At() int64     { return i64(r[0:]) }        // milliseconds
func (r *Transition) Offset() int64 { return i64(r[8:]) * 1000 } // milliseconds east of UTC

package inspect

// The values have the names of the authoring format in JSON. In the tag "item",
// "key" is what tells things of a kind apart, "-" is no part of the catalog,
// and any other word is what one entry of a list is called.

// Catalog is what a catalog says.
type Catalog struct {
	Snapshot      string        `json:"snapshot" item:"-"` // the hash in hex
	Bytes         int           `json:"bytes" item:"-"`
	Name          string        `json:"catalog,omitempty"` // a fact, so that a new name is told
	Zone          string        `json:"zone"`
	Language      string        `json:"language,omitempty"`
	Consent       *Consent      `json:"consent,omitempty"`
	People        []string      `json:"people,omitempty"`         // of a source only
	DefaultWeight *float64      `json:"default_weight,omitempty"` // of a source only
	Retention     *Retention    `json:"retention,omitempty"`      // absent: 30 and 365 days
	Holdout       *Holdout      `json:"holdout,omitempty"`
	JSON          []JSONSlot    `json:"json,omitempty"`
	Sites         []Site        `json:"sites,omitempty" item:"site"`
	Experiments   []Experiment  `json:"experiments,omitempty" item:"experiment"`
	Rules         []Rule        `json:"rules,omitempty" item:"rule"` // of a source only
	Environments  []Environment `json:"environments" item:"environment"`
}

// Retention is how long records are kept, as durations of the format.
type Retention struct {
	Visitors     string `json:"visitors,omitempty"`
	Propositions string `json:"propositions,omitempty"`
}

// Holdout is the share of the people who get no offers.
type Holdout struct {
	Name    string  `json:"name"`
	Version int64   `json:"version"`
	Percent float64 `json:"percent"`
}

// Experiment divides the people into arms, by their shares.
type Experiment struct {
	Name    string         `json:"name" item:"key"`
	Version int64          `json:"version"`
	Arms    map[string]any `json:"arms"`
}

// Rule is a presentation rule. A snapshot has the active ones in each
// environment whose typology names them, and in place of applies_to the offers
// that they apply to, unless these are all.
type Rule struct {
	Name            string   `json:"name" item:"key"`
	Active          *bool    `json:"active,omitempty"`
	Channel         string   `json:"channel,omitempty"`
	AppliesTo       string   `json:"applies_to,omitempty"`
	Offers          []string `json:"offers,omitempty"`
	NoOffer         bool     `json:"no_offer,omitempty"` // there is none that it applies to
	Target          Filter   `json:"target,omitempty"`
	Period          string   `json:"period,omitempty"`
	Calendar        string   `json:"calendar,omitempty"`
	Quantity        int64    `json:"quantity"`
	SameChannelOnly bool     `json:"same_channel_only,omitempty"`
	Counted         string   `json:"counted"`
	Status          string   `json:"status"`
	Propositions    Filter   `json:"propositions,omitempty"`
}

// Site says which environment the pages of a host enter.
type Site struct {
	Host        string   `json:"host" item:"key"`
	Environment string   `json:"environment"`
	Consent     *Consent `json:"consent,omitempty"` // instead of the catalog's
}

// Consent is where a visitor's consent is read from.
type Consent struct {
	Source   string `json:"source"` // assumed, cookie, header or tcf
	Name     string `json:"name,omitempty"`
	Value    string `json:"value,omitempty"`
	Purposes []int  `json:"purposes,omitempty"`
	GPC      string `json:"gpc,omitempty"` // ignore; else it refuses
}

// JSONSlot is a place in a JSON answer.
type JSONSlot struct {
	Page string `json:"page"`
	Path string `json:"path"`
	Slot string `json:"slot"`
}

// Environment is one offer catalog with its spaces.
type Environment struct {
	Name            string            `json:"name" item:"key"`
	Kind            string            `json:"kind"`
	VisitorFolder   string            `json:"visitor_folder,omitempty"`
	ShareFolder     bool              `json:"share_folder,omitempty"`
	People          string            `json:"people,omitempty"`
	History         string            `json:"history"`
	MergeHistory    bool              `json:"merge_history,omitempty"`
	Ties            string            `json:"ties"`
	Filter          Filter            `json:"filter,omitempty"`
	Filters         map[string]string `json:"filters,omitempty"`  // of a source only
	Typology        []string          `json:"typology,omitempty"` // of a source only
	Target          []Attribute       `json:"target,omitempty" item:"target attribute"`
	Attributes      []Attribute       `json:"attributes,omitempty" item:"call attribute"`
	OfferAttributes []Attribute       `json:"offer_attributes,omitempty" item:"offer attribute"`
	Pages           []Page            `json:"pages,omitempty" item:"page"`
	Spaces          []Space           `json:"spaces,omitempty" item:"space"`
	Rules           []Rule            `json:"rules,omitempty" item:"rule"` // of a snapshot only
	Categories      []Category        `json:"categories,omitempty" item:"category"`
	Offers          []Offer           `json:"offers,omitempty" item:"offer"`
}

// Filter are the expressions that must be true. A snapshot has one.
type Filter []string

// Attribute is one declared attribute.
type Attribute struct {
	Name    string `json:"name" item:"key"`
	Type    string `json:"type"`
	Default any    `json:"default,omitempty"`
}

// Page lists the slots of a page.
type Page struct {
	Match string   `json:"match" item:"key"`
	Slots []string `json:"slots"`
}

// Space is a place where an offer is shown.
type Space struct {
	Name            string         `json:"name" item:"key"`
	Channel         string         `json:"channel"`
	Identification  Identification `json:"identification"`
	Categories      []string       `json:"categories,omitempty"`
	Themes          []string       `json:"themes,omitempty"`
	AllowDuplicates bool           `json:"allow_duplicates,omitempty"`
	FallbackOffer   string         `json:"fallback_offer,omitempty"`
	Viewable        bool           `json:"viewable,omitempty"`
	Track           *bool          `json:"track,omitempty"` // of a source: if it is written
	Fields          []Field        `json:"fields,omitempty"`
	Render          Render         `json:"render"`
	Store           Store          `json:"store"`
}

// Identification says how people are recognised in a space.
type Identification struct {
	Implicit bool   `json:"implicit,omitempty"`
	Fallback string `json:"fallback,omitempty"`
}

// Field declares one content field. The order of fields means something.
type Field struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required,omitempty"`
}

// Render are a space's renderings.
type Render struct {
	HTML string `json:"html,omitempty"`
	JSON string `json:"json,omitempty"`
	Text string `json:"text,omitempty"`
}

// Store says what a space stores.
type Store struct {
	Propositions        *bool             `json:"propositions"`
	OnProposition       string            `json:"on_proposition"`
	OnAcceptance        string            `json:"on_acceptance"`
	Visitor             map[string]string `json:"visitor,omitempty"`
	VisitorOnAcceptance map[string]string `json:"visitor_on_acceptance,omitempty"`
}

// Category is a node of the tree. Of a snapshot, its themes are with the
// inherited ones, and its dates and whether it is enabled are with its offers.
type Category struct {
	Name          string      `json:"name" item:"key"`
	Below         string      `json:"below,omitempty"` // the category that it is in
	Enabled       *bool       `json:"enabled,omitempty"`
	From          *Instant    `json:"from,omitempty"`
	To            *Instant    `json:"to,omitempty"`
	Themes        []string    `json:"themes,omitempty"`
	Multiplier    *Multiplier `json:"multiplier,omitempty"`
	Filter        Filter      `json:"filter,omitempty"`
	AlwaysInclude bool        `json:"always_include,omitempty"`
}

// Multiplier is a category's factor, with its dates.
type Multiplier struct {
	Value float64  `json:"value"`
	From  *Instant `json:"from,omitempty"`
	To    *Instant `json:"to,omitempty"`
}

// Offer is something to propose. Of a snapshot, it is live or not, and its
// period is within its categories'; of a source, status, enabled and dates are
// its own.
type Offer struct {
	Code         string         `json:"code" item:"key"`
	Label        string         `json:"label,omitempty"`
	Category     string         `json:"category"`
	Live         *bool          `json:"live,omitempty"`
	Status       string         `json:"status,omitempty"`
	Enabled      *bool          `json:"enabled,omitempty"`
	From         *Instant       `json:"from,omitempty"`
	To           *Instant       `json:"to,omitempty"`
	Filter       Filter         `json:"filter,omitempty"`
	Weights      []Weight       `json:"weights,omitempty"`
	Attributes   map[string]any `json:"attributes,omitempty"`
	Content      []Content      `json:"content,omitempty" item:"content"`
	Translations []Translation  `json:"translations,omitempty" item:"translation"`
}

// Translation is an offer's content in another language, its tag in small
// letters. Of a snapshot, what a translation leaves out is filled in.
type Translation struct {
	Language string    `json:"language" item:"key"`
	Content  []Content `json:"content" item:"content"`
}

// Weight is one of an offer's weights: a number, or an expression's text.
type Weight struct {
	Value  any      `json:"value"`
	From   *Instant `json:"from,omitempty"`
	To     *Instant `json:"to,omitempty"`
	Space  string   `json:"space,omitempty"`
	Filter Filter   `json:"filter,omitempty"`
}

// Content is what an offer shows on a space, by field.
type Content struct {
	Space  string            `json:"space" item:"key"`
	Fields map[string]string `json:"fields,omitempty"`
}

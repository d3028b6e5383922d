package compile

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/rule"
)

// The linked model: the catalog in the snapshot's order, references resolved
// and expressions compiled. Its slices are sorted as SNAPSHOT.md says.

type linked struct {
	src   *catalog.Catalog
	sites []linkedSite
	envs  []*environment
	json  []jsonSlot
	sent  []rule.Parameter
}

type jsonSlot struct {
	page   string
	prefix int
	path   string
	space  string
	n      int
}

type linkedSite struct {
	kind uint8
	name string // the host, ".suffix", or ""
	env  *environment
	// consent is the site's own, if not nil
	consent *catalog.Consent
}

type environment struct {
	src        *catalog.Environment
	index      uint32
	rules      *rule.Env
	compiled   map[source]uint32 // programs
	facts      map[source]*rule.Facts
	broken     bool            // it has errors, so what seems missing may be there
	lost       map[string]bool // keys below which entries may be missing
	unsure     []string        // names of expressions that may be declared, or whole groups of them
	target     []catalog.Attribute
	attributes []catalog.Attribute
	offerAttrs []catalog.Attribute
	folder     string // of an anonymous environment
	people     string // of an identified one
	filter     uint32 // program, or none
	pages      []page
	exactPages int
	spaces     []*space
	categories []*category // preorder
	offers     []*offer    // rank order
	named      map[string]*category
	coded      map[string]*offer
	typology   []*presentation
	values     []rule.Offer // the offers, if a rule asked
	applies    map[string][]uint64
}

// presentation is a rule as one environment applies it.
type presentation struct {
	src          *catalog.Rule
	target       uint32   // program, or none
	propositions uint32   // program, or none
	applies      []uint64 // bit r: to the offer of rank r
}

type page struct {
	src    *catalog.Page
	match  string
	prefix int
	slots  []slot
}

// exact says that the pattern is a path.
func (p *page) exact() bool { return p.prefix == len(p.match) }

type slot struct {
	space *space
	n     int
}

type space struct {
	src        *catalog.Space
	env        *environment
	index      uint32 // in the whole snapshot
	linked     *space
	categories []*category
	themes     []string
	fields     []markupField // with the places where the rendering puts html
	html       []byte
	json, text []byte
	writes     []write
	acceptance []write
	fallback   *offer
	live       []uint32 // ranks of the offers that are live here
}

type write struct {
	attribute int
	program   uint32
}

type category struct {
	src        *catalog.Category
	env        *environment
	parent     *category
	index      uint32 // in the whole snapshot
	end        uint32
	depth      int
	themes     []string // own and inherited, sorted
	path       []string // root to own
	live       bool     // it and its ancestors are enabled
	from       int64    // the intersection with its ancestors
	to         int64
	readsOffer bool    // its filter or an ancestor's reads offer.*
	factor     float64 // greatest product of multipliers, root to own
	filter     uint32  // program, or none
}

type offer struct {
	src        *catalog.Offer
	category   *category
	index      uint32 // in the whole snapshot
	rank       uint32 // in its environment
	live       bool
	from, to   int64
	filter     uint32 // program, or none
	weights    []weight
	contents   []content
	attributes [][]byte // msgpack, by the environment's order; nil = absent
	bound      float64
	told       bool // a warning says already why it is never shown
}

type weight struct {
	value    float64
	program  uint32 // none = value
	from, to int64
	space    *space
	filter   uint32 // program, or none
}

type content struct {
	space        *space
	fields       []fieldValue
	translations []translation
}

type translation struct {
	language   string // in lower case
	fields     []fieldValue
	translated []bool // which fields are not the default content's
}

type fieldValue struct {
	present   bool
	raw, html []byte
}

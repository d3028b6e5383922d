package workload

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
)

// The names that requests use.
const (
	Host   = "www.example.com"
	Folder = "visitors"
	Path   = "/"
)

// Spaces are the slots of the listed page, in its order.
var Spaces = [3]string{"hero", "side", "foot"}

// Offers for each category, and categories below each of the eight at the top.
const (
	perCategory = 25
	tops        = 8
)

var countries = [8]string{"AT", "BE", "CA", "DE", "ES", "FR", "GB", "IT"}

// Snapshot compiles a catalog of n offers; with equal, all weights are 10 and
// nothing multiplies them.
func Snapshot(n int, equal bool) ([]byte, error) {
	return compiled(Catalog(n, equal))
}

// Open is Snapshot with every tenth offer for everybody, so that strangers get
// some, too.
func Open(n int) ([]byte, error) {
	c := Catalog(n, false)
	i := 0
	for _, top := range c.Environments[0].Categories {
		for _, below := range top.Categories {
			for _, o := range below.Offers {
				if i++; i%10 == 0 {
					o.Filter = nil
				}
			}
		}
	}
	return compiled(c)
}

func compiled(c *catalog.Catalog) ([]byte, error) {
	b, diags := compile.Compile(c)
	if diags.HasErrors() {
		return nil, fmt.Errorf("workload: %v", diags[0])
	}
	return b, nil
}

// Catalog is the model that Snapshot compiles.
func Catalog(n int, equal bool) *catalog.Catalog {
	m := &maker{random: rand.New(rand.NewPCG(1, uint64(n))), equal: equal}
	env := &catalog.Environment{
		Name: text(Folder), Kind: catalog.Anonymous, VisitorFolder: text(Folder),
		Target: schema(), Pages: []catalog.Page{page()},
		OfferAttributes: []catalog.Attribute{{Name: text("margin"), Type: catalog.TypeDouble, Default: &catalog.Value{Type: catalog.TypeDouble}}},
		Typology:        []catalog.Text{text(ruleName)},
	}
	for _, name := range Spaces {
		env.Spaces = append(env.Spaces, space(name))
	}
	for i := range min(tops, (n+perCategory-1)/perCategory) {
		env.Categories = append(env.Categories, m.category("top"+strconv.Itoa(i)))
	}
	for i := 0; i < n; i += perCategory {
		top := env.Categories[i/perCategory%len(env.Categories)]
		below := m.category("category" + strconv.Itoa(i))
		for j := i; j < min(i+perCategory, n); j++ {
			below.Offers = append(below.Offers, m.offer(j))
		}
		top.Categories = append(top.Categories, below)
	}
	return &catalog.Catalog{
		Name: text("bench"), Language: text("en"), Consent: catalog.Consent{Source: catalog.ConsentAssumed},
		Sites:        []catalog.Site{{Host: text(Host), Environment: text(Folder)}},
		Environments: []*catalog.Environment{env},
		Rules: []*catalog.Rule{{
			Name: text(ruleName), Active: true, AppliesTo: text("offer.margin > 0.5"), Quantity: 3,
			Period: catalog.Duration{MS: 10 * dayMS}, Counted: catalog.CountSelf,
		}},
	}
}

// ruleName is the presentation rule on half of the offers.
const ruleName = "no_nagging"

func text(s string) catalog.Text { return catalog.Text{S: s} }

func schema() []catalog.Attribute {
	int0 := &catalog.Value{Type: catalog.TypeInt}
	no := &catalog.Value{Type: catalog.TypeBool}
	return []catalog.Attribute{
		{Name: text("basket"), Type: catalog.TypeInt, Default: int0},
		{Name: text("country"), Type: catalog.TypeString},
		{Name: text("interests"), Type: catalog.TypeStringList},
		{Name: text("member"), Type: catalog.TypeBool, Default: no},
		{Name: text("newsletter"), Type: catalog.TypeBool, Default: no},
		{Name: text("search"), Type: catalog.TypeString},
		{Name: text("visits"), Type: catalog.TypeInt, Default: int0},
	}
}

func page() catalog.Page {
	p := catalog.Page{Match: text(Path)}
	for _, s := range Spaces {
		p.Slots = append(p.Slots, catalog.PageSlot{Space: s, N: 1})
	}
	return p
}

const rendering = `<a class="offer" href="{{ url }}">{{? image }}<img src="{{ image }}" alt="">{{/}}` +
	`<h3>{{ title }}</h3><p>{{ text }}</p></a>`

func space(name string) *catalog.Space {
	s := &catalog.Space{
		Name: text(name), Channel: text("web"), HTML: text(rendering),
		Fields: []catalog.Field{
			{Name: text("title"), Type: catalog.FieldText, Required: true},
			{Name: text("text"), Type: catalog.FieldText},
			{Name: text("image"), Type: catalog.FieldImage},
			{Name: text("url"), Type: catalog.FieldURL, Required: true},
		},
		Store: catalog.Store{Propositions: true, OnProposed: catalog.Presented, OnAccepted: catalog.Accepted},
	}
	if name == Spaces[0] {
		s.Store.Visitor = []catalog.Write{{
			Attribute: text("visits"), Expr: text("target.visits + (interaction.new_visit ? 1 : 0)"),
		}}
	}
	return s
}

// maker draws what differs between catalogs' parts.
type maker struct {
	random *rand.Rand
	equal  bool
}

func (m *maker) category(name string) *catalog.Category {
	c := &catalog.Category{Name: text(name), Enabled: true}
	if m.random.IntN(4) > 0 || m.equal {
		return c
	}
	c.Multiplier = catalog.Multiplier{Value: 1 + float64(m.random.IntN(10))/10}
	if m.random.IntN(2) == 0 {
		c.Multiplier.From, c.Multiplier.To = at(Now+dayMS), at(Now+31*dayMS)
	}
	return c
}

const dayMS = 24 * 60 * 60 * 1000

func at(ms int64) catalog.Instant { return catalog.Instant{Set: true, MS: ms} }

func (m *maker) offer(i int) *catalog.Offer {
	o := &catalog.Offer{
		Code: text("offer" + strconv.Itoa(i)), Label: text("Offer " + strconv.Itoa(i)),
		Enabled: true, Approved: true,
		Filter:  catalog.Filter{{Expr: text(m.filter())}},
		Weights: m.weights(),
	}
	without := i % len(Spaces)
	for s, name := range Spaces {
		if s != without {
			o.Content = append(o.Content, m.content(i, name))
		}
	}
	o.Translations = []catalog.Translation{{Language: text("fr"), Content: m.translated(o.Content)}}
	if i%2 == 0 {
		o.Attributes = []catalog.AttributeValue{{Name: text("margin"), Value: catalog.Value{Type: catalog.TypeDouble, Double: 0.6}}}
	}
	return o
}

// filter holds for 31 % × 50 % × 55 % of the visitors.
func (m *maker) filter() string {
	var b strings.Builder
	if first := m.random.IntN(len(countries)); m.random.IntN(2) == 0 {
		fmt.Fprintf(&b, "target.country == %q", countries[first])
	} else {
		b.WriteString("target.country in [")
		for i := range 4 {
			fmt.Fprintf(&b, "%q,", countries[(first+i)%len(countries)])
		}
		b.WriteString("]")
	}
	b.WriteString([]string{" && target.member", " && !target.member", " && target.newsletter", " && !target.newsletter"}[m.random.IntN(4)])
	fmt.Fprintf(&b, " && target.visits >= %d", m.random.IntN(10))
	return b.String()
}

// weights are from 0.1 to 100, and for a fifth of the offers a second one that
// was valid last month, is now, or will be.
func (m *maker) weights() []catalog.Weight {
	if m.equal {
		return []catalog.Weight{{Value: 10}}
	}
	list := []catalog.Weight{{Value: m.weight()}}
	if m.random.IntN(5) == 0 {
		from := Now + int64(m.random.IntN(3)-1)*31*dayMS - 15*dayMS
		list = append(list, catalog.Weight{Value: m.weight(), From: at(from), To: at(from + 30*dayMS)})
	}
	return list
}

func (m *maker) weight() float64 { return float64(1+m.random.IntN(1000)) / 10 }

func (m *maker) content(i int, space string) catalog.Content {
	n := strconv.Itoa(i)
	title := "A week away, number " + n
	if i%4 == 0 {
		title = "From {{ target.country }} to place " + n
	}
	return catalog.Content{Space: text(space), Fields: []catalog.ContentField{
		{Name: text("title"), Value: text(title)},
		{Name: text("text"), Value: text(m.words(180))},
		{Name: text("image"), Value: text("/images/" + space + "/offer-" + n + ".jpg")},
		{Name: text("url"), Value: text("/travel/" + space + "/offer-" + n + "?from=page")},
	}}
}

// translated gives every content another title and text.
func (m *maker) translated(list []catalog.Content) (out []catalog.Content) {
	for _, c := range list {
		out = append(out, catalog.Content{Space: c.Space, Fields: []catalog.ContentField{
			{Name: text("title"), Value: text("FR " + c.Fields[0].Value.S)},
			{Name: text("text"), Value: text("FR " + c.Fields[1].Value.S)},
		}})
	}
	return out
}

var vocabulary = strings.Fields("a the sun sea wide quiet old town night train slow road with from every morning " +
	"harbour mountain breakfast included book before friday small group guided walk & \"best\" price return late summer")

// words is text of about n bytes.
func (m *maker) words(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(vocabulary[m.random.IntN(len(vocabulary))])
		b.WriteByte(' ')
	}
	return b.String()
}

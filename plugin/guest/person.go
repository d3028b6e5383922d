package guest

import (
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// names reports whether the link names a person. A key without a source is one
// of whichever source the link is of, and a link without one names keys of any.
func (g *Guest) names(source, key []byte) bool {
	l := &g.page.state.Link
	return (len(source) == 0 || len(l.Source) == 0 || string(source) == string(l.Source)) &&
		l.Matches(g.config.keys, l.Source, key)
}

// link ties the visitor to the person that was identified explicitly. A link
// that holds already is left as it is, unless its key is no longer the primary.
func (g *Guest) link() {
	p := &g.page
	id, _, ok := g.config.keys.Primary(seal.UseCookie)
	l := &p.state.Link
	if ok && g.storing() && !p.fragment && (!l.Set || l.Listed || l.KeyID != id) {
		g.setLink(g.source(), p.identity.key, false)
	}
}

func (g *Guest) setLink(source, key []byte, listed bool) {
	id, mac, ok := g.config.keys.Primary(seal.UseCookie)
	if !ok || len(source) > seal.MaxName {
		return
	}
	g.page.state.Link = visitor.Link{
		Set: true, Listed: listed, KeyID: id, Source: source, Hash: visitor.LinkHash(mac, source, key),
	}
	g.page.changed = true
}

// checkPersons holds what the cookie has of persons to the one whom a people
// source finds without a link: by the visitor's id. What belongs to another is
// dropped, and the cookie says from now on whose it is.
func (g *Guest) checkPersons() {
	p := &g.page
	l := &p.state.Link
	results, taken := g.engine.Results(), false
	for i := range results {
		if results[i].Mode != abi.Implicit {
			continue
		}
		env := g.view.Environment(results[i].Environment)
		person := g.person(env)
		if person == nil {
			continue // the link resolved by itself
		}
		source := g.view.Name(env.People())
		if g.names(source, person.Key) {
			continue
		}
		// One visitor names one person: another one's, of another source, has no
		// section.
		another := taken || l.Set && !l.Listed && string(l.Source) != string(source)
		p.state.DropPersons(env.Section(), !another)
		if !another {
			p.state.Link, taken = visitor.Link{}, true
			g.setLink(source, person.Key, true)
		}
	}
}

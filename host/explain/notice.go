package explain

import (
	"fmt"
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/expr"
)

// notices are what the request says that nobody reads, each once.
func (x *reading) notices() []string {
	out := []string{}
	say := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	if x.trace.Flags&abi.TraceCut != 0 {
		say("the decision ran out of its budget of steps: expressions after that counted as failed")
	}
	for i := range x.trace.Groups {
		switch g := &x.trace.Groups[i]; {
		case len(g.Offers) > 0:
		case g.Left > 0:
			say("the reasons for %s took too many steps or too much room: ask for that slot alone", x.slotName(g.Slot))
		default:
			say("no offer is in scope for %s", x.slotName(g.Slot))
		}
	}
	if env, sites := x.view.FindSite(x.request.Host); sites && env == snapshot.None {
		say("no site of the catalog matches the host %q: slots that name no environment are unknown", x.request.Host)
	}
	for i := range x.trace.Slots {
		if x.trace.Slots[i].Asked == snapshot.None {
			say("slot %s is unknown: %s", x.slotName(i), x.unknown(i))
		}
		if x.trace.Slots[i].Group != snapshot.None {
			x.wanted(i, say)
		}
	}
	x.undeclared("call data", x.request.Attributes, (*snapshot.Environment).Attributes, every, say)
	if !x.request.Flags.Has(abi.FlagStore) { // what a store has nobody has typed
		x.ofRecord(say)
	}
	for _, code := range x.request.Offers {
		if !x.hasOffer(code) {
			say("no environment that answers has an offer %q%s", code, x.meant(string(code), x.offers()))
		}
	}
	return out
}

type sayer func(format string, args ...any)

// ofRecord tells of what a caller's record says.
func (x *reading) ofRecord(say sayer) {
	for i := range x.request.Record.Visitors {
		v := &x.request.Record.Visitors[i]
		x.undeclared("visitor attribute", attributes(v.Attributes), (*snapshot.Environment).Target, anonymous, say)
		x.past(v.History, say)
	}
	for i := range x.request.Record.Persons {
		p := &x.request.Record.Persons[i]
		x.undeclared("attribute of person "+string(p.Key), attributes(p.Attributes), (*snapshot.Environment).Target, identified, say)
		x.past(p.History, say)
	}
}

// wanted tells of the categories and themes of a slot that do not exist, and of
// its own call data.
func (x *reading) wanted(i int, say sayer) {
	s := x.asked(i)
	if s == nil {
		return
	}
	env := x.view.Environment(x.view.Space(x.trace.Slots[i].Space).Environment())
	for _, name := range s.Categories {
		if x.view.FindCategory(env, x.view.Find(name)) == snapshot.None {
			say("slot %s asks for the category %q, which %s does not have%s", x.slotName(i), name, x.name(env.Name()), x.meant(string(name), x.categories(env)))
		}
	}
	for _, name := range s.Themes {
		if themes := x.themes(env); !slices.Contains(themes, string(name)) {
			say("slot %s asks for the theme %q, which %s does not have%s", x.slotName(i), name, x.name(env.Name()), x.meant(string(name), themes))
		}
	}
	x.undeclared("call data of slot "+x.slotName(i), s.Attributes, (*snapshot.Environment).Attributes, every, say)
}

// Which environments declare what an attribute is for.
func every(*snapshot.Environment) bool        { return true }
func anonymous(e *snapshot.Environment) bool  { return e.Kind() == snapshot.KindAnonymous }
func identified(e *snapshot.Environment) bool { return e.Kind() == snapshot.KindIdentified }

// undeclared tells of attributes that no environment that answers declares, and
// of values that have another type.
func (x *reading) undeclared(what string, list []abi.Attribute, declared func(*snapshot.Environment) snapshot.Range, kind func(*snapshot.Environment) bool, say sayer) {
	for i := range list {
		a := &list[i]
		var known []string
		found := false
		for _, index := range x.answering() {
			env := x.view.Environment(index)
			if !kind(env) {
				continue
			}
			r := declared(env)
			at := x.view.FindAttribute(r, a.Name)
			if at == snapshot.None {
				for j := r.Start; j < r.End(); j++ {
					known = append(known, x.name(x.view.Attribute(j).Name()))
				}
				continue
			}
			found = true
			if typ := x.view.Attribute(r.Start + at).Type(); decide.Value(a.Value, typ).Kind == expr.Missing {
				say("%s %q is %s, but %s declares it as %s: it counts as missing", what, a.Name, text(a.Value), x.name(env.Name()), catalog.Type(typ))
			}
		}
		if !found && len(x.answering()) > 0 {
			say("%s %q is declared in no environment that answers: nobody reads it%s", what, a.Name, x.meant(string(a.Name), known))
		}
	}
}

func attributes(list abi.Attributes) (out []abi.Attribute) {
	var a abi.Attribute
	for it := list.Iterate(); it.Next(&a); {
		out = append(out, a)
	}
	return out
}

// past tells of a history's offers and channels that the catalog does not have.
func (x *reading) past(list abi.History, say sayer) {
	var e abi.HistoryEntry
	for it := list.Iterate(); it.Next(&e); {
		if len(x.trace.Groups) > 0 && !x.hasOffer(e.Offer) {
			say("the history names an offer %q, which no environment that answers has%s", e.Offer, x.meant(string(e.Offer), x.offers()))
		}
		if channels := x.channels(); len(e.Channel) > 0 && len(channels) > 0 && !slices.Contains(channels, string(e.Channel)) {
			say("the history names a channel %q, on which no space is%s", e.Channel, x.meant(string(e.Channel), channels))
		}
	}
}

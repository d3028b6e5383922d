package explain

import (
	"fmt"
	"strconv"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// identification says what was known of the call.
func (x *reading) identification() Identification {
	has := func(f abi.TraceFlags) bool { return x.trace.Flags&f != 0 }
	out := Identification{
		Consent: has(abi.TraceConsent), Cookie: has(abi.TraceSent), Known: has(abi.TraceKnown), Linked: has(abi.TraceLinked),
		Key: has(abi.TraceKey), Token: has(abi.TraceToken), NewVisit: has(abi.TraceNewVisit),
	}
	switch {
	case !out.Consent:
		out.Text = "Without consent: nothing is known of the visitor, and nothing is kept"
	case out.Known && out.NewVisit:
		out.Text = "A known visitor, on a new visit"
	case out.Known:
		out.Text = "A known visitor, on the same visit"
	case has(abi.TraceReplaced):
		out.Text = "A new visitor: the browser was another person's"
	case x.request.Record.Erased && x.request.Flags.Has(abi.FlagStore):
		out.Text = "A new visitor: the one whose cookie came was erased"
	case out.Cookie:
		out.Text = "A new visitor: the cookie that came does not verify"
	case len(x.request.Record.Visitors) > 0:
		out.Text = "A visitor without an id, of whom the caller tells"
	default:
		out.Text = "A new visitor"
	}
	switch {
	case out.Token:
		out.Text += "; an identity token names a person"
	case out.Key:
		out.Text += "; the caller names a person"
	}
	if out.Linked {
		out.Text += "; the cookie links to a person"
	}
	return out
}

// slot says how a slot came to its space, and what it shows.
func (x *reading) slot(i int) Slot {
	t, a := &x.trace.Slots[i], &x.answer.Slots[i]
	out := Slot{Space: string(a.Space), N: a.N, Environment: string(a.Environment), Offer: string(a.Offer), Path: x.path(i)}
	if t.Space != snapshot.None {
		out.Answers = x.name(x.view.Space(t.Space).Name())
	}
	if a.Mode != abi.Nobody {
		out.Mode = a.Mode.String()
	}
	if t.Group != snapshot.None {
		group := int(t.Group)
		out.Group = &group
	}
	out.Text = x.outcome(i)
	return out
}

// path says how a slot came to the space that answers it.
func (x *reading) path(i int) (out []string) {
	t, a := &x.trace.Slots[i], &x.answer.Slots[i]
	if t.Asked == snapshot.None {
		return []string{x.unknown(i)}
	}
	asked := x.view.Space(t.Asked)
	env := x.view.Environment(asked.Environment())
	out = append(out, fmt.Sprintf("asks for %s/%s%s", x.name(env.Name()), x.name(asked.Name()), x.how(i)))
	if t.Bits&abi.SlotPaused != 0 && t.Space == snapshot.None {
		return append(out, "an operator has paused the space")
	}
	if env.Kind() == snapshot.KindAnonymous {
		out = append(out, "the environment is anonymous: nobody is looked up")
	} else {
		out = append(out, x.person(t)...)
		switch {
		case a.Mode == abi.Explicit || a.Mode == abi.Implicit:
			out = append(out, "identified, mode "+a.Mode.String())
		case asked.Flags()&snapshot.SpaceFallback != 0:
			linked := x.view.Space(asked.Linked())
			out = append(out, fmt.Sprintf("falls back on %s/%s", x.name(x.view.Environment(linked.Environment()).Name()), x.name(linked.Name())))
		default:
			out = append(out, "the space names no fallback: the page stays as it came")
		}
	}
	if t.Bits&abi.SlotPaused != 0 {
		out = append(out, "an operator has paused the space that would answer")
	}
	return out
}

// how says by what a slot without an environment found one.
func (x *reading) how(i int) string {
	if x.named(i) {
		return ""
	}
	if _, sites := x.view.FindSite(x.request.Host); sites {
		return fmt.Sprintf(", the site of host %q", x.request.Host)
	}
	return ", the only environment that has the space"
}

// named reports whether the slot names an environment itself.
func (x *reading) named(i int) bool {
	s := x.asked(i)
	return s != nil && s.Environment != nil
}

// asked is the slot as the request has it; nil for one that the catalog lists.
func (x *reading) asked(i int) *abi.Slot {
	if x.answer.Listed || i >= len(x.request.Slots) {
		return nil
	}
	return &x.request.Slots[i]
}

// unknown says why a slot has no space.
func (x *reading) unknown(i int) string {
	space := string(x.answer.Slots[i].Space)
	if x.named(i) {
		name := string(x.asked(i).Environment)
		env := x.view.FindEnvironment(x.view.Find([]byte(name)))
		if env == snapshot.None {
			return fmt.Sprintf("there is no environment %q%s", name, x.meant(name, x.environments()))
		}
		return fmt.Sprintf("the environment %s has no space %q%s", name, space, x.meant(space, x.spaces(env)))
	}
	if env, sites := x.view.FindSite(x.request.Host); sites {
		if env == snapshot.None {
			return fmt.Sprintf("no site of the catalog matches the host %q", x.request.Host)
		}
		return fmt.Sprintf("the environment %s, the site of host %q, has no space %q%s", x.name(x.view.Environment(env).Name()), x.request.Host, space, x.meant(space, x.spaces(env)))
	}
	var have []string
	for env := range x.view.Count(snapshot.SecEnvironments) {
		if e := x.view.Environment(env); x.view.FindSpace(e, x.view.Find([]byte(space))) != snapshot.None {
			have = append(have, x.name(e.Name()))
		}
	}
	if len(have) > 1 {
		return fmt.Sprintf("%d environments have a space %q (%s): the slot has to name one", len(have), space, list(have))
	}
	return fmt.Sprintf("no environment has a space %q%s", space, x.meant(space, x.allSpaces()))
}

// person says what came of looking for a person.
func (x *reading) person(t *abi.TraceSlot) (out []string) {
	switch {
	case t.Bits&abi.SlotExplicit != 0:
		out = append(out, "the person's key resolves")
	case x.trace.Flags&abi.TraceKey != 0:
		out = append(out, "the person's key does not resolve")
	default:
		out = append(out, "no person is named")
	}
	switch implicit := x.view.Space(t.Asked).Flags()&snapshot.SpaceImplicit != 0; {
	case t.Bits&abi.SlotExplicit != 0:
	case !implicit:
		out = append(out, "implicit identification is off")
	case t.Bits&abi.SlotCookie != 0:
		out = append(out, "implicit identification is on, and the cookie matches a person")
	default:
		out = append(out, "implicit identification is on, and the cookie matches nobody")
	}
	return out
}

// outcome says what a slot shows.
func (x *reading) outcome(i int) string {
	t, a := &x.trace.Slots[i], &x.answer.Slots[i]
	switch {
	case t.Group == snapshot.None:
		return "keeps the page's own content"
	case a.Offer != nil && a.Fallback:
		return fmt.Sprintf("shows %s, the fallback offer of the space", a.Offer)
	case a.Offer != nil:
		return fmt.Sprintf("shows %s, rank %d, weight %s", a.Offer, a.Rank, number(a.Weight))
	case x.answer.Holdout:
		return "keeps the page's own content: the visitor is held out of all offers"
	}
	group := &x.trace.Groups[t.Group]
	n := eligible(group)
	out := "keeps the page's own content: no offer is eligible"
	switch {
	case n == 1:
		out = fmt.Sprintf("keeps the page's own content: it asks for the %s offer, and one is eligible", ordinal(a.N))
	case n > 1:
		out = fmt.Sprintf("keeps the page's own content: it asks for the %s offer, and %d are eligible", ordinal(a.N), n)
	}
	sp := x.view.Space(t.Space)
	if sp.FallbackOffer() != snapshot.None {
		out += "; " + x.noFallback(sp, t)
	}
	return out
}

// noFallback says why the space's fallback offer is not shown.
func (x *reading) noFallback(sp *snapshot.Space, t *abi.TraceSlot) string {
	o := x.view.Offer(sp.FallbackOffer())
	code := x.name(o.Code())
	switch {
	case o.Flags()&snapshot.OfferLive == 0:
		return "the fallback offer " + code + " is not live"
	case x.view.FindContent(o, t.Space) == nil:
		return "the fallback offer " + code + " has no content for the space"
	}
	for i := range x.answer.Slots {
		if x.trace.Slots[i].Group == t.Group && x.answer.Slots[i].Fallback {
			return "another slot shows the fallback offer " + code
		}
	}
	return "an operator has paused the fallback offer " + code
}

func eligible(g *abi.TraceGroup) (n int) {
	for i := range g.Offers {
		if g.Offers[i].Why == abi.WhyEligible {
			n = max(n, int(g.Offers[i].Detail))
		}
	}
	return n
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

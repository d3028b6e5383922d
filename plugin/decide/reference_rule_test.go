package decide_test

import (
	"slices"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

// past is one proposition of the target's history.
type past struct {
	code, channel string
	status        catalog.Status
	first, last   int64
}

// reached is when the proposition came to what a rule counts.
func (p *past) reached(counted catalog.CountedStatus) (int64, bool) {
	switch counted {
	case catalog.CountSeen:
		return p.first, p.status != catalog.Generated
	case catalog.CountAcceptedOrRejected:
		return p.last, p.status == catalog.Accepted || p.status == catalog.Rejected
	case catalog.CountAccepted:
		return p.last, p.status == catalog.Accepted
	case catalog.CountRejected:
		return p.last, p.status == catalog.Rejected
	}
	return p.first, true
}

// excluded tells whether a rule of the environment excludes an offer from a
// group, given what earlier groups of the call were given.
func (r *reference) excluded(g *set, out *answer, code string) bool {
	return r.excluding(g, out, code).why != 0
}

// excluding is the first rule, by name, that excludes an offer from a group.
func (r *reference) excluding(g *set, out *answer, code string) blame {
	env := g.answers.env
	history := slices.Clone(r.q.past[env.Name.S])
	for _, p := range out.propositions {
		if p.environment == env.Name.S {
			s := find(env, p.space)
			history = append(history, past{p.offer, s.Channel.S, s.Store.OnProposed, r.q.time, r.q.time})
		}
	}
	offer := flatten(env).offer(code)
	for _, name := range slices.Sorted(slices.Values(plain(env.Typology))) {
		for _, rule := range r.c.Rules {
			if rule.Name.S != name || !rule.Active || rule.Channel.S != "" && rule.Channel.S != g.answers.Channel.S ||
				!r.applies(g, rule, offer) || !r.holds(g, nil, rule.Target) {
				continue
			}
			// Without consent nothing is known of the target, so no rule lets anything through.
			if n := r.count(g, rule, history, offer); n >= rule.Quantity || r.q.refused {
				return blame{why: abi.WhyRule, detail: name, count: uint32(n)}
			}
		}
	}
	return blame{}
}

// count is how many propositions a rule counts for an offer.
func (r *reference) count(g *set, rule *catalog.Rule, history []past, offer *entry) (n int64) {
	f := flatten(g.answers.env)
	for i := range history {
		p := &history[i]
		at, ok := p.reached(rule.Status)
		if ok && r.inWindow(rule, min(at, r.q.time)) && (!rule.SameChannelOnly || p.channel == g.answers.Channel.S) &&
			r.isCounted(g, rule, offer, f.offer(p.code)) && r.filtered(g, rule, f, p) {
			n++
		}
	}
	return n
}

// offer is the one with a code, or nil.
func (f *flat) offer(code string) *entry {
	for i := range f.offers {
		if f.offers[i].Code.S == code {
			return &f.offers[i]
		}
	}
	return nil
}

func (r *reference) applies(g *set, rule *catalog.Rule, o *entry) bool {
	if rule.AppliesTo.S == "" {
		return true
	}
	v, err := r.eval(g, o, rule.AppliesTo.S)
	return err == nil && v == true
}

// isCounted tells whether a rule that is asked about one offer counts
// propositions of another; a code that the catalog lacks counts under all.
func (r *reference) isCounted(g *set, rule *catalog.Rule, offer, of *entry) bool {
	switch {
	case rule.Counted == catalog.CountAll:
		return true
	case of == nil:
		return false
	case rule.Counted == catalog.CountSelf:
		return of.Code.S == offer.Code.S
	case rule.Counted == catalog.CountCategory:
		return of.own() == offer.own()
	}
	return r.applies(g, rule, of)
}

// filtered tells whether a rule's filter lets a proposition count; one that
// fails does, whichever part of it fails, unless another says no.
func (r *reference) filtered(g *set, rule *catalog.Rule, f *flat, p *past) bool {
	for _, c := range rule.Propositions {
		if c.When.S != "" {
			if when, err := r.evalProposition(g, f, p, c.When.S); err != nil || when == false {
				continue
			}
		}
		if v, err := r.evalProposition(g, f, p, c.Expr.S); err == nil && v == false {
			return false
		}
	}
	return true
}

func (r *reference) evalProposition(g *set, f *flat, p *past, src string) (any, error) {
	m := r.scope(g, nil)
	if o := f.offer(p.code); o != nil {
		m["proposition.code"], m["proposition.category"] = p.code, o.own().Name.S
	}
	if r.knowsChannel(g.answers.env, p.channel) {
		m["proposition.channel"] = p.channel
	}
	m["proposition.status"] = p.status.String()
	v, _, err := r.cel[src].Eval(m)
	if err != nil {
		return nil, err
	}
	return v.Value(), nil
}

// knowsChannel tells whether a space of an environment is on a channel, or, where
// histories of others count, any space.
func (r *reference) knowsChannel(env *catalog.Environment, channel string) bool {
	for _, e := range r.c.Environments {
		if e == env || env.MergeHistory.On {
			if slices.ContainsFunc(e.Spaces, func(s *catalog.Space) bool { return s.Channel.S == channel }) {
				if !slices.ContainsFunc(env.Spaces, func(s *catalog.Space) bool { return s.Channel.S == channel }) {
					r.seen["merged"]++
				}
				return true
			}
		}
	}
	return false
}

// inWindow tells whether a time lies in a rule's period.
func (r *reference) inWindow(rule *catalog.Rule, at int64) bool {
	if rule.Calendar == catalog.NoCalendar {
		return at > r.q.time-rule.Period.MS
	}
	loc, err := time.LoadLocation(r.c.Zone.S)
	if err != nil {
		panic(err)
	}
	now := time.UnixMilli(r.q.time).In(loc)
	y, m, d := now.Date()
	switch rule.Calendar {
	case catalog.CalendarWeek:
		d -= (int(now.Weekday()) + 6) % 7
	case catalog.CalendarMonth:
		d = 1
	}
	return at >= time.Date(y, m, d, 0, 0, 0, 0, loc).UnixMilli()
}

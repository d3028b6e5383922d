package compile

import (
	"fmt"

	"github.com/profferhq/proffer/catalog"
)

// span is a period as it is written, with its owner for messages.
type span struct {
	from, to catalog.Instant
	owner    string
}

// clash warns of a period that never meets the ones around it, which start at
// from and end at to: at its bound that lies outside, with the bound in the way.
func (l *linker) clash(own span, around []span, from, to int64, so string) {
	start, end := start(own.from), end(own.to)
	if from >= to {
		return // said of what is around
	}
	switch {
	case start >= to:
		at, whose := bindingEnd(around, to)
		l.report(catalog.Diagnostic{
			Pos: own.from.Pos, Severity: catalog.Warning, Code: "never-active",
			Message: fmt.Sprintf("%s starts when %s has ended, so %s", own.owner, whose, so),
			Related: point(at, "ends here"),
		})
	case end <= from:
		at, whose := bindingStart(around, from)
		l.report(catalog.Diagnostic{
			Pos: own.to.Pos, Severity: catalog.Warning, Code: "never-active",
			Message: fmt.Sprintf("%s ends before %s starts, so %s", own.owner, whose, so),
			Related: point(at, "starts here"),
		})
	}
}

// bindingEnd finds which of the periods ends at to.
func bindingEnd(around []span, to int64) (catalog.Pos, string) {
	for _, s := range around {
		if s.to.Set && s.to.MS == to {
			return s.to.Pos, s.owner
		}
	}
	return catalog.Pos{}, ""
}

func bindingStart(around []span, from int64) (catalog.Pos, string) {
	for _, s := range around {
		if s.from.Set && s.from.MS == from {
			return s.from.Pos, s.owner
		}
	}
	return catalog.Pos{}, ""
}

// spans are the periods of a category and those above it.
func (c *category) spans() (list []span) {
	for ; c != nil; c = c.parent {
		list = append(list, span{c.src.From, c.src.To, fmt.Sprintf("category %q", c.src.Name.S)})
	}
	return list
}

func (o *offer) span() span {
	return span{o.src.From, o.src.To, fmt.Sprintf("offer %q", o.src.Code.S)}
}

// categoryDates looks at the dates of a category and of its multiplier.
func (l *linker) categoryDates(c *category) {
	if c.parent != nil && c.from >= c.to && c.parent.from < c.parent.to {
		own := span{c.src.From, c.src.To, fmt.Sprintf("category %q", c.src.Name.S)}
		l.clash(own, c.parent.spans(), c.parent.from, c.parent.to, "none of its offers is ever shown")
	}
	m := &c.src.Multiplier
	if start(m.From) >= c.to || end(m.To) <= c.from {
		l.clash(span{m.From, m.To, "this multiplier"}, c.spans(), c.from, c.to, "it never counts")
	}
}

// offerDates looks at the dates of an offer and of its weights.
func (l *linker) offerDates(o *offer) {
	c := o.category
	if o.from >= o.to {
		o.told = true
		l.clash(o.span(), c.spans(), c.from, c.to, "it is never shown")
		return
	}
	for i := range o.src.Weights {
		if w := &o.src.Weights[i]; start(w.From) >= o.to || end(w.To) <= o.from {
			l.clash(span{w.From, w.To, "this weight"}, append([]span{o.span()}, c.spans()...), o.from, o.to, "it never counts")
		}
	}
}

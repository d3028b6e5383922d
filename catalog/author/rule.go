package author

import (
	"fmt"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// The words of a rule's options, in the order of their numbers.
var (
	calendars       = []string{"day", "week", "month"}
	countings       = []string{"all", "self", "category", "rule"}
	countedStatuses = []string{"any", "seen", "accepted_or_rejected", "accepted", "rejected"}
)

// maxQuantity bounds how many propositions a rule waits for: a visitor who gets
// one every second of a day has had 86,400.
const maxQuantity = 1_000_000

// rule reads one presentation rule.
func (r *reader) rule(f *field) *catalog.Rule {
	out := &catalog.Rule{Pos: f.key.pos(), Name: r.name(f.key, plainName, "a rule")}
	o := r.object(out.Pos, f.group(), ruleShape)
	out.Active = r.bool(o.get("active"), true)
	out.Channel = r.name(o.get("channel"), plainName, "a channel")
	out.AppliesTo = r.expression(o.get("applies_to"))
	out.Target = r.filter(o.get("target"))
	r.window(o, out)
	out.Quantity, _ = r.whole(o.get("quantity"), "a quantity", 1, maxQuantity)
	out.SameChannelOnly = r.bool(o.get("same_channel_only"), false)
	out.Counted = catalog.Counting(max(0, r.choice(o.get("counted"), countings...)))
	out.Status = catalog.CountedStatus(max(0, r.choice(o.get("status"), countedStatuses...)))
	out.Propositions = r.filter(o.get("propositions"))
	return out
}

// window reads how far back a rule looks: by a period or by the calendar.
func (r *reader) window(o *object, out *catalog.Rule) {
	period, calendar := o.field("period"), o.field("calendar")
	switch {
	case period != nil && calendar != nil:
		r.related(calendar.key.pos(), "conflicting-keys", "a rule has a period or a calendar, not both",
			period.key.pos(), "the period is here")
	case o.misspelt("period", "calendar"):
	case period == nil && calendar == nil && !o.partial:
		r.error(out.Pos, "missing-key", `a rule needs the key "period" or "calendar"`, `write "period: 15d" or "calendar: week"`)
	}
	out.Period = r.duration(o.get("period"))
	out.Calendar = catalog.Calendar(r.choice(o.get("calendar"), calendars...) + 1)
}

// namedFilters reads predefined filters.
func (r *reader) namedFilters(group []val) (out []catalog.NamedFilter) {
	list, _ := r.fields(group, nil)
	for _, f := range list {
		n := catalog.NamedFilter{Name: r.name(f.key, filterName, "a predefined filter"), Expr: r.expression(f.val)}
		if n.Expr.S != "" && filterName.problem(n.Name.S) == "" {
			out = append(out, n)
		}
	}
	return out
}

// whole reads a whole number between two bounds.
func (r *reader) whole(v val, what string, low, high int64) (int64, bool) {
	if !v.ok() {
		return 0, false
	}
	i, ok := wholeNumber(v.n)
	plain := v.n.Style == yaml.Plain && isNumber(v.n.Text)
	switch {
	case !ok && !plain:
		r.wrongType(v, "a whole number", numberHint(v.n))
	case !ok && strings.Trim(v.n.Text, "+-0123456789") != "":
		r.wrongType(v, "a whole number", "")
	case !ok || i < low || i > high:
		r.error(v.pos(), "bad-number", fmt.Sprintf("%s is from %d to %d, and %s is not", what, low, high, clip(v.n.Text)), "")
	default:
		return i, true
	}
	return 0, false
}

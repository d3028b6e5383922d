package author

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// defaultFolder is where an anonymous environment keeps its visitors.
const defaultFolder = "visitors"

// maxOrdinal is the n-th best offer that a slot can ask for at most.
const maxOrdinal = 100

// environment reads one environment, from one file or several.
func (r *reader) environment(f *field) *catalog.Environment {
	e := &catalog.Environment{Pos: f.key.pos(), Name: r.name(f.key, plainName, "an environment")}
	o := r.object(e.Pos, f.group(), environmentShape)
	e.Kind = catalog.Kind(r.choice(o.get("kind"), catalog.Identified.String(), catalog.Anonymous.String()) + 1)
	e.VisitorFolder = r.name(o.get("visitor_folder"), plainName, "a visitor folder")
	if e.VisitorFolder.S == "" && e.Kind == catalog.Anonymous {
		e.VisitorFolder.S = defaultFolder
	}
	e.ShareFolder = r.flag(o.get("share_folder"))
	e.People = r.text(o.get("people"))
	if v := o.get("history"); r.choice(v, "cookie", "store") == 1 {
		e.HistoryStore = catalog.Flag{Pos: v.pos(), On: true}
	}
	e.MergeHistory = r.flag(o.get("merge_history"))
	e.Target = r.schema(o.group("target"))
	e.Attributes = r.schema(o.group("attributes"))
	e.OfferAttributes = r.schema(o.group("offer_attributes"))
	e.Filter = r.filter(o.get("filter"))
	e.Filters = r.namedFilters(o.group("filters"))
	e.Typology = r.names(o.get("typology"), nil, "")
	e.Ties = catalog.Ties(max(0, r.choice(o.get("ties"), "view", "visit", "day")))
	for _, item := range r.list(o.get("pages"), "put it in a list: - match: …") {
		e.Pages = append(e.Pages, r.page(item))
	}
	spaces, _ := r.fields(o.group("spaces"), nil)
	for i := range spaces {
		e.Spaces = append(e.Spaces, r.space(&spaces[i]))
	}
	e.Categories = r.categories(o.group("categories"), e)
	return e
}

// page reads the slots of a page.
func (r *reader) page(v val) catalog.Page {
	if !v.ok() {
		return catalog.Page{}
	}
	p := catalog.Page{Pos: v.pos()}
	o := r.object(p.Pos, []val{v}, pageShape)
	p.Match = r.pattern(o.get("match"))
	for _, item := range r.list(o.get("slots"), "put it in brackets: [ ]") {
		if s, ok := r.slot(item); ok {
			p.Slots = append(p.Slots, s)
		}
	}
	return p
}

// pattern reads a page pattern.
func (r *reader) pattern(v val) catalog.Text {
	t := r.text(v)
	if problem := pathProblem(t.S); problem != "" && t.Pos.IsValid() {
		r.error(v.pos(), "bad-pattern", problem, `write "/travel/beach", "/travel/*" or "/travel/**"`)
	}
	return t
}

// pathProblem says what is wrong with a page pattern, or "".
func pathProblem(s string) string {
	if !strings.HasPrefix(s, "/") {
		return "a page pattern starts with /"
	}
	if strings.ContainsAny(s, "?#") {
		return "a page pattern is a path without query and fragment"
	}
	last := strings.LastIndexByte(s, '/') + 1
	if strings.Contains(s[:last], "*") || strings.Contains(s[last:], "*") && s[last:] != "*" && s[last:] != "**" {
		return "* and ** stand only as the whole last part of a page pattern"
	}
	return ""
}

// slot reads a space's name and, after _, an ordinal.
func (r *reader) slot(v val) (catalog.PageSlot, bool) {
	t := r.text(v)
	if t.S == "" {
		return catalog.PageSlot{}, false
	}
	space, digits, ordinal := splitOrdinal(t.S)
	s := catalog.PageSlot{Pos: t.Pos, Space: space, N: 1}
	if !ordinal {
		return s, true
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxOrdinal || digits[0] == '0' {
		r.error(v.pos(), "bad-slot", fmt.Sprintf("the ordinal of %s is not one of 1 to %d", quote(t.S), maxOrdinal), "")
		return s, false
	}
	s.N = n
	return s, true
}

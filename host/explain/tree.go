package explain

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Tree writes an explanation for people who read a terminal: every slot with
// how it came to its space, and below the slots of a group every offer with its
// reason.
func (e *Explanation) Tree(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, e.Identification.Text)
	for _, n := range e.Notices {
		fmt.Fprintln(out, "note:", n)
	}
	for _, section := range e.Sections() {
		fmt.Fprintln(out)
		for _, s := range section.Slots {
			s.print(out)
		}
		if section.Group != nil {
			section.Group.print(out)
		}
	}
	return out.Flush()
}

// Section is what is read together: the slots of a group and its offers, or one
// slot for which nothing was decided.
type Section struct {
	Slots []*Slot
	Group *Group
}

// Sections are an explanation's, in the order of their first slots.
func (e *Explanation) Sections() (out []Section) {
	for i := range e.Slots {
		if e.Slots[i].Group == nil {
			out = append(out, Section{Slots: []*Slot{&e.Slots[i]}})
			continue
		}
		g := &e.Groups[*e.Slots[i].Group]
		if g.Slots[0] != i {
			continue
		}
		section := Section{Group: g}
		for _, j := range g.Slots {
			section.Slots = append(section.Slots, &e.Slots[j])
		}
		out = append(out, section)
	}
	return out
}

func (s *Slot) print(w io.Writer) {
	fmt.Fprintf(w, "%s #%d %s\n", s.Space, s.N, s.Text)
	fmt.Fprintf(w, "  %s\n", strings.Join(s.Path, "; "))
}

// maxCode is how wide the column of codes gets at most.
const maxCode = 24

func (g *Group) print(w io.Writer) {
	if text := g.TargetText(); text != "" {
		fmt.Fprintf(w, "  target: %s\n", text)
	}
	if g.History != "" {
		fmt.Fprintf(w, "  history: %s\n", g.History)
	}
	width := 0
	for i := range g.Offers {
		width = max(width, min(len(g.Offers[i].Code), maxCode))
	}
	for i := range g.Offers {
		o := &g.Offers[i]
		fmt.Fprintf(w, "    %-*s  %s\n", width, o.Code, o.Line())
	}
	if g.Left > 0 {
		fmt.Fprintf(w, "    %d more offers in scope are not listed; name one to see its reason\n", g.Left)
	}
}

// Line is the reason, with the weight that the offer would have had.
func (o *Offer) Line() string {
	if o.Rank == 0 && o.Weight != 0 {
		return fmt.Sprintf("(weight %s) %s", number(o.Weight), o.Text)
	}
	return o.Text
}

// TargetText is the target's attributes, by name.
func (g *Group) TargetText() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(g.Target)) {
		b, err := json.Marshal(g.Target[name])
		if err != nil {
			b = []byte("?") // decoded values have a JSON form
		}
		out = append(out, name+" "+string(b))
	}
	return strings.Join(out, ", ")
}

// State is a reason in one or two words.
func (o *Offer) State() string {
	switch o.Reason {
	case ReasonGiven:
		return "shown"
	case ReasonOutranked, ReasonHeldOut:
		return "eligible"
	case ReasonNotLive, ReasonNoContent, ReasonNotAsked:
		return "not in scope"
	case ReasonPaused:
		return "paused"
	}
	return "removed"
}

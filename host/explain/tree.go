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
	for i := range e.Slots {
		s := &e.Slots[i]
		if s.Group == nil {
			fmt.Fprintln(out)
			s.print(out)
			continue
		}
		if g := &e.Groups[*s.Group]; g.Slots[0] == i {
			fmt.Fprintln(out)
			for _, j := range g.Slots {
				e.Slots[j].print(out)
			}
			g.print(out)
		}
	}
	return out.Flush()
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
	case ReasonOutranked:
		return "eligible"
	case ReasonNotLive, ReasonNoContent, ReasonNotAsked:
		return "not in scope"
	case ReasonPaused:
		return "paused"
	}
	return "removed"
}

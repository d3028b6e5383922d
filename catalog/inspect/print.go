package inspect

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Print writes a catalog for people: the snapshot's name and size, how much
// there is of everything, and then all of it.
func Print(w io.Writer, c *Catalog) error {
	out := bufio.NewWriter(w)
	item := c.Item(c.Zone)
	if c.Snapshot != "" {
		fmt.Fprintf(out, "snapshot %s\n%d bytes", c.Snapshot, c.Bytes)
		for _, n := range count(item) {
			fmt.Fprintf(out, ", %s", n)
		}
		fmt.Fprint(out, "\n\n")
	}
	p := printer{out}
	p.inside(item, "")
	return out.Flush()
}

// count says how many things there are, by kind.
func count(item Item) []string {
	kinds := []string{"environment", "space", "category", "offer"}
	n := map[string]int{}
	var walk func(Item)
	walk = func(i Item) {
		n[i.Kind]++
		for _, child := range i.Items {
			walk(child)
		}
	}
	walk(item)
	var out []string
	for _, kind := range kinds {
		out = append(out, Count(n[kind], kind))
	}
	return out
}

// Count is a number with its noun.
func Count(n int, noun string) string {
	if n != 1 {
		noun = strings.TrimSuffix(noun, "y") + map[bool]string{true: "ies", false: "s"}[strings.HasSuffix(noun, "y")]
	}
	return fmt.Sprintf("%d %s", n, noun)
}

type printer struct{ w io.Writer }

func (p printer) item(i Item, indent string) {
	name := strings.TrimSpace(i.Kind + " " + i.Name)
	if !i.isLine() {
		fmt.Fprintf(p.w, "%s%s\n", indent, name)
		p.inside(i, indent+"  ")
		return
	}
	for n, f := range i.Facts {
		name += [...]string{": ", ", "}[min(n, 1)] + f.Name + " " + f.Text
	}
	fmt.Fprintf(p.w, "%s%s\n", indent, name)
}

func (p printer) inside(i Item, indent string) {
	for _, f := range i.Facts {
		p.fact(f, indent)
	}
	for n, child := range i.Items {
		if !child.isLine() || n == 0 || child.Kind != i.Items[n-1].Kind {
			fmt.Fprintln(p.w)
		}
		p.item(child, indent)
	}
}

// isLine reports whether a thing is small enough for one line.
func (i Item) isLine() bool {
	long := 0
	for _, f := range i.Facts {
		long += len(f.Text)
		if strings.Contains(f.Text, "\n") {
			return false
		}
	}
	return len(i.Items) == 0 && len(i.Facts) <= 2 && long <= maxLine && i.Kind != "content"
}

// maxLine is the length from which the entries of a list have their own lines.
const maxLine = 80

func (p printer) fact(f Fact, indent string) {
	switch {
	case strings.Contains(f.Text, "\n"):
		fmt.Fprintf(p.w, "%s%s:\n", indent, f.Name)
		for _, line := range strings.Split(strings.TrimSuffix(f.Text, "\n"), "\n") {
			fmt.Fprintf(p.w, "%s\n", strings.TrimRight(indent+"  "+line, " "))
		}
	case len(f.List) > 1 && len(f.Text) > maxLine:
		fmt.Fprintf(p.w, "%s%s:\n", indent, f.Name)
		for _, entry := range f.List {
			fmt.Fprintf(p.w, "%s  %s\n", indent, entry)
		}
	default:
		fmt.Fprintf(p.w, "%s%s: %s\n", indent, f.Name, f.Text)
	}
}

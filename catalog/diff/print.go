package diff

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog/inspect"
)

// maxInline is how long two values are together that still stand in one line.
const maxInline = 60

// Print writes changes for people, those of an environment below its name, and
// how many things were added, removed and changed. Without changes it says so.
func Print(w io.Writer, list []Change) error {
	out := bufio.NewWriter(w)
	if len(list) == 0 {
		fmt.Fprintln(out, "no difference")
		return out.Flush()
	}
	p := printer{w: out}
	for i := range list {
		p.change(&list[i])
	}
	fmt.Fprintln(out, "\n"+summary(list))
	return out.Flush()
}

type printer struct {
	w      io.Writer
	within string
	some   bool
}

func (p *printer) change(c *Change) {
	path := c.Path
	within := "catalog"
	if len(path) > 0 && path[0].Kind == "environment" && !(c.whole() && len(path) == 1) {
		within, path = called(path[0]), path[1:]
	}
	if within != p.within {
		if p.some {
			fmt.Fprintln(p.w)
		}
		fmt.Fprintln(p.w, within)
	}
	p.within, p.some = within, true
	subject := ""
	for _, i := range path {
		subject += called(i) + ": "
	}
	p.words(subject, c)
}

func called(i inspect.Item) string { return i.Kind + " " + i.Name }

func (c *Change) whole() bool { return c.Added || c.Removed }

// words writes "  offer beach: filter: was …, is …".
func (p *printer) words(subject string, c *Change) {
	switch {
	case c.Elsewhere:
		fmt.Fprintln(p.w, "  nothing that a catalog says, but the snapshots are not the same: they were compiled by other versions of proffer, or of the time zone database")
	case c.Added:
		fmt.Fprintf(p.w, "  %sadded%s\n", subject, with(c.Path[len(c.Path)-1]))
	case c.Removed:
		fmt.Fprintf(p.w, "  %sremoved\n", subject)
	case c.Was.Name != "" && c.Is.Name != "" && (c.Is.Name == "category" || c.Is.Name == "below"):
		fmt.Fprintf(p.w, "  %smoved from category %s to %s\n", subject, c.Was.Text, c.Is.Text)
	case len(c.Was.List)+len(c.Is.List) > 2:
		p.list(subject, c)
	default:
		p.values(subject, c.Was, c.Is)
	}
}

// with is what is said of something that is new.
func with(i inspect.Item) string {
	var out []string
	for _, f := range i.Facts {
		if f.Name == "category" || f.Name == "below" || f.Name == "type" {
			out = append(out, f.Name+" "+f.Text)
		}
		if f.Name == "live" && f.Text == "false" || f.Name == "status" && f.Text == "draft" || f.Name == "enabled" && f.Text == "false" {
			out = append(out, f.Name+" "+f.Text)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return ", " + strings.Join(out, ", ")
}

func (p *printer) values(subject string, was, is inspect.Fact) {
	switch {
	case long(was.Text + is.Text):
		fmt.Fprintf(p.w, "  %s%s\n", subject, was.Name+map[bool]string{true: is.Name}[was.Name == ""])
		p.lines(was.Text, is.Text)
	case was.Name == "":
		fmt.Fprintf(p.w, "  %s%s: now %s\n", subject, is.Name, shown(is.Text))
	case is.Name == "":
		fmt.Fprintf(p.w, "  %s%s: no longer %s\n", subject, was.Name, shown(was.Text))
	default:
		fmt.Fprintf(p.w, "  %s%s: was %s, is %s\n", subject, is.Name, shown(was.Text), shown(is.Text))
	}
}

func long(s string) bool { return len(s) > maxInline || strings.Contains(s, "\n") }

func shown(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

// lines writes the lines that differ, without those that are equal at the
// start and at the end.
func (p *printer) lines(was, is string) {
	a, b := split(was), split(is)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	for _, line := range a {
		fmt.Fprintln(p.w, strings.TrimRight("    - "+line, " "))
	}
	for _, line := range b {
		fmt.Fprintln(p.w, strings.TrimRight("    + "+line, " "))
	}
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// list writes the entries that came and went, or that the order is another.
func (p *printer) list(subject string, c *Change) {
	name := c.Was.Name
	if name == "" {
		name = c.Is.Name
	}
	gone, come := less(c.Was.List, c.Is.List), less(c.Is.List, c.Was.List)
	if len(gone)+len(come) == 0 {
		fmt.Fprintf(p.w, "  %s%s: the order is now %s\n", subject, name, c.Is.Text)
		return
	}
	fmt.Fprintf(p.w, "  %s%s\n", subject, name)
	for _, entry := range gone {
		fmt.Fprintf(p.w, "    - %s\n", entry)
	}
	for _, entry := range come {
		fmt.Fprintf(p.w, "    + %s\n", entry)
	}
}

// less is a list without the entries of another, each once for each of them.
func less(list, other []string) []string {
	other = slices.Clone(other)
	var out []string
	for _, s := range list {
		if i := slices.Index(other, s); i >= 0 {
			other = slices.Delete(other, i, i+1)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// summary counts things by what became of them; offers by themselves, since
// they are what one looks for first.
func summary(list []Change) string {
	counts, names := map[string]map[string]bool{}, []string{}
	for i := range list {
		c := &list[i]
		kind, id := "catalog", ""
		for _, item := range c.Path {
			id += called(item) + "/"
			if kind = item.Kind; kind == "offer" || kind == "space" {
				break
			}
		}
		verb := "changed"
		if c.whole() && kind == c.Path[len(c.Path)-1].Kind {
			verb = map[bool]string{true: "added", false: "removed"}[c.Added]
		}
		name := verb + "\x00" + kind
		if counts[name] == nil {
			counts[name] = map[string]bool{}
			names = append(names, name)
		}
		counts[name][id] = true
	}
	slices.Sort(names)
	out := make([]string, len(names))
	for i, name := range names {
		verb, kind, _ := strings.Cut(name, "\x00")
		out[i] = inspect.Count(len(counts[name]), kind) + " " + verb
		if kind == "catalog" {
			out[i] = "the catalog itself " + verb
		}
	}
	return strings.Join(out, ", ")
}

package compile

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/profferhq/proffer/catalog"
)

func (l *linker) report(d catalog.Diagnostic) {
	l.diags = append(l.diags, d)
	if d.Severity != catalog.Error {
		return
	}
	if l.current != nil {
		l.current.broken = true
	}
	if l.errors++; l.errors >= maxErrors {
		panic(enough{})
	}
}

func (l *linker) error(pos catalog.Pos, code, hint, format string, args ...any) {
	l.report(catalog.Diagnostic{Pos: pos, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)})
}

func (l *linker) warn(pos catalog.Pos, code, hint, format string, args ...any) {
	l.report(catalog.Diagnostic{Pos: pos, Severity: catalog.Warning, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)})
}

// related reports a problem that another place has a part in.
func (l *linker) related(pos catalog.Pos, code, hint string, other catalog.Pos, what, format string, args ...any) {
	l.report(catalog.Diagnostic{
		Pos: pos, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...),
		Related: &catalog.Related{Pos: other, Message: what},
	})
}

// remark warns of a piece of the source, with the place that has a part in it,
// if any.
func (l *linker) remark(at catalog.Text, code, hint string, related *catalog.Related, format string, args ...any) {
	l.report(catalog.Diagnostic{
		Pos: at.Pos, Length: at.Length(), Severity: catalog.Warning, Code: code, Hint: hint,
		Message: fmt.Sprintf(format, args...), Related: related,
	})
}

// maxListed is how many known names a hint lists where none is near.
const maxListed = 8

// unknown reports a name that nothing has, with the nearest one that something has.
func (l *linker) unknown(name catalog.Text, code, kind string, known []string) {
	hint := l.nearest(name.S, known)
	switch {
	case hint != "":
	case len(known) == 0:
		hint = "there is no " + kind + " here to refer to"
	case len(known) <= maxListed:
		hint = "write " + oneOf(distinct(slices.Clone(known)))
	}
	l.error(name.Pos, code, hint, "unknown %s %q", kind, name.S)
}

// didYouMean is a hint that names the nearest known name, or "".
func didYouMean(name string, known []string) string {
	if k := catalog.Nearest(name, known); k != "" {
		return "did you mean " + strconv.Quote(k) + "?"
	}
	return ""
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = name(v)
	}
	return out
}

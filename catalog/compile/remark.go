package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// remarks are warnings about what is allowed and hardly meant: offers, weights
// and filters that can never count, options that change nothing. Each is so
// whatever a call and a visitor bring; where that is not sure, nothing is said.
func (l *linker) remarks(env *environment) {
	d := l.demands(env)
	for _, c := range env.categories {
		l.categoryDates(c)
		d.category(c)
		l.inheritedThemes(c)
	}
	for _, o := range env.offers {
		if l.silent() {
			break
		}
		l.offerDates(o)
		never := d.offer(o)
		o.told = o.told || never
		d.weights(o, never)
		if !l.src.Incomplete {
			l.rivals(o)
		}
	}
	l.idleOptions(env)
}

// silent reports whether there are more problems already than are shown, so
// that remarks are no use.
func (l *linker) silent() bool { return len(l.diags) > 2*catalog.MaxDiagnostics }

// absences are warnings about what is not there: offers for spaces and
// categories, slots for spaces. Where there are errors it may be.
func (l *linker) absences() {
	if l.src.Incomplete {
		return
	}
	supplies := l.supplies()
	for env := range l.each() {
		if !env.broken {
			l.emptyCategories(env)
			l.vacancies(env, supplies)
			l.unlisted(env)
		}
	}
	if !l.diags.HasErrors() {
		l.idlePeople()
	}
}

// place makes a place of a text's first line.
func place(at catalog.Text, message string) *catalog.Related {
	return &catalog.Related{Pos: at.Pos, Length: at.Length(), Message: message}
}

// point makes a place of the word at a position.
func point(at catalog.Pos, message string) *catalog.Related {
	return &catalog.Related{Pos: at, Message: message}
}

// oneOf lists values for a message: "a", "b" or "c".
func oneOf(values []string) string {
	const most = 5
	more := ""
	if len(values) > most {
		values, more = values[:most], ", …"
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprintf("%q", v)
	}
	if n := len(words) - 1; n > 0 && more == "" {
		return strings.Join(words[:n], ", ") + " or " + words[n]
	}
	return strings.Join(words, ", ") + more
}

// distinct is a sorted list without repetitions.
func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

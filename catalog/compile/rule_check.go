package compile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// day is one day in milliseconds.
const day = int64(24 * 60 * 60 * 1000)

// cookieLife is how long a cookie lives at most after it was last written:
// browsers keep none for more than 400 days.
const cookieLife = 395 * day

// calendarDays are the longest periods of the calendar.
var calendarDays = map[catalog.Calendar]int64{catalog.CalendarDay: 1, catalog.CalendarWeek: 7, catalog.CalendarMonth: 31}

// retention is how long records are kept; written says that the author said so.
func retention(c *catalog.Catalog) (visitors, propositions int64, written bool) {
	visitors, propositions = c.Retention.Visitors.MS, c.Retention.Propositions.MS
	written = visitors != 0 || propositions != 0
	if visitors == 0 {
		visitors = snapshot.DefaultVisitors
	}
	if propositions == 0 {
		propositions = snapshot.DefaultPropositions
	}
	return visitors, propositions, written
}

// ruleWindows refuses rules that look further back than something is kept.
func (l *linker) ruleWindows() {
	if l.src.Incomplete && l.src.Retention.Pos.IsValid() {
		return // it may have said something else
	}
	visitors, propositions, _ := retention(l.src)
	for _, src := range l.src.Rules {
		use := l.uses[src.Name.S]
		if use == nil || !src.Active {
			continue
		}
		w := window{l, src, max(src.Period.MS, calendarDays[src.Calendar]*day)}
		if w.length > propositions {
			w.refuse(l.src.Retention.Propositions, "propositions are kept "+durationText(propositions),
				fmt.Sprintf(`write "retention: {propositions: %s}", or a shorter period`, durationText(w.length)))
			continue
		}
		for _, env := range use.envs {
			if w.outlives(env, visitors) {
				break
			}
		}
	}
}

// outlives refuses a window that is longer than what keeps an environment's
// history.
func (w *window) outlives(env *environment, visitors int64) bool {
	name, limit, what, hint := env.src.Name.S, cookieLife, "the cookie that keeps the history of environment %q lives %s", "write a shorter period"
	kept := catalog.Duration{}
	switch {
	case env.src.HistoryStore.On && env.src.Kind == catalog.Identified:
		return false // people are kept until they are erased
	case env.src.HistoryStore.On:
		limit, what, kept = visitors, "the visitors of environment %q are kept %s after their last change", w.linker.src.Retention.Visitors
		hint = fmt.Sprintf(`write "retention: {visitors: %s}", or a shorter period`, durationText(w.length))
	}
	if w.length <= limit {
		return false
	}
	w.refuse(kept, fmt.Sprintf(what, name, durationText(limit)), hint)
	return true
}

// window is how far back a rule looks.
type window struct {
	*linker
	src    *catalog.Rule
	length int64
}

// refuse reports that the window is longer than something is kept.
func (w *window) refuse(kept catalog.Duration, what, hint string) {
	pos := w.src.Period.Pos
	if !pos.IsValid() {
		pos = w.src.Name.Pos
	}
	d := catalog.Diagnostic{
		Pos: pos, Code: "longer-than-retention", Hint: hint,
		Message: fmt.Sprintf("rule %q looks back %s, and %s", w.src.Name.S, durationText(w.length), what),
	}
	if kept.Pos.IsValid() {
		d.Related = &catalog.Related{Pos: kept.Pos, Message: "it is written here"}
	}
	w.report(d)
}

// durationText writes a duration as authors do.
func durationText(ms int64) string {
	var b strings.Builder
	for _, unit := range []struct {
		letter string
		ms     int64
	}{{"d", day}, {"h", day / 24}, {"m", day / 24 / 60}} {
		if n := ms / unit.ms; n > 0 {
			b.WriteString(strconv.FormatInt(n, 10) + unit.letter)
			ms -= n * unit.ms
		}
	}
	return b.String()
}

// ruleEffects warns of rules that can exclude nothing.
func (l *linker) ruleEffects() {
	if l.src.Incomplete {
		return
	}
	for _, src := range l.src.Rules {
		use := l.uses[src.Name.S]
		switch {
		case use == nil:
			l.warn(src.Name.Pos, "no-effect", `name it in an environment: "typology: [`+src.Name.S+`]"`, "no environment names rule %q", src.Name.S)
		case !src.Active:
		case src.Channel.S != "" && !slices.Contains(use.channels(), src.Channel.S):
			l.warn(src.Channel.Pos, "no-effect", didYouMean(src.Channel.S, use.channels()),
				"rule %q never applies: the environments that name it have no space on channel %q", src.Name.S, src.Channel.S)
		case src.AppliesTo.S != "" && !use.applies && !l.diags.HasErrors():
			l.warn(src.AppliesTo.Pos, "no-effect", "", "rule %q applies to no offer of the environments that name it", src.Name.S)
		}
	}
}

// channels are those of the spaces of the environments that name a rule.
func (u *ruleUse) channels() (out []string) {
	for _, env := range u.envs {
		for _, s := range env.spaces {
			out = append(out, s.src.Channel.S)
		}
	}
	return out
}

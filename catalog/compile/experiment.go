package compile

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// experiments checks what divides the ids.
func (l *linker) experiments() {
	if n := len(l.src.Experiments); n > snapshot.MaxExperiments {
		l.error(l.src.Experiments[0].Pos, "too-many", "", "the catalog has %d experiments, more than %d", n, snapshot.MaxExperiments)
	}
	for i := range l.src.Experiments {
		l.experiment(&l.src.Experiments[i])
	}
	h := l.src.Holdout
	if h == nil {
		return
	}
	l.name(h.Name.S)
	for i := range l.src.Experiments {
		if x := &l.src.Experiments[i]; x.Name.S == h.Name.S {
			l.related(h.Name.Pos, "duplicate-name", "rename one of them", x.Name.Pos, "the experiment is here",
				"the holdout and an experiment are both named %q, so one hash would decide both", h.Name.S)
		}
	}
}

func (l *linker) experiment(x *catalog.Experiment) {
	l.name(x.Name.S)
	if n := len(x.Arms); n > snapshot.MaxArms {
		l.error(x.Name.Pos, "too-many", "", "experiment %q has %d arms, more than %d", x.Name.S, n, snapshot.MaxArms)
	}
	var chosen []string
	for _, a := range x.Arms {
		l.name(a.Name.S)
		if a.Weight > 0 {
			chosen = append(chosen, a.Name.S)
		}
	}
	if len(chosen) == 1 {
		l.warn(x.Name.Pos, "no-effect", "give a second arm a share", "experiment %q gives everybody arm %q", x.Name.S, chosen[0])
	}
}

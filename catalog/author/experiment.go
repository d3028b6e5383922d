package author

import (
	"fmt"

	"github.com/profferhq/proffer/catalog"
)

// Bounds of experiments: a version is counted up by hand, a weight is a share.
const (
	maxVersion = 1_000_000_000
	maxShare   = 1_000_000
)

// experiment reads one experiment.
func (r *reader) experiment(f *field) catalog.Experiment {
	out := catalog.Experiment{Pos: f.key.pos(), Name: r.name(f.key, identifier, "an experiment")}
	o := r.object(out.Pos, f.group(), experimentShape)
	out.Version = r.version(o)
	arms := o.get("arms")
	list, partial := r.fields([]val{arms}, nil)
	total := int64(0)
	for _, f := range list {
		weight, ok := r.whole(f.val, "a share", 0, maxShare)
		out.Arms = append(out.Arms, catalog.Arm{Name: r.name(f.key, plainName, "an arm"), Weight: weight})
		total += weight
		partial = partial || !ok
	}
	if arms.ok() && total == 0 && !partial {
		r.error(arms.pos(), "bad-value", "an experiment needs an arm with a share above 0", "write the arms with their shares: {a: 50, b: 50}")
	}
	return out
}

// version reads the number that an author counts up to draw anew.
func (r *reader) version(o *object) int64 {
	if v, ok := r.whole(o.get("version"), "a version", 1, maxVersion); ok {
		return v
	}
	return 1
}

// holdout reads who gets no offers at all.
func (r *reader) holdout(f *field) *catalog.Holdout {
	if f == nil || !f.val.ok() {
		return nil
	}
	out := &catalog.Holdout{Pos: f.key.pos()}
	o := r.object(out.Pos, f.group(), holdoutShape)
	out.Name = r.name(o.get("name"), plainName, "a holdout")
	out.Version = r.version(o)
	percent := o.get("percent")
	n, ok := r.number(percent)
	if ok && (n <= 0 || n > 100) {
		r.error(percent.pos(), "bad-number", fmt.Sprintf("a percentage is above 0 and at most 100, and %s is not", clip(percent.n.Text)), "")
		return out
	}
	out.Percent = n
	return out
}

// retention reads how long records are kept.
func (r *reader) retention(f *field) catalog.Retention {
	if f == nil || !f.val.ok() {
		return catalog.Retention{}
	}
	o := r.object(f.key.pos(), f.group(), retentionShape)
	return catalog.Retention{
		Pos: f.key.pos(), Visitors: r.duration(o.get("visitors")), Propositions: r.duration(o.get("propositions")),
	}
}

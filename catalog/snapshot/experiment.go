package snapshot

// Experiment gives each id an arm.
type Experiment [experimentSize]byte

func (r *Experiment) Name() uint32    { return u32(r[0:]) }
func (r *Experiment) Version() uint32 { return u32(r[4:]) }
func (r *Experiment) Arms() Range     { return rng(r[8:]) }

// Arm is one outcome of an experiment.
type Arm [armSize]byte

func (r *Arm) Name() uint32   { return u32(r[0:]) }
func (r *Arm) Weight() uint32 { return u32(r[4:]) } // its share is this of the sum of its experiment's

// Holdout is the share of ids that get no offers.
type Holdout [holdoutSize]byte

func (r *Holdout) Name() uint32     { return u32(r[0:]) }
func (r *Holdout) Version() uint32  { return u32(r[4:]) }
func (r *Holdout) Percent() float64 { return f64(r[8:]) }

// Retention is how long records are kept, in milliseconds.
type Retention [retentionSize]byte

func (r *Retention) Visitors() int64     { return i64(r[0:]) }
func (r *Retention) Propositions() int64 { return i64(r[8:]) }

func (v *View) Experiment(i uint32) *Experiment {
	return (*Experiment)(v.sections[SecExperiments][int(i)*experimentSize : int(i)*experimentSize+experimentSize])
}
func (v *View) Arm(i uint32) *Arm {
	return (*Arm)(v.sections[SecArms][int(i)*armSize : int(i)*armSize+armSize])
}

// Holdout is the catalog's, nil if it has none.
func (v *View) Holdout() *Holdout {
	if len(v.sections[SecHoldout]) == 0 {
		return nil
	}
	return (*Holdout)(v.sections[SecHoldout][:holdoutSize])
}

// The retention of a catalog that says nothing.
const (
	DefaultVisitors     = int64(30) * 24 * 60 * 60 * 1000
	DefaultPropositions = int64(365) * 24 * 60 * 60 * 1000
)

// Retention is how long visitors are kept after their last change, and
// propositions, in milliseconds.
func (v *View) Retention() (visitors, propositions int64) {
	if len(v.sections[SecRetention]) == 0 {
		return DefaultVisitors, DefaultPropositions
	}
	r := (*Retention)(v.sections[SecRetention][:retentionSize])
	return r.Visitors(), r.Propositions()
}

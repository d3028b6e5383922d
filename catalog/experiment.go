package catalog

// Experiment gives each id an arm by a hash of name, version and id.
type Experiment struct {
	Pos     Pos
	Name    Text
	Version int64
	Arms    []Arm
}

// Arm is one outcome of an experiment. Its share of the ids is its weight
// among the sum of all.
type Arm struct {
	Name   Text
	Weight int64
}

// Holdout is the share of ids that get no offers at all.
type Holdout struct {
	Pos     Pos
	Name    Text
	Version int64
	Percent float64 // above 0, at most 100
}

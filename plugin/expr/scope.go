package expr

import "github.com/profferhq/proffer/catalog/snapshot"

// Scope is what the names of a program stand for. Attributes are indexed by
// their position in the schema that the program was compiled with; one beyond
// the end of its slice is missing.
type Scope struct {
	Target      []Value // target.*
	Interaction []Value // interaction.*: declared call data
	Offer       []Value // offer.*: declared attributes
	// Builtin has the names of every environment, by the Builtin constants of
	// catalog/snapshot.
	Builtin [snapshot.NumBuiltins]Value
	Arms    []Value // experiment.*, by the catalog's experiments
	Past    []Shown // history.*: what the target was shown
	Sent    []Value // request.query and request.header, by the catalog's parameters
	Now     int64   // milliseconds since 1970-01-01T00:00:00Z
	// Zones has the zones that programs name; nil if there are none.
	Zones Zones

	none Value // what a name outside of the slices reads as
}

// Zones tells how many seconds the clocks of a zone are ahead of UTC at a time,
// in seconds since 1970; false where it does not know.
type Zones interface {
	LocalOffset(name []byte, second int64) (offset int64, ok bool)
}

// At gives the value that a ref names: a Missing one where the ref is beyond the
// end of its slice. It is not to be changed.
func (s *Scope) At(ref uint16) *Value { return s.at(ref) }

// at gives the value that a ref names.
func (s *Scope) at(ref uint16) *Value {
	group := s.Builtin[:]
	switch snapshot.Root(ref >> 14) {
	case snapshot.RootTarget:
		group = s.Target
	case snapshot.RootInteraction:
		group = s.Interaction
	case snapshot.RootOffer:
		group = s.Offer
	}
	if i := int(ref & snapshot.MaxRefIndex); i < len(group) {
		return &group[i]
	}
	return s.beyond(ref)
}

// beyond gives the value of a name that is not in the slices that at looks in.
// It is not inlined, so that at stays short.
//
//go:noinline
func (s *Scope) beyond(ref uint16) *Value {
	group, first := s.Arms, snapshot.BuiltinArm
	if ref&snapshot.BuiltinParameter != 0 {
		group, first = s.Sent, snapshot.BuiltinParameter
	}
	if i := int(ref) - int(snapshot.Ref(snapshot.RootBuiltin, first)); i >= 0 && i < len(group) {
		return &group[i]
	}
	return &s.none
}

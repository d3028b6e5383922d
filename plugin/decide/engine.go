package decide

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/expr"
)

// StepBudget bounds the expression steps of one call. A catalog of 10,000
// offers with three conditions each takes about 100,000 on three slots when no
// index helps; a million steps take about 30 ms in Wasm.
const StepBudget = 4 << 20

// Engine decides calls on one snapshot. It keeps the scratch memory of a call,
// so it serves one call at a time.
type Engine struct {
	view    *snapshot.View
	paused  paused
	machine expr.Machine
	frames  []*frame // one for each environment, made when first reached
	modes   [abi.Anonymous + 1][]byte
	// The words of statuses, as expressions read them.
	statuses [catalog.Rejected + 1][]byte

	call     *Call
	results  [abi.MaxSlots]Result
	groups   [abi.MaxSlots]group
	ngroups  int
	reached  []uint32 // environments of this call, in order of first slot
	scan     scan
	best     [abi.MaxN]candidate
	taken    [abi.MaxSlots]uint32 // names of codes that groups took
	ntaken   int
	proposed []Proposition
	looked   candidate // the one that is looked at
	arena    []byte    // strings that expressions made for the visitor's record
	content  Content
	arms     []expr.Value // of the call's id, by experiment
	armed    bool         // they are worked out
	sent     []expr.Value // of the request, by parameter
	decoded  []byte       // room for those that are escaped
	read     bool         // they are read
	heldOut  bool         // the call's id is, and slots are left alone for it
}

// frame is the state of one environment within a call.
type frame struct {
	env     *snapshot.Environment
	index   uint32
	used    bool // reached by this call
	entered bool // a group of this call was decided here
	ownData bool // the scope holds a slot's own call data
	scope   expr.Scope
	marks   []uint8   // memo and chain
	memo    []uint8   // result of each program of the snapshot, and the age that it is of
	chain   []uint8   // state of each category, likewise
	age     uint8     // of what is known now: a multiple of ages
	factor  []float64 // product of active multipliers, root to category
	all     bool      // every category is in scope of the current group, else
	allowed []bool    // these are
	gates   []float64 // of the categories, for the current group
	next    []expr.Value
	changed []bool // where the call has changed the target, or next differs from it
	sieve   sieve
	past    []Past // propositions of the target before this call
	counter counter
	data    []datum  // the declared call data
	guesses []uint32 // where the call before had found its data, one after the other
	given   []uint32 // the declared data that have a value

	shownSpace uint32 // whose names are in scope, and the mode
	shownMode  abi.Identification

	schema   []Declared   // the target attributes
	defaults []expr.Value // their values where nothing is known
	space    uint32       // for which chain was worked out, if it depends on the space
	bySpace  bool         // it does

	offer      uint32 // that programs may read
	shownOffer uint32 // the offer, and the category, whose names are in scope
	shownPath  uint32
}

// datum is an attribute that calls may carry.
type datum struct {
	name []byte
	typ  uint8 // a catalog.Type
}

// Results of programs and category chains.
const (
	unknown uint8 = iota
	pass
	fail

	ages uint8 = 4 // a result and an age are one byte
)

// known is what a mark of memo or chain says: nothing if it is of another age.
func (f *frame) known(mark uint8) uint8 {
	if mark&^(ages-1) != f.age {
		return unknown
	}
	return mark & (ages - 1)
}

// New makes an engine for a snapshot.
func New(view *snapshot.View) *Engine {
	n := view.Count(snapshot.SecEnvironments)
	e := &Engine{
		view:     view,
		frames:   make([]*frame, n),
		reached:  make([]uint32, 0, n),
		proposed: make([]Proposition, 0, room(abi.MaxSlots, propositionSize)),
		arena:    make([]byte, 0, arenaSize),
		arms:     make([]expr.Value, view.Count(snapshot.SecExperiments)),
	}
	if n := min(view.Count(snapshot.SecParameters), snapshot.MaxParameters); n > 0 {
		e.sent, e.decoded = make([]expr.Value, n), make([]byte, 0, maxQuery)
	}
	for i := range e.statuses {
		e.statuses[i] = []byte(catalog.Status(i).String())
	}
	for i := range e.modes {
		e.modes[i] = []byte(abi.Identification(i).String())
	}
	return e
}

// Sizes of what the engine has many of, in bytes, at least.
const (
	valueSize       = 40
	propositionSize = 72
)

// room is a length for n items of a size, or more, so that they nearly fill a
// power of two. Of most other sizes between 4 and 32 KiB Go's allocator takes room
// for several, and for one value of 6.5 KB 32 KiB of an instance's memory.
func room(n, size int) int {
	for whole := 4 << 10; whole <= 32<<10; whole *= 2 {
		if whole/2 < n*size && n*size <= whole {
			return whole / size
		}
	}
	return n
}

// arenaSize holds the strings that one call writes about a visitor; the
// cookie takes 256 bytes of them.
const arenaSize = 4 << 10

// View is the snapshot that the engine decides on.
func (e *Engine) View() *snapshot.View { return e.view }

// Machine evaluates expressions for content, after Decide.
func (e *Engine) Machine() *expr.Machine { return &e.machine }

// frame makes or resets the state of an environment.
func (e *Engine) frame(index uint32) *frame {
	f := e.frames[index]
	if f == nil {
		f = e.newFrame(index)
		e.frames[index] = f
	}
	if !f.used {
		f.used = true
		f.entered, f.ownData = false, false
		f.past, f.scope.Past, f.scope.Now = f.past[:0], f.scope.Past[:0], e.call.Time
		f.forget()
		if len(f.defaults) > 0 {
			clear(f.changed)
			copy(f.scope.Target, f.defaults)
		}
		e.reached = append(e.reached, index)
	}
	return f
}

// forget drops what was worked out from the target, the call data and the time.
// Marks are cleared when no age is left: that is dear in WebAssembly.
func (f *frame) forget() {
	if f.age += ages; f.age == 0 {
		clear(f.marks)
		f.age = ages
	}
	f.bySpace = false
	f.sieve.chosen = false
	f.counter.ready = false
}

func (e *Engine) newFrame(index uint32) *frame {
	env := e.view.Environment(index)
	cats, targets := e.within(env.Categories(), snapshot.SecCategories), e.within(env.Target(), snapshot.SecAttributes)
	e.within(env.Attributes(), snapshot.SecAttributes)
	e.within(env.OfferAttributes(), snapshot.SecAttributes)
	states := make([]uint8, e.view.Count(snapshot.SecPrograms)+cats)
	factors := make([]float64, 2*cats)
	values := make([]expr.Value, room(int(3*targets)+int(env.Attributes().Count+env.OfferAttributes().Count), valueSize))
	f := &frame{
		env: env, index: index, offer: none, shownOffer: none, shownPath: none, shownSpace: none, shownMode: ^abi.Nobody,
		marks:   states,
		chain:   states[:cats:cats],
		memo:    states[cats:],
		factor:  factors[:cats:cats],
		gates:   factors[cats:],
		allowed: make([]bool, cats),
		next:    values[:targets:targets],
		changed: make([]bool, targets),
	}
	f.scope.Arms, f.scope.Sent = e.arms, e.sent
	f.sieve.fits = make([]uint64, (e.within(env.Offers(), snapshot.SecOffers)+63)/64)
	f.scope.Target, values = values[targets:2*targets:2*targets], values[2*targets:]
	f.defaults, values = values[:targets:targets], values[targets:]
	e.declare(f)
	f.scope.Interaction = values[:env.Attributes().Count:env.Attributes().Count]
	f.scope.Offer = values[env.Attributes().Count:][:env.OfferAttributes().Count]
	f.scope.Zones = e.view
	e.nameScope(f)
	f.sieve.index = e.view.Index(index)
	for i := range f.sieve.index.Columns() {
		f.sieve.values[i] = f.scope.At(f.sieve.index.Column(i).Ref)
	}
	return f
}

// nameScope makes ready what never changes in an environment's scope.
func (e *Engine) nameScope(f *frame) {
	setText(&f.scope.Builtin[snapshot.BuiltinEnvironment], e.view.Name(f.env.Name()))
	r := f.env.Attributes()
	f.data, f.guesses, f.given = make([]datum, r.Count), make([]uint32, r.Count), make([]uint32, 0, r.Count)
	for i := range f.data {
		a := e.view.Attribute(r.Start + uint32(i))
		f.data[i] = datum{name: e.view.Name(a.Name()), typ: a.Type()}
	}
}

// Declared is what a caller needs to know of a target attribute to fill it.
type Declared struct {
	Hash uint32 // Hash32 of the name: its key in the cookie
	Type uint8  // a catalog.Type
}

// declare gathers an environment's target attributes.
func (e *Engine) declare(f *frame) {
	r := f.env.Target()
	f.schema = make([]Declared, r.Count)
	for i := range f.schema {
		a := e.view.Attribute(r.Start + uint32(i))
		f.schema[i] = Declared{Hash: a.Hash(), Type: a.Type()}
		Set(&f.defaults[i], e.view.Value(a.Default()), a.Type())
	}
}

// Schema declares the target attributes of a reached environment.
func (e *Engine) Schema(env uint32) []Declared { return e.frames[env].schema }

// within is the count of a range that memory is taken for. A snapshot that
// nobody verified may have any, and memory that the system does not have ends
// the instance, where a panic can be answered.
func (e *Engine) within(r snapshot.Range, section int) uint32 {
	if r.Count > 0 && uint64(r.Start)+uint64(r.Count) > uint64(e.view.Count(section)) {
		panic("snapshot: a range leaves its section")
	}
	return r.Count
}

// Reached are the environments that answer slots of this call, in the order
// of their first slot. Valid until the next Resolve.
func (e *Engine) Reached() []uint32 { return e.reached }

// Target is where the caller puts the target attributes of a reached
// environment, between Resolve and Decide: one value for each declared
// attribute, in the snapshot's order; the zero Value is a missing attribute. It
// finds the schema's defaults there.
func (e *Engine) Target(env uint32) []expr.Value { return e.frames[env].scope.Target }

// Results are the slots' outcomes, in the call's order. Valid until the next
// Resolve.
func (e *Engine) Results() []Result { return e.results[:len(e.call.Slots)] }

// Propositions are the offers that were presented. Valid until the next Resolve.
func (e *Engine) Propositions() []Proposition { return e.proposed }

// OverBudget reports whether the call's expressions were cut short.
func (e *Engine) OverBudget() bool { return e.machine.Left() <= 0 }

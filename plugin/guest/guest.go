package guest

import (
	"runtime"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/internal/fault"
	"github.com/profferhq/proffer/plugin/seal"
)

// Guest is one instance: a configuration, a snapshot and the scratch memory of
// a call.
type Guest struct {
	config   config
	view     snapshot.View
	engine   *decide.Engine
	page     page
	endpoint endpoint
	calls    uint32
}

// yieldEvery is after how many calls the runtime gets a turn. A reactor runs its
// host's calls alone: a collection that loading a snapshot has started would
// stay where it is, and slow down whatever writes a pointer, for ever. A turn
// costs less than a microsecond, and a few end the collection.
const yieldEvery = 64

// New makes a Guest without keys and without a snapshot.
func New() *Guest {
	g := &Guest{}
	g.page.begin()
	if err := g.config.set(abi.DefaultConfig()); err != nil {
		panic(err) // no keys are no mistake
	}
	return g
}

// Configure takes a configuration over. A refused one changes nothing.
func (g *Guest) Configure(b []byte) (status abi.Status, text string) {
	defer rescue(&status, &text)
	c, status, text := abi.DecodeConfig(b)
	if status != abi.StatusOK {
		return status, text
	}
	next := config{}
	if err := next.set(c); err != nil {
		return abi.StatusMalformed, err.Error()
	}
	g.config = next
	g.pause()
	return abi.StatusOK, ""
}

// Verify checks a snapshot whole.
func (g *Guest) Verify(b []byte) (status abi.Status, text string) {
	defer rescue(&status, &text)
	view, err := snapshot.Open(b)
	if err == nil {
		err = view.Verify(seal.Sum256)
	}
	if err != nil {
		return abi.StatusNoSnapshot, err.Error()
	}
	return abi.StatusOK, ""
}

// Load makes b the snapshot of later requests and keeps it. It checks the
// frame alone.
func (g *Guest) Load(b []byte) (status abi.Status, text string) {
	defer rescue(&status, &text)
	view, err := snapshot.Open(b)
	if err != nil {
		return abi.StatusNoSnapshot, err.Error()
	}
	g.view = view
	g.engine = decide.New(&g.view)
	g.pause()
	return abi.StatusOK, ""
}

// View is the resident snapshot, or nil.
func (g *Guest) View() *snapshot.View {
	if g.engine == nil {
		return nil
	}
	return &g.view
}

// pause applies the configuration's overlay to the snapshot.
func (g *Guest) pause() {
	if g.engine == nil {
		return
	}
	g.engine.Resume()
	for _, p := range g.config.paused {
		if p.Kind == abi.PausedSpace {
			g.engine.PauseSpace([]byte(p.Environment), []byte(p.Name))
		} else {
			g.engine.PauseOffer([]byte(p.Environment), []byte(p.Name))
		}
	}
}

// Handle appends the response to a request. The request must stay as it is
// until Handle returns.
func (g *Guest) Handle(dst, request []byte) (response []byte) {
	if g.calls++; g.calls%yieldEvery == 0 {
		runtime.Gosched()
	}
	start := len(dst)
	defer func() {
		if r := recover(); r != nil {
			response = abi.AppendError(dst[:start], abi.StatusPanic, panicText(r))
		}
	}()
	return g.handle(dst, request)
}

// rescue turns a panic into a status.
func rescue(status *abi.Status, text *string) {
	if r := recover(); r != nil {
		*status, *text = abi.StatusPanic, panicText(r)
	}
}

// panicText is what a log can say of a panic without package fmt.
func panicText(r any) string {
	switch v := r.(type) {
	case error:
		return v.Error()
	case string:
		return v
	}
	return "panic"
}

func (g *Guest) handle(dst, request []byte) []byte {
	r := &g.page.request
	if status, text := r.Decode(request); status != abi.StatusOK {
		return abi.AppendError(dst, status, text)
	}
	if r.Kind == abi.KindPing {
		return abi.AppendPing(dst, g.view.Hash())
	}
	if r.Kind == abi.KindExplain {
		return abi.AppendError(dst, abi.StatusUnsupported, "kind not supported")
	}
	if status, text := g.settle(r); status != abi.StatusOK {
		return abi.AppendError(dst, status, text)
	}
	fault.At("decide", r.Path)
	if f := g.config.fixed; f != nil {
		r.Time, r.Seed, r.Entropy = f.Time, f.Seed, f.Entropy[:]
	}
	g.page.reset()
	if r.Kind == abi.KindEvent {
		return g.reply(dst)
	}
	return g.answer(dst)
}

// settle makes the snapshot that a request names the resident one: by its
// hash, or inline.
func (g *Guest) settle(r *abi.Request) (abi.Status, string) {
	if len(r.Snapshot) > snapshot.HashSize {
		if status, text := g.Verify(r.Snapshot); status != abi.StatusOK {
			return status, text
		}
		return g.Load(r.Snapshot)
	}
	if g.engine == nil {
		return abi.StatusNoSnapshot, "no snapshot is loaded"
	}
	if string(r.Snapshot) != string(g.view.Hash()) {
		return abi.StatusWrongSnapshot, "another snapshot is resident"
	}
	return abi.StatusOK, ""
}

// Keys are the configured keys.
func (g *Guest) Keys() *seal.Keyring { return g.config.keys }

// Listed reports whether the catalog lists a page for a path on a host.
func (g *Guest) Listed(host, path []byte) bool {
	if g.engine == nil {
		return false
	}
	_, page := g.findPage(host, path)
	return page != nil
}

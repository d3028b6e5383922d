package hosttest

import (
	"bytes"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
)

// Engine is a target that answers messages of plugin/ABI.md: an embedding of
// proffer.wasm or proffer-command.wasm in a WebAssembly runtime, or what stands in
// their place.
type Engine struct {
	// Module is the file of the module that it runs, named as it is released. An
	// engine that runs none leaves it empty; then it cannot be made to fail.
	Module string

	// Start makes an engine that works until t ends. What it cannot work with is an
	// error, here or of each request.
	Start func(t *testing.T, s *Setup) (*Running, error)

	// Inline tells that requests have to carry their snapshot, as the command's do.
	// Others name it by its hash.
	Inline bool

	NotClaimed NotClaimed
}

// Running is an engine at work.
type Running struct {
	// Handle answers a request, or says why not. Whatever it says, it is called
	// again: an instance that has failed must be replaced. The response may be
	// overwritten by the next call.
	Handle func(request []byte) ([]byte, error)

	// Swap makes another snapshot the resident one, and Configure another
	// configuration. After an error the one before stays. Nil: that takes a new
	// start.
	Swap, Configure func(message []byte) error
}

func (e Engine) test(t *testing.T) {
	c := claimed(t, e.NotClaimed)
	c.run(t, "", "corpus", func(t *testing.T) { Compare(t, e.corpus(t)) })
	t.Run("faults", func(t *testing.T) {
		testFaults(t, c, e.Module, panics(e.Module), func(t *testing.T, s *Setup) (site, error) {
			r, err := e.Start(t, s)
			if err != nil {
				return nil, err
			}
			return &asked{e, r, s.Settings, s.Snapshot}, nil
		})
	})
}

// corpus answers requests under any configuration and snapshot: by one engine if it
// takes others, else by a new one where they change.
func (e Engine) corpus(parent *testing.T) Handler {
	var now *asked
	return func(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
		t.Helper()
		if now == nil || !now.turn(t, settings, snapshot) {
			running, err := e.Start(parent, &Setup{Module: e.Module, Settings: settings, Snapshot: snapshot})
			if err != nil {
				t.Fatal(err)
			}
			now = &asked{e, running, settings, snapshot}
		}
		b, err := now.Handle(now.message(r))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// asked is an engine at work, with what it has.
type asked struct {
	Engine
	*Running
	settings, snapshot []byte
}

// turn gives it another configuration and snapshot; it reports false if it takes
// none.
func (a *asked) turn(t testing.TB, settings, snapshot []byte) bool {
	t.Helper()
	if !bytes.Equal(settings, a.settings) {
		if a.Configure == nil {
			return false
		}
		if err := a.Configure(settings); err != nil {
			t.Fatal(err)
		}
		a.settings = settings
	}
	if !bytes.Equal(snapshot, a.snapshot) {
		if a.Running.Swap == nil {
			return false
		}
		if err := a.Running.Swap(snapshot); err != nil {
			t.Fatal(err)
		}
		a.snapshot = snapshot
	}
	return true
}

// message is a request as the engine takes it.
func (a *asked) message(r *abi.Request) []byte {
	if r.Snapshot = a.snapshot; !a.Inline {
		r.Snapshot = hashOf(a.snapshot)
	}
	return abi.AppendRequest(nil, r)
}

// hashOf is the name that a snapshot gives itself; one that gives none gets a name
// that no snapshot has.
func hashOf(b []byte) []byte {
	if v, err := snapshot.Open(b); err == nil {
		return bytes.Clone(v.Hash())
	}
	return make([]byte, snapshot.HashSize)
}

// visit implements site: the response is that in process, or there is none.
func (a *asked) visit(t *testing.T, path string, s *sample, want outcome) {
	t.Helper()
	got, err := a.Handle(a.message(faultyRequest(path)))
	status, ok := abi.StatusOf(got)
	if err != nil || !ok || status != abi.StatusOK {
		if want&untouched == 0 {
			t.Errorf("%s: %q, %v", path, got, err)
		}
		return
	}
	if want&offered == 0 {
		t.Errorf("%s is answered by %q", path, got)
		return
	}
	if expected := InProcess(t, a.settings, s.snapshot, faultyRequest(path)); !bytes.Equal(got, expected) {
		t.Errorf("%s: the response differs from that in process\n got %q\nwant %q", path, got, expected)
	}
}

// swap implements site.
func (a *asked) swap(snapshot []byte) (claimed bool, err error) {
	if a.Running.Swap == nil {
		return false, nil
	}
	if err = a.Running.Swap(snapshot); err == nil {
		a.snapshot = snapshot
	}
	return true, err
}

// faultyRequest asks for a page of the cases of faults.
func faultyRequest(path string) *abi.Request {
	return &abi.Request{
		Kind: abi.KindPage, Want: abi.WantHTML, Mode: abi.SlotsListed, Time: 1_800_000_000_000, Seed: 1,
		Entropy: make([]byte, abi.EntropySize), Host: []byte("www.example.com"), Path: []byte(path),
	}
}

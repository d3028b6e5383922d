package hosttest_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/plugin/abi"
)

// reconfigurable is an engine whose configuration is changed under its calls.
type reconfigurable interface {
	Swap(ctx context.Context, snapshot []byte) error
	Reconfigure(ctx context.Context, settings []byte) error
	Acquire() (host.Session, error)
}

const twoOffers = `catalog: two
consent: assumed
environments:
  visitors:
    kind: anonymous
    spaces:
      hero: {channel: web, fields: {title: text}}
      side: {channel: web, fields: {title: text}}
    categories:
      all:
        offers:
          best: {weights: [{value: 2}], content: {hero: {title: Best}, side: {title: Best}}}
          next: {weights: [{value: 1}], content: {hero: {title: Next}, side: {title: Next}}}
`

// bothEngines runs a test on the native engine and on the Wasm module.
func bothEngines(t *testing.T, test func(*testing.T, reconfigurable)) {
	t.Helper()
	t.Run("native", func(t *testing.T) {
		e, err := native.New(hosttest.Settings())
		if err != nil {
			t.Fatal(err)
		}
		test(t, e)
	})
	t.Run("wasm", func(t *testing.T) { test(t, newHost(t)) })
}

func twoOffersOf(t *testing.T) []byte {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(twoOffers)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pausing is the configuration of the corpus with pauses.
func pausing(t *testing.T, paused ...abi.Paused) []byte {
	t.Helper()
	c, status, text := abi.DecodeConfig(hosttest.Settings())
	if status != abi.StatusOK {
		t.Fatal(text)
	}
	c.Paused = paused
	return abi.AppendConfig(nil, c)
}

var (
	bestOffer = abi.Paused{Environment: "visitors", Kind: abi.PausedOffer, Name: "best"}
	heroSpace = abi.Paused{Environment: "visitors", Kind: abi.PausedSpace, Name: "hero"}
)

// proposed are the offers of hero and side, "-" for none.
func proposed(s host.Session, seed uint64) (string, error) {
	hash := s.Snapshot().Hash
	b, err := s.Handle(context.Background(), nil, abi.AppendRequest(nil, &abi.Request{
		Kind: abi.KindPage, Snapshot: hash[:], Seed: seed, Mode: abi.SlotsAsked, HasSlots: true, Path: []byte("/"),
		Slots: []abi.Slot{{Space: []byte("hero"), N: 1, Held: abi.HeldYes}, {Space: []byte("side"), N: 1, Held: abi.HeldYes}},
	}))
	if err != nil {
		return "", err
	}
	r, err := abi.DecodeResponse(b)
	if err != nil {
		return "", err
	}
	if r.Status != abi.StatusOK {
		return "", errors.New(string(r.Text))
	}
	var out []string
	for _, slot := range r.Answer.Slots {
		if slot.Offer == nil {
			slot.Offer = []byte("-")
		}
		out = append(out, string(slot.Offer))
	}
	return strings.Join(out, " "), nil
}

func expect(t *testing.T, e reconfigurable, want string) {
	t.Helper()
	s, err := e.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Release()
	if got, err := proposed(s, 1); err != nil || got != want {
		t.Errorf("got %q, want %q; error %v", got, want, err)
	}
}

func TestReconfigure(t *testing.T) {
	bothEngines(t, func(t *testing.T, e reconfigurable) {
		ctx := t.Context()
		change := func(paused ...abi.Paused) {
			t.Helper()
			settings := pausing(t, paused...)
			if err := e.Reconfigure(ctx, settings); err != nil {
				t.Fatal(err)
			}
			if s, err := e.Acquire(); err == nil {
				if string(s.Snapshot().Settings) != string(settings) {
					t.Error("the session tells another configuration")
				}
				s.Release()
			}
		}
		change(bestOffer) // before there is a snapshot
		if err := e.Swap(ctx, twoOffersOf(t)); err != nil {
			t.Fatal(err)
		}
		expect(t, e, "next -")
		change()
		expect(t, e, "best next")
		change(heroSpace)
		expect(t, e, "- best")
		if err := e.Swap(ctx, twoOffersOf(t)); err != nil {
			t.Fatal(err)
		}
		expect(t, e, "- best")
		if err := e.Reconfigure(ctx, []byte{0x81, 0xa1, 'x', 1}); err == nil {
			t.Error("an unknown key was taken")
		}
		expect(t, e, "- best")
		change(abi.Paused{Environment: "nowhere", Kind: abi.PausedOffer, Name: "best"})
		expect(t, e, "best next")
	})
}

// TestReconfigureWaits holds that a call which began under a configuration ends
// with it, and that Reconfigure says when the last one has.
func TestReconfigureWaits(t *testing.T) {
	bothEngines(t, func(t *testing.T, e reconfigurable) {
		if err := e.Swap(t.Context(), twoOffersOf(t)); err != nil {
			t.Fatal(err)
		}
		s, err := e.Acquire()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error)
		go func() { failed <- e.Reconfigure(ctx, pausing(t, bestOffer)) }()
		for { // until it waits for the session above
			now, err := e.Acquire()
			if err != nil {
				t.Fatal(err)
			}
			changed := now.Snapshot() != s.Snapshot()
			now.Release()
			if changed {
				break
			}
			runtime.Gosched()
		}
		expect(t, e, "next -")
		if got, err := proposed(s, 1); err != nil || got != "best next" {
			t.Errorf("a session from before: got %q, error %v", got, err)
		}
		select {
		case err := <-failed:
			t.Errorf("Reconfigure did not wait: %v", err)
		default:
		}
		cancel()
		if err := <-failed; !errors.Is(err, host.ErrLingering) {
			t.Errorf("got %v, want ErrLingering", err)
		}
		expect(t, e, "next -") // in force all the same
		s.Release()
		if err := e.Reconfigure(t.Context(), pausing(t)); err != nil {
			t.Error(err)
		}
		expect(t, e, "best next")
	})
}

// TestReconfigureUnderTraffic pauses and resumes an offer while others decide:
// no call fails, and none that begins after a pause proposes the offer.
func TestReconfigureUnderTraffic(t *testing.T) {
	bothEngines(t, func(t *testing.T, e reconfigurable) {
		if err := e.Swap(t.Context(), twoOffersOf(t)); err != nil {
			t.Fatal(err)
		}
		var paused atomic.Int64 // odd: surely paused
		var over atomic.Bool
		var calls, free atomic.Int64
		var visitors sync.WaitGroup
		for range 4 {
			visitors.Go(func() {
				for seed := uint64(0); !over.Load(); seed++ {
					before := paused.Load()
					s, err := e.Acquire()
					if err != nil {
						t.Error(err)
						return
					}
					got, err := proposed(s, seed)
					s.Release()
					surely := before%2 == 1 && before == paused.Load()
					if err != nil || surely && got != "next -" {
						t.Errorf("surely paused %t: got %q, error %v", surely, got, err)
						return
					}
					calls.Add(1)
					if got == "best next" {
						free.Add(1)
					}
				}
			})
		}
		// settle lets visitors through in the present state.
		settle := func(n *atomic.Int64) {
			for before := n.Load(); n.Load() < before+10 && !t.Failed(); {
				runtime.Gosched()
			}
		}
		for range 20 {
			settle(&free)
			if err := e.Reconfigure(t.Context(), pausing(t, bestOffer)); err != nil {
				t.Error(err)
			}
			paused.Add(1)
			settle(&calls)
			paused.Add(1)
			if err := e.Reconfigure(t.Context(), pausing(t)); err != nil {
				t.Error(err)
			}
		}
		over.Store(true)
		visitors.Wait()
	})
}

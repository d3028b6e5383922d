package decide_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
	"github.com/profferhq/proffer/plugin/seal"
)

// open compiles a catalog and gives its verified snapshot.
func open(t interface{ Fatalf(string, ...any) }, c *catalog.Catalog) *snapshot.View {
	b, diagnostics := compile.Compile(c)
	if diagnostics.HasErrors() {
		t.Fatalf("%v", diagnostics)
	}
	return view(t, b)
}

// view is a snapshot that passed the full check.
func view(t interface{ Fatalf(string, ...any) }, b []byte) *snapshot.View {
	v, err := snapshot.Open(b)
	if err == nil {
		err = v.Verify(seal.Sum256)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &v
}

// tally counts what the drawn calls were about, so that a generator that went
// dull fails the test.
type tally map[string]int

func (n tally) count(a *answer) {
	n["calls"]++
	for i := range a.slots {
		o := &a.slots[i]
		n["slots"]++
		n["mode "+o.mode.String()]++
		switch {
		case o.environment == "":
			n["unknown"]++
		case o.fallback:
			n["fallback offer"]++
		case o.offer != "":
			n["offer"]++
		case o.mode != abi.Nobody:
			n["empty"]++
		}
		if o.rank > 1 {
			n["rank above 1"]++
		}
		for j := range a.slots[:i] {
			if b := &a.slots[j]; o.rank > 0 && b.rank > 0 && o.weight == b.weight && o.offer != b.offer && o.space == b.space {
				n["tie"]++
			}
		}
	}
	n["propositions"] += len(a.propositions)
	n["written"] += a.written
	if a.holdout {
		n["held out"]++
	}
}

var calls = flag.Int("calls", 16, "calls on each catalog of TestEngineAgreesWithTheReference; -rapid.checks says how many pairs of catalogs")

// TestEngineAgreesWithTheReference decides random calls on random catalogs and
// compares every slot, proposition and written attribute with the reference,
// which works from the model and evaluates with cel-go.
func TestEngineAgreesWithTheReference(t *testing.T) {
	const catalogs = 2 // in a round; rapid makes 100 rounds
	t.Parallel()
	programs := compileCEL(t)
	seen := tally{}
	rapid.Check(t, func(t *rapid.T) {
		g := draw{t: t}
		for range catalogs {
			c := g.catalog()
			v := open(t, c)
			seen.index(t, v)
			e, plain := decide.New(v), decide.New(view(t, withoutIndex(t, v)))
			ref := &reference{c: c, cel: programs, seen: seen}
			for range *calls {
				q := g.call(c)
				got, want := q.run(e), ref.decide(q)
				seen.count(&got)
				seen["excluded"] += want.excluded
				if diff := differ(&got, &want); diff != "" {
					t.Fatalf("%s\ncall %+v\ncatalog %s", diff, *q, dump(c))
				}
				if got := q.run(plain); differ(&got, &want) != "" {
					t.Fatalf("without an index: %s\ncall %+v\ncatalog %s", differ(&got, &want), *q, dump(c))
				}
				if e.OverBudget() {
					t.Fatalf("over budget: %+v", *q)
				}
			}
		}
	})
	t.Logf("%v", seen)
	for _, what := range []string{
		"mode nobody", "mode explicit", "mode implicit", "mode anonymous", "unknown", "fallback offer", "empty",
		"rank above 1", "tie", "written", "excluded", "paused offer", "paused space", "accepted", "shared", "held out",
	} {
		if seen[what] < seen["slots"]/1000 {
			t.Errorf("%q came %d times in %d slots: too seldom to say anything", what, seen[what], seen["slots"])
		}
	}
	if seen["columns"] < seen["environments"] || seen["exact"] < seen["filtered"]/4 || seen["exact"] > seen["filtered"]*3/4 {
		t.Errorf("%d columns of %d environments, %d of %d filters told by them: the index is not tried",
			seen["columns"], seen["environments"], seen["exact"], seen["filtered"])
	}
	if seen["calls"] < 50*catalogs**calls || seen["offer"] < seen["slots"]/5 {
		t.Errorf("%d calls, %d of %d slots with an offer: too few", seen["calls"], seen["offer"], seen["slots"])
	}
}

// differ says where two answers differ, "" if nowhere.
func differ(got, want *answer) string {
	for i := range want.slots {
		if got.slots[i] != want.slots[i] {
			return fmt.Sprintf("slot %d: got %+v, want %+v", i, got.slots[i], want.slots[i])
		}
	}
	switch {
	case got.holdout != want.holdout:
		return fmt.Sprintf("held out: got %v, want %v", got.holdout, want.holdout)
	case !reflect.DeepEqual(got.propositions, want.propositions):
		return fmt.Sprintf("propositions: got %+v, want %+v", got.propositions, want.propositions)
	case !reflect.DeepEqual(got.stored, want.stored):
		return fmt.Sprintf("stored: got %v, want %v", got.stored, want.stored)
	case got.written != want.written:
		return fmt.Sprintf("written: got %d, want %d", got.written, want.written)
	}
	return ""
}

// dump is a catalog for a message.
func dump(c *catalog.Catalog) string {
	plain := *c
	plain.Gaps = nil // JSON has no form for it
	b, err := json.MarshalIndent(&plain, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// TestTheReferenceKnowsItsHash takes vectors that were computed by hand from
// the definition: FNV-1a's offset for no bytes, and its published value for "a".
func TestTheReferenceKnowsItsHash(t *testing.T) {
	for s, sum := range map[string]uint64{"": 0xcbf29ce484222325, "a": 0xaf63dc4c8601ec8c} {
		if got := snapshot.Hash64([]byte(s)); got != finalize(sum) {
			t.Errorf("Hash64(%q) = %x, want %x", s, got, finalize(sum))
		}
	}
	if math.MaxUint64 == finalize(math.MaxUint64) || finalize(0) != 0 {
		t.Error("the finalizer is none")
	}
}

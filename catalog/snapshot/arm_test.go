package snapshot_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// armCatalog is a catalog with experiments, each written as name, version and
// arms, and a holdout, if that is not empty.
func armCatalog(t *testing.T, holdout string, experiments ...string) *snapshot.View {
	t.Helper()
	text := "environments: {e: {kind: anonymous}}\n"
	if holdout != "" {
		text += "holdout: " + holdout + "\n"
	}
	text += "experiments:\n"
	for _, e := range experiments {
		text += "  " + e + "\n"
	}
	return fromYAML(t, text)
}

func experiment(name string, version int, arms map[string]int) string {
	b, err := json.Marshal(arms)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%s: {version: %d, arms: %s}", name, version, b)
}

// arm is the name of the arm of an id in the i-th experiment, by name.
func arm(v *snapshot.View, i uint32, id []byte) string {
	if name := v.ArmOf(v.Experiment(i), id); name != snapshot.None {
		return string(v.Name(name))
	}
	return ""
}

// TestArmVectors holds the frozen hash to vectors that another program made
// from SNAPSHOT.md.
func TestArmVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/arms.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		IDs  []string
		Lots []struct {
			Name    string
			Version uint32
			Lots    []string
		}
		Experiments []struct {
			Name    string
			Version int
			Arms    map[string]int
			Are     []string
		}
		Holdouts []struct {
			Name    string
			Version int
			Percent float64
			Are     []bool
		}
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	ids := make([][]byte, len(vectors.IDs))
	for i := range ids {
		if ids[i], err = hex.DecodeString(vectors.IDs[i]); err != nil {
			t.Fatal(err)
		}
	}
	checked := 0
	for _, x := range vectors.Lots {
		for i, want := range x.Lots {
			if got := fmt.Sprintf("%016x", snapshot.Lot(x.Version, []byte(x.Name), ids[i])); got != want {
				t.Errorf("%s %d of %x: got %s, want %s", x.Name, x.Version, ids[i], got, want)
			}
			checked++
		}
	}
	for _, x := range vectors.Experiments {
		v := armCatalog(t, "", experiment(x.Name, x.Version, x.Arms))
		for i, want := range x.Are {
			if got := arm(v, 0, ids[i]); got != want {
				t.Errorf("%s %d %v of %x: got %q, want %q", x.Name, x.Version, x.Arms, ids[i], got, want)
			}
			checked++
		}
	}
	for _, x := range vectors.Holdouts {
		v := armCatalog(t, fmt.Sprintf("{name: %s, version: %d, percent: %g}", x.Name, x.Version, x.Percent))
		for i, want := range x.Are {
			if got := v.HoldsOut(ids[i]); got != want {
				t.Errorf("holdout %s %d %g of %x: got %v, want %v", x.Name, x.Version, x.Percent, ids[i], got, want)
			}
			checked++
		}
	}
	if checked != len(ids)*(2+5+5) {
		t.Errorf("%d vectors", checked)
	}
}

// TestNoIDHasNoArm: without an id there is nothing to divide by.
func TestNoIDHasNoArm(t *testing.T) {
	v := armCatalog(t, "{name: all, percent: 100}", experiment("x", 1, map[string]int{"a": 1}))
	if got := arm(v, 0, nil); got != "" || v.HoldsOut(nil) {
		t.Errorf("arm %q, held out %v", got, v.HoldsOut(nil))
	}
	if got := arm(v, 0, []byte("x")); got != "a" || !v.HoldsOut([]byte("x")) {
		t.Errorf("arm %q, held out %v", got, v.HoldsOut([]byte("x")))
	}
}

// TestGrowingAnArmMovesNobodyElse changes the share of one arm, also from and
// to 0 and from nothing: who moves, moves into the arm that grew.
func TestGrowingAnArmMovesNobodyElse(t *testing.T) {
	moved := 0
	rapid.Check(t, func(r *rapid.T) {
		share := rapid.OneOf(rapid.IntRange(0, 100), rapid.IntRange(0, 1_000_000))
		arms := map[string]int{"always": 1 + rapid.IntRange(0, 99).Draw(r, "share")}
		for i := range rapid.IntRange(0, 6).Draw(r, "arms") {
			arms["arm"+strconv.Itoa(i)] = share.Draw(r, "share")
		}
		version := rapid.IntRange(1, 1_000_000_000).Draw(r, "version")
		before := armCatalog(t, "", experiment("x", version, arms))
		grown := rapid.SampledFrom([]string{"always", "arm0", "arm1", "new"}).Draw(r, "grown")
		arms[grown] = min(1_000_000, arms[grown]+1+share.Draw(r, "more"))
		after := armCatalog(t, "", experiment("x", version, arms))
		for i := range 500 {
			id := []byte("customer-" + strconv.Itoa(i))
			was, is := arm(before, 0, id), arm(after, 0, id)
			if was != is {
				moved++
			}
			if was != is && is != grown {
				r.Fatalf("%s grew, and %s moves from %q to %q", grown, id, was, is)
			}
		}
	})
	if moved < 1000 {
		t.Errorf("only %d moved, so this proves nothing", moved)
	}
}

// TestGrowingAHoldoutKeepsItsMembers: a greater percentage takes more in.
func TestGrowingAHoldoutKeepsItsMembers(t *testing.T) {
	percents := []float64{0.01, 1, 5, 5.5, 50, 99.9, 100}
	var last []bool
	for _, percent := range percents {
		v := armCatalog(t, fmt.Sprintf("{name: all, percent: %g}", percent))
		now, n := make([]bool, 20_000), 0
		for i := range now {
			now[i] = v.HoldsOut([]byte("customer-" + strconv.Itoa(i)))
			if now[i] {
				n++
			} else if last != nil && last[i] {
				t.Fatalf("%g percent lose a member", percent)
			}
		}
		// Six standard deviations of a binomial draw.
		want, spread := percent*200, percent*200*(1-percent/100)
		if d := float64(n) - want; d*d > 36*spread {
			t.Errorf("%g percent are %d of 20000", percent, n)
		}
		last = now
	}
}

// visitorIDs are as random as those of visitors, customerIDs as alike as keys of
// people.
func visitorIDs(i int) []byte {
	var id [16]byte
	for half := range 2 {
		h := snapshot.Mix64(uint64(2*i + half + 1))
		for j := range 8 {
			id[8*half+j] = byte(h >> (8 * j))
		}
	}
	return id[:]
}

func customerIDs(i int) []byte { return []byte("customer-" + strconv.Itoa(i)) }

// chiSquare is the sum of (seen − expected)² ÷ expected.
func chiSquare(seen []int, expected []float64) (sum float64) {
	for i, n := range seen {
		d := float64(n) - expected[i]
		sum += d * d / expected[i]
	}
	return sum
}

const drawn = 100_000 // ids of the tests below

// TestSharesAreKept compares what 100,000 ids get with the shares: by
// chi-square, at a level that one of a thousand fair draws would miss.
func TestSharesAreKept(t *testing.T) {
	critical := map[int]float64{2: 10.83, 3: 13.82, 4: 16.27, 5: 18.47}
	for _, shares := range [][]int{{50, 50}, {90, 10}, {1, 1, 1}, {70, 20, 9, 1}, {1000, 500, 250, 125, 1}} {
		arms, total := map[string]int{}, 0
		for i, s := range shares {
			arms[string(rune('a'+i))] = s
			total += s
		}
		v := armCatalog(t, "", experiment("hero", 1, arms))
		for name, ids := range map[string]func(int) []byte{"visitors": visitorIDs, "customers": customerIDs} {
			seen, expected := make([]int, len(shares)), make([]float64, len(shares))
			for i := range drawn {
				seen[arm(v, 0, ids(i))[0]-'a']++
			}
			for i, s := range shares {
				expected[i] = drawn * float64(s) / float64(total)
			}
			if chi := chiSquare(seen, expected); chi > critical[len(shares)] {
				t.Errorf("%s, shares %v: seen %v, χ² %.1f", name, shares, seen, chi)
			}
		}
	}
}

// TestExperimentsAreIndependent: what an id has in one experiment says nothing
// of another, of another version of it, or of the holdout.
func TestExperimentsAreIndependent(t *testing.T) {
	halves := map[string]int{"a": 1, "b": 1}
	v := armCatalog(t, "{name: all, percent: 50}", experiment("one", 1, halves), experiment("two", 1, halves), experiment("on", 1, halves))
	again := armCatalog(t, "", experiment("one", 2, halves))
	first := func(v *snapshot.View, i uint32) func([]byte) bool {
		return func(id []byte) bool { return arm(v, i, id) == "a" }
	}
	splits := map[string]func([]byte) bool{
		"on": first(v, 0), "one": first(v, 1), "two": first(v, 2), "one, version 2": first(again, 0), "holdout": v.HoldsOut,
	}
	for name, ids := range map[string]func(int) []byte{"visitors": visitorIDs, "customers": customerIDs} {
		sides := map[string][]bool{}
		for split, of := range splits {
			for i := range drawn {
				sides[split] = append(sides[split], of(ids(i)))
			}
		}
		for a := range splits {
			for b := range splits {
				seen := make([]int, 4)
				for i := range drawn {
					at := 0
					if sides[a][i] {
						at++
					}
					if sides[b][i] {
						at += 2
					}
					seen[at]++
				}
				const quarter = drawn / 4
				// Three degrees of freedom, one of a thousand; ten pairs twice.
				if chi := chiSquare(seen, []float64{quarter, quarter, quarter, quarter}); (chi > 16.27) != (a == b) {
					t.Errorf("%s, %s and %s: seen %v, χ² %.1f", name, a, b, seen, chi)
				}
			}
		}
	}
}

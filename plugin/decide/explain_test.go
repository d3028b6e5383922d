package decide_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
)

// TestReasonsAgreeWithTheReference compares the reasons of every offer in every
// group with those of the reference, which has them from the model. What the
// engine decided is compared elsewhere; here, that explaining changes none of it
// and nothing of the calls that follow.
func TestReasonsAgreeWithTheReference(t *testing.T) {
	t.Parallel()
	programs := compileCEL(t)
	seen := map[abi.Why]int{}
	failed := map[abi.Why]int{}
	rapid.Check(t, func(t *rapid.T) {
		g := draw{t: t}
		c := g.catalog()
		g.heavy(c)
		e := decide.New(open(t, c))
		ref := &reference{c: c, cel: programs, seen: tally{}, reasons: map[int]map[string]blame{}}
		for range 5 {
			q := g.call(c)
			if g.chance(40) {
				for _, code := range []string{"o0", "o1", "o2", "o3"} {
					q.pausedOffers = append(q.pausedOffers, [2]string{"visitors", code})
				}
			}
			before := q.run(e)
			results := append([]decide.Result(nil), e.Results()...)
			propositions := append([]decide.Proposition(nil), e.Propositions()...)
			clear(ref.reasons)
			want := ref.decide(q)
			if diff := differ(&before, &want); diff != "" {
				t.Fatal(diff)
			}
			e.BeginExplain()
			for group := range e.Groups() {
				slot, reasons := e.First(group), e.Explain(group)
				if diff := blameless(e.View(), ref.reasons[slot], reasons, &results[slot]); diff != "" {
					t.Fatalf("slot %d: %s\ncall %+v\ncatalog %s", slot, diff, *q, dump(c))
				}
				delete(ref.reasons, slot)
				shown(t, e.View(), results, slot, reasons)
				for i := range reasons {
					seen[reasons[i].Why]++
					if failing(&reasons[i]) {
						failed[reasons[i].Why]++
					}
				}
			}
			if len(ref.reasons) > 0 {
				t.Fatalf("groups without reasons: %v", ref.reasons)
			}
			if got := fmt.Sprint(e.Results(), e.Propositions()); got != fmt.Sprint(results, propositions) {
				t.Fatalf("after explaining: %s\nbefore: %v", got, results)
			}
			after := q.run(e)
			if diff := differ(&after, &before); diff != "" {
				t.Fatalf("the same call after explaining: %s", diff)
			}
		}
	})
	t.Logf("%v, failed %v", seen, failed)
	for why := abi.WhyNotLive; why <= abi.WhyEligible; why++ {
		if seen[why] < 20 {
			t.Errorf("reason %d came %d times: too seldom to say anything", why, seen[why])
		}
	}
	for _, why := range []abi.Why{abi.WhyEnvironment, abi.WhyCategory, abi.WhyFilter} {
		if failed[why] < 5 {
			t.Errorf("the filter of reason %d failed %d times: too seldom", why, failed[why])
		}
	}
}

// heavy gives an offer a weight that its category's multiplier makes infinite.
func (g draw) heavy(c *catalog.Catalog) {
	for _, top := range c.Environments[0].Categories {
		if len(top.Offers) > 0 && g.chance(50) {
			top.Multiplier = catalog.Multiplier{Value: 1000}
			top.Offers[0].Weights = []catalog.Weight{{Value: 1e308}}
		}
	}
}

// blameless says where reasons differ from the wanted ones, "" if nowhere.
func blameless(v *snapshot.View, want map[string]blame, reasons []decide.Reason, group *decide.Result) string {
	if len(reasons) != len(want) {
		return fmt.Sprintf("%d reasons, want %d", len(reasons), len(want))
	}
	for i := range reasons {
		r := &reasons[i]
		code := string(v.Name(v.Offer(r.Offer()).Code()))
		if got := inNames(v, r, group); got != want[code] {
			return fmt.Sprintf("%s: got %+v, want %+v", code, got, want[code])
		}
	}
	return ""
}

// failing tells that a filter failed.
func failing(r *decide.Reason) bool {
	return (r.Why == abi.WhyEnvironment || r.Why == abi.WhyCategory || r.Why == abi.WhyFilter) && r.Count == 1
}

func inNames(v *snapshot.View, r *decide.Reason, group *decide.Result) blame {
	b := blame{why: r.Why, failed: failing(r)}
	switch r.Why {
	case abi.WhyCategory:
		b.detail = string(v.Name(v.Category(uint32(r.Detail)).Name()))
	case abi.WhyRule:
		rules := v.Environment(v.Space(group.Space).Environment()).Rules()
		b.detail = string(v.Name(v.Rule(rules.Start + uint32(r.Detail)).Name()))
		b.count = r.Count
	case abi.WhyNoWeight:
		if r.Detail != 0 {
			b.detail = strings.ReplaceAll(sorted(strconv.FormatUint(r.Detail, 16)), "0", "")
		}
	case abi.WhyEligible:
		b.detail = strconv.FormatUint(r.Detail, 10)
	}
	return b
}

// sorted puts digits in order: a snapshot has an offer's weights in one of its own.
func sorted(digits string) string {
	b := []byte(digits)
	slices.Sort(b)
	return string(b)
}

// shown holds what the slots of a group show to the reasons: slot n has the
// n-th eligible offer with its weight, and none if there are fewer.
func shown(t *rapid.T, v *snapshot.View, results []decide.Result, slot int, reasons []decide.Reason) {
	for i := range results {
		r := &results[i]
		if r.Group() != results[slot].Group() || r.Rank == 0 {
			continue
		}
		if x := &reasons[r.Rank-1]; x.Offer() != r.Offer || x.Weight() != r.Weight || x.Detail != uint64(r.Rank) || x.Why != abi.WhyEligible {
			t.Fatalf("slot %d shows %s with %v, the reasons have %s with %v at rank %d",
				i, v.Name(v.Offer(r.Offer).Code()), r.Weight, v.Name(v.Offer(x.Offer()).Code()), x.Weight(), x.Detail)
		}
	}
}

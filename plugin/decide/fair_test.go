package decide_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
)

const (
	equals = 8 // offers of equal weight
	views  = 100_000
)

// equalOffers is a catalog whose environments decide ties by view, visit and
// day. Beside the offers of equal weight there are a lighter and an ended one.
func equalOffers() *catalog.Catalog {
	c := &catalog.Catalog{Name: catalog.Text{S: "equal"}, Zone: catalog.Text{S: "Europe/Paris"}}
	for ties, name := range []string{"view", "visit", "day"} {
		all := &catalog.Category{Name: catalog.Text{S: "all"}, Enabled: true}
		for i := range equals + 2 {
			o := &catalog.Offer{
				Code: catalog.Text{S: "o" + strconv.Itoa(i)}, Enabled: true, Approved: true, Weights: []catalog.Weight{{Value: 2}},
				Content: []catalog.Content{{Space: catalog.Text{S: "s"}}},
			}
			switch i {
			case equals:
				o.Weights[0].Value = 1.9
			case equals + 1:
				o.To = catalog.Instant{Set: true, MS: gridStart}
			}
			all.Offers = append(all.Offers, o)
		}
		c.Environments = append(c.Environments, &catalog.Environment{
			Name: catalog.Text{S: name}, Kind: catalog.Anonymous, VisitorFolder: catalog.Text{S: name}, Ties: catalog.Ties(ties),
			Spaces:     []*catalog.Space{{Name: catalog.Text{S: "s"}, Channel: catalog.Text{S: "web"}}},
			Categories: []*catalog.Category{all},
		})
	}
	return c
}

// TestEqualWeightsShareViews counts which of the offers of equal weight come
// first and second, over visitors and over the seeds, visits and days of one
// visitor. Every ordered pair of them is as likely as any other, and what one
// view shows says nothing about the next.
func TestEqualWeightsShareViews(t *testing.T) {
	t.Parallel()
	e := decide.New(open(t, equalOffers()))
	const hour, day = 60 * 60, 24 * 60 * 60
	random := rand.New(rand.NewPCG(5, 6))
	var id [16]byte
	stay := func(*decide.Call, int) {}
	anyVisitor := func(c *decide.Call, _ int) {
		binary.LittleEndian.PutUint64(id[:], random.Uint64())
		binary.LittleEndian.PutUint64(id[8:], random.Uint64())
		c.Visitor.ID = id[:]
	}
	countedVisitors := func(c *decide.Call, i int) {
		binary.BigEndian.PutUint64(id[8:], uint64(i))
		c.Visitor.ID = id[:]
	}
	oneVisitor := func(c *decide.Call, _ int) { c.Visitor.ID = []byte("0123456789abcdef") }
	for _, bucket := range []string{"view", "visit", "day"} {
		moves := map[string]func(*decide.Call, int){
			"view":  func(c *decide.Call, i int) { c.Seed = uint64(i) },
			"visit": func(c *decide.Call, i int) { c.Visitor.VisitStart = gridStart/1000 + int64(i)*hour },
			"day":   func(c *decide.Call, i int) { c.Time = gridStart + int64(i)*day*1000 },
		}
		for _, draw := range []struct {
			name string
			who  func(*decide.Call, int)
			when func(*decide.Call, int)
		}{
			{"random visitors", anyVisitor, stay},
			{"counted visitors", countedVisitors, stay},
			{"one visitor again", oneVisitor, moves[bucket]},
			{"seeds of strangers", stay, moves["view"]},
		} {
			var firsts [equals]int
			var pairs, next [equals * equals]int
			last := -1
			for i := range views {
				c := &decide.Call{Time: gridStart + hour*1000, Visitor: decide.Visitor{VisitStart: gridStart / 1000}, Slots: []abi.Slot{
					{Space: []byte("s"), Environment: []byte(bucket), N: 1}, {Space: []byte("s"), Environment: []byte(bucket), N: 2},
				}}
				draw.who(c, i)
				draw.when(c, i)
				first, second := winners(t, e, c)
				firsts[first]++
				pairs[first*equals+second]++
				if last >= 0 {
					next[last*equals+first]++
				}
				last = first
			}
			name := fmt.Sprintf("ties by %s, %s", bucket, draw.name)
			even(t, name+": first offers", firsts[:])
			even(t, name+": a view and the next", next[:])
			var ordered []int
			for i, n := range pairs {
				if i/equals != i%equals {
					ordered = append(ordered, n)
				}
			}
			even(t, name+": first and second offers", ordered)
		}
	}
}

// winners are the first two offers, by their places among those of equal weight.
func winners(t *testing.T, e *decide.Engine, c *decide.Call) (first, second int) {
	e.Resolve(c)
	e.Decide()
	var out [2]int
	for i, r := range e.Results() {
		code := e.View().Name(e.View().Offer(r.Offer).Code())
		if out[i] = int(code[1] - '0'); len(code) != 2 || r.Weight != 2 || r.Rank != i+1 {
			t.Fatalf("slot %d shows %s: %+v", i, code, r)
		}
	}
	if out[0] == out[1] {
		t.Fatalf("both slots show o%d", out[0])
	}
	return out[0], out[1]
}

// even is Pearson's test that all counts come from one chance. With 5 standard
// deviations a fair draw fails once in a million times, by the normal
// approximation of Wilson and Hilferty, 1931.
func even(t *testing.T, what string, counts []int) {
	t.Helper()
	total := 0
	for _, n := range counts {
		total += n
	}
	want, sum := float64(total)/float64(len(counts)), 0.0
	for _, n := range counts {
		sum += (float64(n) - want) * (float64(n) - want) / want
	}
	free := float64(len(counts) - 1)
	deviation := (math.Cbrt(sum/free) - 1 + 2/(9*free)) / math.Sqrt(2/(9*free))
	if math.Abs(deviation) > 5 {
		t.Errorf("%s: chi-square %.1f with %v degrees, %.1f standard deviations: %v", what, sum, free, deviation, counts)
	}
}

package bolt_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/storetest"
	"github.com/profferhq/proffer/plugin/abi"
)

var (
	bots  = flag.Int("bots", 30_000, "how many bots come with a second request")
	raced = flag.Int("races", 1000, "how many races of tabs are run")
)

// Bots from a hundred networks, ten thousand a second: each network gets what it may
// have at once and what is added to that, and one from elsewhere gets its row.
func TestBots(t *testing.T) {
	const networks, burst, rate = 100, 50, 2
	c := newClock()
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now, Newcomers: burst, NewcomersPerSecond: rate})
	put(t, s, shown(0, 1, c.Now()))
	for n := range *bots {
		change := shown(n+1, 1, c.Now())
		change.Newcomer = fmt.Sprintf("192.0.%d.0/24", n%networks)
		if err := s.Append(context.Background(), change); err != nil && !errors.Is(err, store.ErrFull) {
			t.Fatal(err)
		}
		c.advance(100 * time.Microsecond)
	}
	seconds := *bots / 10_000
	rows, _ := s.Rows()
	if least, most := min(*bots, networks*burst), networks*(burst+rate*(seconds+1)); rows < least || rows > most {
		t.Fatalf("%d rows of %d bots, want %d to %d", rows, *bots, least, most)
	}
	t.Logf("%d bots from %d networks in %d s: %d rows", *bots, networks, seconds, rows)
	known := shown(0, 2, c.Now())
	known.Newcomer = "192.0.1.0/24"
	put(t, s, known)
	other := shown(1<<20, 1, c.Now())
	other.Newcomer = "2001:db8::/48"
	put(t, s, other)
	if history(t, s, 0) != 2 || history(t, s, 1<<20) != 1 {
		t.Fatal("the flood has cost somebody else")
	}
}

// More networks than are told apart share what one may, and take no more memory;
// those that have their whole share again are forgotten.
func TestManyNetworks(t *testing.T) {
	c, admitted := newClock(), 0
	admit := bolt.Admits(10, 1)
	for n := range bolt.MaxNetworks + 100 {
		if admit(fmt.Sprint(n), c.Now()) == nil {
			admitted++
		}
	}
	if want := bolt.MaxNetworks + 10; admitted != want {
		t.Fatalf("%d admitted, want %d: one of each network that is told apart and 10", admitted, want)
	}
	if err := admit("", c.Now()); err != nil {
		t.Fatalf("one from nobody knows where: %v", err)
	}
	c.advance(time.Minute)
	for range 10 {
		if err := admit("somewhere else", c.Now()); err != nil {
			t.Fatal(err)
		}
	}
	c.advance(-time.Hour)
	if err := admit("somewhere else", c.Now()); !errors.Is(err, store.ErrFull) {
		t.Fatalf("a clock that goes back gives: %v", err)
	}
}

func TestMaxVisitors(t *testing.T) {
	c := newClock()
	dir := t.TempDir()
	s := openAt(t, bolt.Config{Dir: dir, Clock: c.Now, MaxVisitors: 3})
	for n := range 3 {
		put(t, s, shown(n, 1, c.Now()))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, bolt.Config{Dir: dir, Clock: c.Now, MaxVisitors: 3})
	if err := s.Append(context.Background(), shown(9, 1, c.Now())); !errors.Is(err, store.ErrFull) {
		t.Fatalf("Append: %v, want %v", err, store.ErrFull)
	}
	put(t, s, shown(1, 2, c.Now()))
	if _, err := s.Lookup(context.Background(), &abi.Need{Visitor: id(9)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(context.Background(), store.Subject{Visitor: [16]byte(id(0))}); err != nil {
		t.Fatal(err)
	}
	put(t, s, shown(9, 1, c.Now()))
}

// Two tabs never exceed a cap. Of ten those that lose twice do, eight at most.
func TestRaces(t *testing.T) {
	s := openAt(t, bolt.Config{Dir: t.TempDir()})
	for limit := 1; limit <= 3; limit++ {
		if over := storetest.Race(t, s, limit**raced, *raced/3+1, 2, limit, limit-1); over != 0 {
			t.Errorf("%d races of two tabs exceeded a cap of %d by %d", *raced/3+1, limit, over)
		}
	}
	over := storetest.Race(t, s, 4**raced, *raced/10, 10, 3, 0)
	t.Logf("%d races of ten tabs exceeded a cap of 3 by %d", *raced/10, over)
	if most := *raced / 10 * 7; over > most {
		t.Errorf("by more than %d", most)
	}
}

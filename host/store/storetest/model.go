package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// model is what a store should know, kept as plainly as can be.
type model struct {
	*bench
	rand     *rand.Rand
	visitors map[int]*modelVisitor
	erased   map[int]bool
	shown    int // propositions so far
}

type modelVisitor struct {
	statuses map[int]catalog.Status // of propositions
	value    string                 // of the data in the folder "visitors"; empty: none
	person   string
}

// random does things in any order, and after each looks whether the store knows what
// the model does.
func random(t *bench) {
	for seed := range uint64(8) {
		m := &model{bench: t, rand: rand.New(rand.NewPCG(seed, 1)), visitors: map[int]*modelVisitor{}, erased: map[int]bool{}, shown: int(seed) * 1000}
		for range 150 {
			m.advance(time.Second)
			m.step(int(seed)*100 + m.rand.IntN(6))
		}
		for n := range 6 {
			m.compare(int(seed)*100 + n)
		}
	}
}

// key is a person of whom only this seed's visitors are.
func (m *model) key(n int) string { return fmt.Sprintf("%c%d", 'a'+m.rand.IntN(3), n/100) }

func (m *model) step(n int) {
	switch m.rand.IntN(12) {
	case 0:
		m.erase(n)
	case 1:
		m.erasePerson(m.key(n))
	case 2:
		m.reopen()
	case 3, 4:
		key := m.key(n)
		c := identify(n, key)
		c.Link = abi.Link{}
		m.append(c)
		if v := m.visitor(n); v != nil {
			v.person = key
		}
	case 5, 6:
		value := fmt.Sprint(m.rand.IntN(100))
		m.append(abi.Changes{Visitor: id(n), Folders: data("visitors", value)})
		if v := m.visitor(n); v != nil {
			v.value = value
		}
	default:
		m.show(n)
	}
	m.compare(n)
}

// visitor is the model's, who is known from now on; nil if erased.
func (m *model) visitor(n int) *modelVisitor {
	if m.erased[n] {
		return nil
	}
	if m.visitors[n] == nil {
		m.visitors[n] = &modelVisitor{statuses: map[int]catalog.Status{}}
	}
	return m.visitors[n]
}

// show shows something new, or tells what came of something, perhaps once more, or
// late.
func (m *model) show(n int) {
	proposition, status := m.shown, catalog.Presented
	if v := m.visitors[n]; v != nil && len(v.statuses) > 0 && m.rand.IntN(2) == 0 {
		known := slices.Sorted(maps.Keys(v.statuses))
		proposition = known[m.rand.IntN(len(known))]
		status = [...]catalog.Status{catalog.Generated, catalog.Presented, catalog.Interested, catalog.Accepted, catalog.Rejected, abi.Withdrawn}[m.rand.IntN(6)]
	}
	m.shown++
	e := m.entry(proposition, status)
	m.append(visit(n, e))
	if v := m.visitor(n); v != nil {
		was, held := v.statuses[proposition]
		if !held || replaces(status, was) {
			v.statuses[proposition] = status
		}
	}
}

func (m *model) entry(n int, s catalog.Status) abi.HistoryEntry { return proposition(n, s, m.ms()) }

// replaces reports whether a status holds that is told after another.
func replaces(status, was catalog.Status) bool {
	order := [...]catalog.Status{catalog.Generated, catalog.Presented, abi.Withdrawn, catalog.Interested}
	a, b := slices.Index(order[:], status), slices.Index(order[:], was)
	if a < 0 {
		return true // ends it, and is the later one
	}
	return b >= 0 && a > b
}

func (m *model) erase(n int) {
	m.mustErase(subject(n), m.visitors[n] != nil)
	delete(m.visitors, n)
	m.erased[n] = true
}

func (m *model) erasePerson(key string) {
	has := false
	for n, v := range m.visitors {
		if v.person == key {
			has, m.erased[n] = true, true
			delete(m.visitors, n)
		}
	}
	err := m.Erase(context.Background(), store.Subject{Source: "token", Key: key})
	if has && err != nil || err != nil && !errors.Is(err, store.ErrUnknown) {
		m.Fatalf("Erase: %v", err)
	}
}

func (m *model) mustErase(who store.Subject, known bool) {
	m.Helper()
	want := store.ErrUnknown
	if known {
		want = nil
	}
	if err := m.Erase(context.Background(), who); !errors.Is(err, want) {
		m.Fatalf("Erase: %v, want %v", err, want)
	}
}

// compare looks at a visitor, and at the others of the person.
func (m *model) compare(n int) {
	m.Helper()
	r := m.find(&abi.Need{Visitor: id(n), Folders: [][]byte{[]byte("visitors")}, Sources: [][]byte{[]byte("token")}}).Record
	v, got := m.visitors[n], r.Visitors[0]
	if r.Erased != m.erased[n] || got.Known != (v != nil) {
		m.Fatalf("visitor %d: erased %v, known %v; want %v, %v", n, r.Erased, got.Known, m.erased[n], v != nil)
	}
	if v == nil {
		return
	}
	var value []byte
	if v.value != "" {
		value = data("visitors", v.value)[0].Attributes
	}
	m.same("attributes", []byte(got.Attributes), value)
	m.same("propositions", statuses(got.History), v.list())
	if len(r.Persons) > 1 || (v.person != "") != (len(r.Persons) == 1) || v.person != "" && string(r.Persons[0].Key) != v.person {
		m.Fatalf("visitor %d is %+v, want %q", n, r.Persons, v.person)
	}
	others := modelVisitor{statuses: map[int]catalog.Status{}}
	for i, w := range m.visitors {
		for p, s := range w.statuses {
			if i != n && v.person != "" && w.person == v.person {
				others.statuses[p] = s
			}
		}
	}
	m.same("propositions of others", statuses(r.Linked), others.list())
}

func (v *modelVisitor) list() (out []string) {
	for n, s := range v.statuses {
		out = append(out, fmt.Sprintf("%08d %d", n, s))
	}
	slices.Sort(out)
	return out
}

func statuses(h abi.History) (out []string) {
	for _, e := range entries(h) {
		out = append(out, fmt.Sprintf("%s %d", e.ID, e.Status))
	}
	slices.Sort(out)
	return out
}

package faulttest

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// life is how many steps a worker does with one visitor before it takes the next.
const life = 8

// The steps of a life that differ from others.
const (
	identifies = life - 2 // as a person, who gets the proposition too
	erases     = life - 1 // every other visitor
)

// start is when steps happen, in milliseconds: one each.
const start = 1_750_000_000_000

var (
	folder = []byte("shop")
	source = []byte("crm")
)

// step is one thing that a worker does. It is the same in whatever process.
type step struct{ worker, n int }

// durable steps are those that a visitor answers an offer in.
func (s step) durable() bool { return s.n%life%3 == 1 || s.identifies() || s.erases() }

func (s step) identifies() bool { return s.n%life == identifies }
func (s step) erases() bool     { return s.n%(2*life) == erases }

// kind is the letter of the line that says what became of the step.
func (s step) kind(err error) byte {
	switch {
	case err != nil:
		return 'f'
	case s.durable():
		return 'd'
	}
	return 'r'
}

func (s step) do(ctx context.Context, to store.Store) error {
	if s.erases() {
		return to.Erase(ctx, store.Subject{Visitor: s.visitor()})
	}
	return to.Append(ctx, s.change())
}

func (s step) visitor() (id [abi.VisitorSize]byte) {
	binary.BigEndian.PutUint64(id[:], uint64(s.worker)+1)
	binary.BigEndian.PutUint64(id[8:], uint64(s.n/life)+1)
	return id
}

func (s step) proposition() []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(s.worker)<<32|uint64(s.n))
}

func (s step) person() []byte { return fmt.Appendf(nil, "%d-%d", s.worker, s.n/life) }

func (s step) history() abi.History {
	status := catalog.Presented
	if s.durable() {
		status = catalog.Accepted
	}
	at := int64(start + s.n)
	return abi.AppendHistory(nil, []abi.HistoryEntry{{
		ID: s.proposition(), Offer: []byte("offer"), Space: []byte("hero"), Channel: []byte("web"),
		Status: status, Time: at, Environment: folder, First: at,
	}})
}

// attributes are the visitor's data: the number of the step that wrote them last.
func (s step) attributes() abi.Attributes {
	return abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("step"), Value: wire.AppendInt(nil, int64(s.n))}})
}

func (s step) change() *store.Change {
	id := s.visitor()
	name := "shown"
	if s.durable() {
		name = "accepted"
	}
	c := &store.Change{
		Changes: abi.Changes{
			Visitor: id[:],
			Folders: []abi.FolderChange{{Folder: folder, Attributes: s.attributes()}},
			History: s.history(),
		},
		Since: store.Always, Time: start + int64(s.n), Durable: s.durable(),
		Events: [][]byte{fmt.Appendf(nil, "proffer-event/1 e=%s&t=%d&p=%x", name, start+s.n, s.proposition())},
	}
	if s.identifies() {
		c.Changes.Person = abi.PersonKey{Source: source, Key: s.person()}
		c.Changes.Persons = []abi.PersonChange{{Source: source, Key: s.person(), History: s.history()}}
	}
	return c
}

package bolt

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// draft is what a change makes of the rows that it concerns, whose locks are held.
type draft struct {
	store  *Store
	change *store.Change
	plan   plan
	now    int64
	stamp  uint64 // 1: it counts as a change of its rows, 0: it does not

	held   map[string]*row // as they are; nil: there is none
	cells  map[string]*cell
	more   [2]int // visitors and people that there were not
	events []event
	lines  [][]byte // of the change, as they are to be
}

const (
	visitors = iota
	people
)

// errAgain says that other rows are concerned than the plan says.
var errAgain = errors.New("bolt: the plan holds no longer")

// build makes the draft.
func (d *draft) build() error {
	p, c := &d.plan, &d.change.Changes
	held, err := d.row(p.visitor)
	if err != nil && c.Forget {
		d.leave()
		return d.forgetDamaged(c.Visitor)
	}
	if err != nil {
		return err
	}
	if held != nil && held.link != p.link || held == nil && p.link != "" {
		return errAgain
	}
	if c.Forget {
		d.leave()
		return d.forget(c.Visitor, held)
	}
	if held == nil && p.visitor != "" {
		if erased, err := d.store.isErased(c.Visitor); err != nil || erased {
			d.leave()
			return err
		}
	}
	if err := d.visitor(held); err != nil {
		return err
	}
	for i := range p.news {
		if err := d.person(&p.news[i]); err != nil {
			return err
		}
	}
	if err := d.conflict(); err != nil {
		return err
	}
	return d.nameEvents()
}

// row is a row as it is, nil if there is none.
func (d *draft) row(key string) (r *row, err error) {
	if key == "" {
		return nil, nil
	}
	if r, ok := d.held[key]; ok {
		return r, nil
	}
	if r, err = d.store.row(key); err != nil {
		return nil, err
	}
	if d.held == nil {
		d.held = map[string]*row{}
	}
	d.held[key] = r
	return r, nil
}

// next is the row as it is to be, for its caller to change.
func (d *draft) next(key string) (*row, error) {
	if c := d.cells[key]; c != nil && c.row != nil {
		return c.row, nil
	}
	held, err := d.row(key)
	if err != nil {
		return nil, err
	}
	n := new(row)
	if held != nil {
		*n = *held
	} else {
		rand.Read(n.alias[:]) // never fails
		d.more[kindOf(key)]++
	}
	if d.stamp > 0 {
		n.changed = d.now
	}
	d.set(key, &cell{row: n})
	return n, nil
}

func (d *draft) set(key string, c *cell) {
	if d.cells == nil {
		d.cells = map[string]*cell{}
	}
	d.cells[key] = c
}

func kindOf(key string) int {
	if key[0] == ofVisitor {
		return visitors
	}
	return people
}

// visitor is what the change makes of the visitor's row.
func (d *draft) visitor(held *row) error {
	p, c := &d.plan, &d.change.Changes
	if p.visitor == "" {
		return nil
	}
	writes := len(c.History) > 0 || len(c.Folders) > 0 || c.Person.Key != nil
	list, changed := merged(held, c.History, d.now)
	// A cookie that is older than the row does not undo what an identification did.
	linked := p.person != "" && p.person != p.link && (c.Person.Key != nil || p.link == "") && (writes || held != nil)
	folders, refilled := refolder(held, c.Folders)
	if held == nil && !writes || held != nil && !changed && !linked && !refilled {
		return d.hash(held)
	}
	if held == nil {
		if err := d.store.admit(d.change.Newcomer); err != nil {
			return err
		}
	}
	n, err := d.next(p.visitor)
	if err != nil {
		return err
	}
	if changed {
		n.setHistory(list)
		n.setDetails(list, d.change)
	}
	n.folders = folders
	if linked {
		if err := d.relink(n); err != nil {
			return err
		}
	}
	return d.hash(n)
}

func merged(held *row, news abi.History, now int64) ([]abi.HistoryEntry, bool) {
	if len(news) == 0 {
		return nil, false
	}
	if held == nil {
		return merge(nil, news, now)
	}
	return merge(held.history, news, now)
}

// refolder gives a visitor's data as it is after a change, in order.
func refolder(held *row, news []abi.FolderChange) (out []abi.FolderChange, changed bool) {
	if held != nil {
		out = slices.Clip(held.folders)
	}
	for i := range news {
		f := abi.FolderChange{Folder: bytes.Clone(news[i].Folder), Attributes: bytes.Clone(news[i].Attributes)}
		at, found := slices.BinarySearchFunc(out, f.Folder, func(a abi.FolderChange, name []byte) int { return bytes.Compare(a.Folder, name) })
		switch {
		case !found:
			out, changed = slices.Insert(out, at, f), true
		case !bytes.Equal(out[at].Attributes, f.Attributes):
			out, changed = slices.Clone(out), true
			out[at] = f
		}
	}
	return out, changed
}

// person is what the change makes of a person's row.
func (d *draft) person(n *news) error {
	held, err := d.row(n.key)
	if err != nil {
		return err
	}
	list, changed := merged(held, n.history, d.now)
	if c := d.cells[n.key]; c != nil && c.row != nil { // two of one person
		list, changed = merge(c.row.history, n.history, d.now)
	}
	if !changed {
		return nil
	}
	next, err := d.next(n.key)
	if err != nil {
		return err
	}
	next.setHistory(list)
	next.setDetails(list, d.change)
	return nil
}

// conflict reports whether a row that is to be written has changed since the call
// read it.
func (d *draft) conflict() error {
	for key := range d.cells {
		if held := d.held[key]; isRow(key) && held != nil && held.seq > d.change.Since {
			return fmt.Errorf("%w: %s, by change %d, after %d", store.ErrConflict, describe(key), held.seq, d.change.Since)
		}
	}
	return nil
}

// current is a row as it is to be, or as it is where it stays so.
func (d *draft) current(key string) (*row, error) {
	if c := d.cells[key]; c != nil {
		return c.row, nil
	}
	return d.row(key)
}

// encode makes the rows' values.
func (d *draft) encode() {
	for _, c := range d.cells {
		if c.row != nil {
			c.value = c.row.encode()
		}
	}
}

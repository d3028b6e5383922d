package bolt

import (
	"slices"

	"github.com/profferhq/proffer/plugin/abi"
)

// relink makes the visitor the newest of the person's, and nobody else's.
func (d *draft) relink(n *row) error {
	p := &d.plan
	id := [abi.VisitorSize]byte(d.change.Changes.Visitor)
	if p.link != "" {
		if err := d.unlink(p.link, id); err != nil {
			return err
		}
	}
	n.link = p.person
	person, err := d.next(p.person)
	if err != nil {
		return err
	}
	person.linked = append([][abi.VisitorSize]byte{id}, without(person.linked, id)...)
	if len(person.linked) <= maxLinked {
		return nil
	}
	last := person.linked[maxLinked]
	person.linked = person.linked[:maxLinked]
	return d.free(visitorKey(last[:]))
}

// free makes a visitor nobody's.
func (d *draft) free(key string) error {
	if key != d.plan.dropped {
		return errAgain
	}
	held, err := d.row(key)
	if err != nil || held == nil {
		return err
	}
	n, err := d.next(key)
	if err != nil {
		return err
	}
	n.link = ""
	return nil
}

// without is a list without a visitor.
func without(list [][abi.VisitorSize]byte, id [abi.VisitorSize]byte) [][abi.VisitorSize]byte {
	return slices.DeleteFunc(slices.Clone(list), func(v [abi.VisitorSize]byte) bool { return v == id })
}

// unlink takes a visitor from a person.
func (d *draft) unlink(key string, id [abi.VisitorSize]byte) error {
	held, err := d.row(key)
	if err != nil || held == nil {
		return err
	}
	person, err := d.next(key)
	if err != nil {
		return err
	}
	person.linked = without(person.linked, id)
	return nil
}

// hash notes by which hash cookies name the person to whom the visitor is linked.
func (d *draft) hash(n *row) error {
	p, l := &d.plan, &d.change.Changes.Link
	if n == nil || p.person == "" || n.link != p.person || len(l.Hash) == 0 {
		return nil
	}
	if source, _ := cutPerson(p.person); source != string(l.Source) {
		return nil
	}
	held, err := d.row(p.person)
	if err != nil {
		return err
	}
	h := hash{l.KeyID, [abi.LinkSize]byte(l.Hash)}
	if held != nil && slices.Contains(held.hashes, h) {
		return nil
	}
	person, err := d.next(p.person)
	if err != nil {
		return err
	}
	person.hashes = append([]hash{h}, person.hashes...)
	if len(person.hashes) > maxHashes {
		old := person.hashes[maxHashes]
		d.set(linkKey(l.Source, old.keyID, old.hash[:]), &cell{})
		person.hashes = person.hashes[:maxHashes]
	}
	d.set(linkKey(l.Source, l.KeyID, l.Hash), &cell{value: []byte(p.person)})
	return nil
}

package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/seal"
)

// part is one section of a frame.
type part struct {
	id      int
	content []byte
}

// partsOf cuts a snapshot.
func partsOf(v *snapshot.View) (parts []part) {
	for id := 1; id < snapshot.NumSections; id++ {
		if s := v.Section(id); len(s) > 0 {
			parts = append(parts, part{id, bytes.Clone(s)})
		}
	}
	return parts
}

// framed writes a snapshot of sections, with the right hash.
func framed(parts []part) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xdc}, uint16(4+len(parts)))
	b = wire.AppendUint(wire.AppendStr(b, snapshot.Magic), snapshot.Format)
	b = wire.AppendBin(b, make([]byte, snapshot.HashSize))
	hashed := len(b)
	at := hashed + 5 + snapshot.TableEntry*len(parts)
	b = binary.BigEndian.AppendUint32(append(b, 0xc6), uint32(snapshot.TableEntry*len(parts)))
	for _, p := range parts {
		b = binary.LittleEndian.AppendUint32(b, uint32(p.id))
		b = binary.LittleEndian.AppendUint32(b, uint32(at+5))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p.content)))
		b = binary.LittleEndian.AppendUint32(b, 0)
		at += 5 + padded(at, len(p.content))
	}
	for _, p := range parts {
		size := padded(len(b), len(p.content))
		b = binary.BigEndian.AppendUint32(append(b, 0xc6), uint32(size))
		b = append(append(b, p.content...), make([]byte, size-len(p.content))...)
	}
	sum := seal.Sum256(b[hashed:])
	copy(b[hashed-snapshot.HashSize:], sum[:])
	return b
}

// padded is the size of a bin at an offset, with the padding that lets the
// content of the next start on a multiple of 8.
func padded(at, size int) int {
	for (at+5+size+5)%8 != 0 {
		size++
	}
	return size
}

func TestFramedIsTheCompilersFrame(t *testing.T) {
	b := small(t)
	if got := framed(partsOf(open(t, b))); !bytes.Equal(got, b) {
		t.Errorf("%d bytes, want the snapshot's %d", len(got), len(b))
	}
}

// TestEditedSnapshots moves whole records and sections about, with a frame and
// a hash that fit: records that are swapped, left out, written twice, sections
// without their last record or last byte, with one more, left out, in another
// order, twice, or with the content of another. Verify refuses it, or it can be
// used like any other; and a guest that nobody asked to verify it comes back.
func TestEditedSnapshots(t *testing.T) {
	b := small(t)
	c := newCaller(t, b)
	v := open(t, b)
	refused, accepted := 0, 0
	try := func(what string, parts []part) {
		edited := framed(parts)
		if c.survives(t, edited) {
			accepted++
		} else {
			refused++
			c.endures(t, edited)
		}
		if t.Failed() {
			t.Fatal(what)
		}
	}
	for i := range partsOf(v) {
		editRecords(v, i, try)
		editSections(v, i, try)
	}
	t.Logf("%d edited snapshots refused, %d accepted and used", refused, accepted)
	if refused < 1000 || accepted == 0 {
		t.Error("too few of one of the two")
	}
}

// editRecords makes every edit of the records of a section.
func editRecords(v *snapshot.View, i int, try func(string, []part)) {
	id := partsOf(v)[i].id
	size := snapshot.RecordSize(id)
	edit := func(what string, change func(s []byte) []byte) {
		parts := partsOf(v)
		parts[i].content = change(parts[i].content)
		try(fmt.Sprintf("section %d: %s", id, what), parts)
	}
	for at := 0; at < int(v.Count(id))*size; at += size {
		record := func(s []byte) []byte { return bytes.Clone(s[at : at+size]) }
		edit(fmt.Sprintf("without the record at %d", at), func(s []byte) []byte { return slices.Delete(s, at, at+size) })
		edit(fmt.Sprintf("the record at %d twice", at), func(s []byte) []byte { return slices.Insert(s, at, record(s)...) })
		edit(fmt.Sprintf("the record at %d at the end", at), func(s []byte) []byte { return append(slices.Delete(bytes.Clone(s), at, at+size), record(s)...) })
		edit(fmt.Sprintf("zeros at %d", at), func(s []byte) []byte { clear(s[at : at+size]); return s })
	}
	edit("one byte less", func(s []byte) []byte { return s[:len(s)-1] })
	edit("one byte more", func(s []byte) []byte { return append(s, 0) })
	edit("a record of zeros more", func(s []byte) []byte { return append(s, make([]byte, size)...) })
	edit("a thousand records more", func(s []byte) []byte { return append(s, bytes.Repeat(s[:size], 1000)...) })
	edit("backwards", func(s []byte) []byte { return backwards(s, size) })
}

func backwards(s []byte, size int) (out []byte) {
	for at := len(s) - size; at >= 0; at -= size {
		out = append(out, s[at:at+size]...)
	}
	return out
}

// editSections makes every edit of a section among the others.
func editSections(v *snapshot.View, i int, try func(string, []part)) {
	all := partsOf(v)
	try(fmt.Sprintf("without section %d", all[i].id), slices.Delete(partsOf(v), i, i+1))
	try(fmt.Sprintf("section %d twice", all[i].id), slices.Insert(partsOf(v), i, all[i]))
	unknown := partsOf(v)
	unknown[i].id += 100
	try(fmt.Sprintf("section %d under another number", all[i].id), unknown)
	for j := range all {
		moved := slices.Insert(slices.Delete(partsOf(v), i, i+1), min(j, len(all)-1), all[i])
		try(fmt.Sprintf("section %d at place %d", all[i].id, j), moved)
		swapped := partsOf(v)
		swapped[i].content = all[j].content
		try(fmt.Sprintf("section %d with the content of %d", all[i].id, all[j].id), swapped)
	}
}

package abi_test

import (
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// The draw functions make messages whose empty lists are nil, as decoding into
// a fresh value gives them.

func drawText(t *rapid.T) []byte {
	return append([]byte{}, rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "text")...)
}

func drawTextOrNil(t *rapid.T) []byte {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return drawText(t)
}

func drawSized(t *rapid.T, size int) []byte {
	return rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "bytes")
}

func drawSizedOrNil(t *rapid.T, size int) []byte {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return drawSized(t, size)
}

func drawList[T any](t *rapid.T, limit int, draw func(*rapid.T) T) []T {
	var list []T
	for n := rapid.IntRange(0, limit).Draw(t, "n"); n > 0; n-- {
		list = append(list, draw(t))
	}
	return list
}

func drawTexts(t *rapid.T) [][]byte { return drawList(t, 4, drawText) }

func drawScalar(t *rapid.T, kind int) []byte {
	switch kind {
	case 0:
		return wire.AppendBool(nil, rapid.Bool().Draw(t, "bool"))
	case 1:
		return wire.AppendInt(nil, rapid.Int64().Draw(t, "int"))
	case 2:
		return wire.AppendFloat(nil, rapid.Float64().Draw(t, "float"))
	}
	return wire.AppendStrBytes(nil, drawText(t))
}

func drawAttribute(t *rapid.T) abi.Attribute {
	kind := rapid.IntRange(0, 3).Draw(t, "kind")
	a := abi.Attribute{Name: drawText(t), Value: drawScalar(t, kind)}
	if rapid.Bool().Draw(t, "array") {
		n := rapid.IntRange(0, 5).Draw(t, "n")
		a.Value = wire.AppendArray(nil, n)
		for range n {
			a.Value = append(a.Value, drawScalar(t, kind)...)
		}
	}
	return a
}

func drawAttributes(t *rapid.T) abi.Attributes {
	list := drawList(t, 3, drawAttribute)
	if list == nil {
		return nil
	}
	return abi.AppendAttributes(nil, list)
}

func drawEntry(t *rapid.T) abi.HistoryEntry {
	e := abi.HistoryEntry{
		ID:      drawSizedOrNil(t, abi.PropositionSize),
		Offer:   drawText(t),
		Space:   drawText(t),
		Channel: drawText(t),
		Status:  catalog.Status(rapid.IntRange(0, 6).Draw(t, "status")),
		Time:    rapid.Int64().Draw(t, "time"),
	}
	if rapid.Bool().Draw(t, "long") {
		e.Environment, e.First = drawTextOrNil(t), rapid.Int64().Draw(t, "first")
	}
	return e
}

func drawHistory(t *rapid.T) abi.History {
	list := drawList(t, 3, drawEntry)
	if list == nil {
		return nil
	}
	return abi.AppendHistory(nil, list)
}

func drawSlot(t *rapid.T) abi.Slot {
	return abi.Slot{
		Space:       drawText(t),
		N:           rapid.IntRange(1, abi.MaxN).Draw(t, "n"),
		Environment: drawTextOrNil(t),
		Categories:  drawTexts(t),
		Themes:      drawTexts(t),
		Attributes:  drawList(t, 3, drawAttribute),
		Held:        abi.Held(rapid.IntRange(0, 2).Draw(t, "held")),
	}
}

func drawPersonKey(t *rapid.T) abi.PersonKey {
	if rapid.Bool().Draw(t, "nobody") {
		return abi.PersonKey{}
	}
	return abi.PersonKey{Source: drawTextOrNil(t), Key: drawText(t)}
}

func drawRecord(t *rapid.T) abi.Record {
	var r abi.Record
	for i := range rapid.IntRange(0, 3).Draw(t, "persons") {
		r.Persons = append(r.Persons, abi.Person{
			Source: append(drawText(t), byte(i)), Key: drawText(t),
			Attributes: drawAttributes(t), History: drawHistory(t),
		})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "visitors") {
		r.Visitors = append(r.Visitors, abi.Visitor{
			Folder: append(drawText(t), byte(i)), Known: rapid.Bool().Draw(t, "known"),
			Attributes: drawAttributes(t), History: drawHistory(t),
		})
	}
	r.Erased, r.Linked = rapid.Bool().Draw(t, "erased"), drawHistory(t)
	return r
}

func drawFolder(t *rapid.T) abi.FolderChange {
	return abi.FolderChange{Folder: drawText(t), Attributes: drawAttributes(t)}
}

func drawPersonChange(t *rapid.T) abi.PersonChange {
	return abi.PersonChange{Source: drawText(t), Key: drawTextOrNil(t), History: drawHistory(t)}
}

func drawChanges(t *rapid.T) (has bool, c abi.Changes) {
	if rapid.Bool().Draw(t, "no changes") {
		return false, c
	}
	return true, abi.Changes{
		Visitor: drawSized(t, abi.VisitorSize), Forget: rapid.Bool().Draw(t, "forget"),
		Person: drawPersonKey(t), Link: drawLink(t),
		Folders: drawList(t, 3, drawFolder), History: drawHistory(t),
		Persons: drawList(t, 3, drawPersonChange),
	}
}

func drawFlags(t *rapid.T) abi.Flags {
	f := abi.Flags(rapid.IntRange(0, 255).Draw(t, "flags"))
	if f.Has(abi.FlagConsentGiven | abi.FlagConsentRefused) {
		f &^= abi.FlagConsentGiven
	}
	return f
}

func drawHeader(t *rapid.T) abi.Header {
	return abi.Header{Name: drawText(t), Value: drawText(t)}
}

func drawRequest(t *rapid.T) *abi.Request {
	r := &abi.Request{
		Kind:       abi.Kind(rapid.IntRange(1, 4).Draw(t, "kind")),
		Snapshot:   drawSizedOrNil(t, abi.HashSize),
		Time:       rapid.Int64().Draw(t, "time"),
		Seed:       rapid.Uint64().Draw(t, "seed"),
		Entropy:    drawSizedOrNil(t, abi.EntropySize),
		Flags:      drawFlags(t),
		Want:       abi.Want(rapid.IntRange(0, 127).Draw(t, "want")),
		Host:       drawText(t),
		Path:       append([]byte("/"), drawText(t)...),
		Query:      drawText(t),
		Headers:    drawList(t, 5, drawHeader),
		Mode:       abi.SlotMode(rapid.IntRange(0, 1).Draw(t, "mode")),
		HasSlots:   rapid.Bool().Draw(t, "has slots"),
		Attributes: drawList(t, 3, drawAttribute),
		Language:   drawTextOrNil(t),
		Target:     drawPersonKey(t),
		Visitor:    drawSizedOrNil(t, abi.VisitorSize),
		HasRecord:  rapid.Bool().Draw(t, "has record"),
	}
	if rapid.Bool().Draw(t, "endpoint") {
		r.Method, r.Offers = drawTextOrNil(t), drawTexts(t)
		r.Long = rapid.Bool().Draw(t, "long")
		if rapid.Bool().Draw(t, "body") {
			r.Body = drawText(t)
		}
	}
	if r.HasSlots {
		r.Slots = drawList(t, 5, drawSlot)
	}
	if r.HasRecord {
		r.Record = drawRecord(t)
	}
	return r
}

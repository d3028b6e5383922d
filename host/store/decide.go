package store

import (
	"slices"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/plugin/abi"
)

// Decides reports whether an acceptance or a rejection is among changes, which is
// to be told to nobody before it is durable.
func Decides(c *abi.Changes) bool {
	return decided(c.History) || slices.ContainsFunc(c.Persons, func(p abi.PersonChange) bool { return decided(p.History) })
}

func decided(h abi.History) bool {
	var e abi.HistoryEntry
	for all := h.Iterate(); all.Next(&e); {
		switch e.Status {
		case catalog.Accepted, catalog.Scheduled, catalog.Rejected:
			return true
		}
	}
	return false
}

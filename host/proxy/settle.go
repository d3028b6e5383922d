package proxy

import (
	"bytes"
	"context"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// settle tells the store which of a page's propositions it has shown, and which
// it had no place for, where that was not known when the page was decided.
func (w *response) settle() {
	m, s := w.middleware, w.scratch
	a := &s.response.Answer
	if m.config.Store == nil || s.request.HasSlots || !a.HasChanges || len(a.Propositions) == 0 {
		return
	}
	fates, now := s.fates(), m.config.Clock().UnixMilli()
	c := store.Change{
		Changes: abi.Changes{Visitor: a.Changes.Visitor, History: s.settled(a.Changes.History, fates, now)},
		Since:   store.Always, Time: now,
	}
	changed := len(c.Changes.History) > 0
	for _, p := range a.Changes.Persons {
		if p.History = s.settled(p.History, fates, now); len(p.History) > 0 {
			c.Changes.Persons = append(c.Changes.Persons, p)
			changed = true
		}
	}
	if changed {
		_ = m.write(context.WithoutCancel(w.request.Context()), s, &c, time.Now().Add(m.config.LookupWait)) // counted
	}
}

// fates are the statuses of the answer's propositions, now that the page is
// through.
func (s *scratch) fates() []catalog.Status {
	a := &s.response.Answer
	out := make([]catalog.Status, len(a.Propositions))
	var claimed [abi.MaxSlots]bool
	for i := range a.Propositions {
		p := &a.Propositions[i]
		out[i] = abi.Withdrawn
		if slot := s.slotOf(p, &claimed); slot >= 0 && s.fills[slot].HTML != nil && s.injector.Filled(slot) {
			out[i] = p.Shown
		}
	}
	return out
}

// slotOf is the slot that a proposition is in, or -1. Neither names the other: a
// slot that fell back on another space names the one that was asked.
func (s *scratch) slotOf(p *abi.Proposition, claimed *[abi.MaxSlots]bool) int {
	slots := s.response.Answer.Slots
	other := -1
	for i := range slots {
		a := &slots[i]
		if claimed[i] || a.Rank != p.Rank || !bytes.Equal(a.Offer, p.Offer) || !bytes.Equal(a.Environment, p.Environment) {
			continue
		}
		if bytes.Equal(a.Space, p.Space) {
			claimed[i] = true
			return i
		}
		if other < 0 {
			other = i
		}
	}
	if other >= 0 {
		claimed[other] = true
	}
	return other
}

// settled is what has become of the entries of a history that are propositions of
// this answer.
func (s *scratch) settled(h abi.History, fates []catalog.Status, now int64) abi.History {
	var out []abi.HistoryEntry
	list := s.response.Answer.Propositions
	var e abi.HistoryEntry
	for all := h.Iterate(); all.Next(&e); {
		for i := range list {
			if !bytes.Equal(e.ID, list[i].ID) || e.Status == fates[i] {
				continue
			}
			if e.First == 0 {
				e.First = e.Time
			}
			e.Status, e.Time = fates[i], now
			out = append(out, e)
			break
		}
	}
	if len(out) == 0 {
		return nil
	}
	return abi.AppendHistory(nil, out)
}

package call

import (
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// Answer writes a decision on one line, without its end: for anybody what goes into
// the slots, and nothing by which offers were weighed or people are known; for a
// trusted caller everything but the event lines, which are in our log, and must not
// come into another. The module has no trusted callers, and writes the parts.
func (w *Writer) Answer(a *abi.Answer) {
	w.Head(a)
	for i := range a.Slots {
		w.Slot(i, &a.Slots[i])
	}
	if w.Trusted {
		w.bool(`],"holdout":`, a.Holdout)
		w.rest(a)
	} else {
		w.Tail(a)
	}
}

// Head writes what stands before the slots.
func (w *Writer) Head(a *abi.Answer) {
	w.hex(`{"snapshot":`, a.Snapshot)
	w.hex(`,"interaction":`, a.Interaction)
	w.text(`,"slots":[`)
}

// Slot writes the answer for the slot at i.
func (w *Writer) Slot(i int, s *abi.SlotAnswer) {
	w.comma(i)
	w.member(`{"space":`, s.Space)
	w.int(`,"n":`, int64(s.N))
	w.member(`,"environment":`, s.Environment)
	if s.Mode == abi.Nobody {
		w.text(`,"mode":null`)
	} else {
		w.word(`,"mode":`, s.Mode.String())
	}
	w.member(`,"offer":`, s.Offer)
	if s.Offer != nil {
		w.offer(s)
	}
	w.bool(`,"fallback":`, s.Fallback)
	w.byte('}')
}

func (w *Writer) offer(s *abi.SlotAnswer) {
	if s.Rank != 0 {
		w.int(`,"rank":`, int64(s.Rank))
	}
	if w.Trusted && !s.Fallback {
		w.float(`,"weight":`, s.Weight)
	}
	w.value(`,"content":`, s.Content)
	if s.HTML != nil {
		w.member(`,"html":`, s.HTML)
	}
	if s.JSON != nil {
		w.text(`,"json":`)
		w.raw(s.JSON)
	}
	if s.Text != nil {
		w.member(`,"text":`, s.Text)
	}
	w.value(`,"links":`, s.Links)
}

// Tail writes what stands behind the slots.
func (w *Writer) Tail(a *abi.Answer) {
	w.bool(`],"holdout":`, a.Holdout)
	w.byte('}')
}

// rest writes what only a trusted caller sees.
func (w *Writer) rest(a *abi.Answer) {
	w.visitor(a)
	w.text(`,"propositions":[`)
	for i := range a.Propositions {
		w.comma(i)
		w.proposition(&a.Propositions[i])
	}
	w.strings(`],"set_cookies":[`, a.Cookies)
	w.byte('}')
}

func (w *Writer) visitor(a *abi.Answer) {
	if !a.HasVisitor {
		w.text(`,"visitor":null`)
		return
	}
	v := &a.Visitor
	w.hex(`,"visitor":{"id":`, v.ID)
	w.bool(`,"new":`, v.New)
	w.member(`,"folder":`, v.Folder)
	if len(v.Attributes) == 0 {
		w.text(`,"attributes":{}`)
	} else {
		w.value(`,"attributes":`, v.Attributes)
	}
	w.byte('}')
}

func (w *Writer) proposition(p *abi.Proposition) {
	w.hex(`{"id":`, p.ID)
	w.member(`,"offer":`, p.Offer)
	w.member(`,"space":`, p.Space)
	w.member(`,"environment":`, p.Environment)
	w.member(`,"channel":`, p.Channel)
	w.strings(`,"categories":[`, p.Categories)
	w.word(`,"storage":`, p.Storage.String())
	w.text(`,"target":`)
	w.string(p.Target)
	w.int(`,"rank":`, int64(p.Rank))
	w.float(`,"weight":`, p.Weight)
	w.word(`,"status":`, p.Status.String())
	w.text(`,"time":"`)
	w.Bytes = wire.AppendInstant(w.Bytes, p.Time)
	w.word(`","mode":`, p.Mode.String())
	w.bool(`,"fallback":`, p.Fallback)
	w.byte('}')
}

// strings writes what stands before a list of strings, it, and its end.
func (w *Writer) strings(before string, list [][]byte) {
	w.text(before)
	for i := range list {
		w.comma(i)
		w.string(list[i])
	}
	w.byte(']')
}

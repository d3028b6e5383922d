package abi

import "github.com/profferhq/proffer/catalog/wire"

// SlotWriter appends answers for slots. Those for slots of one space begin alike
// but for the ordinal, and that is copied: it is half the time of an answer.
type SlotWriter struct {
	head    []byte // what the last answer begins with, up to the offer
	ordinal int    // where in it
}

// noOffer is what follows the head where there is no offer: no code, rank, weight,
// fallback, HTML, content, links, JSON or text.
const noOffer = "\xc0\x00\xcb\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xc0\xc0\xc0\xc0\xc0"

// Append appends the answer for one slot. The caller may say that space,
// environment and mode are the same as those of the answer before; then both
// ordinals must be within MaxN.
func (w *SlotWriter) Append(dst []byte, s *SlotAnswer, same bool) []byte {
	if same {
		at := len(dst) + w.ordinal
		dst = append(dst, w.head...)
		dst[at] = byte(s.N)
	} else {
		dst = w.begin(dst, s)
	}
	if s.Offer == nil {
		return append(dst, noOffer...)
	}
	dst = wire.AppendStrBytes(dst, s.Offer)
	dst = wire.AppendUint(dst, uint64(s.Rank))
	dst = wire.AppendFloat(dst, s.Weight)
	dst = wire.AppendBool(dst, s.Fallback)
	dst = appendStrOrNil(dst, s.HTML)
	dst = appendEncoded(dst, s.Content)
	dst = appendEncoded(dst, s.Links)
	dst = appendStrOrNil(dst, s.JSON)
	return appendStrOrNil(dst, s.Text)
}

func (w *SlotWriter) begin(dst []byte, s *SlotAnswer) []byte {
	start := len(dst)
	dst = wire.AppendArray(dst, 13)
	dst = wire.AppendStrBytes(dst, s.Space)
	w.ordinal = len(dst) - start
	dst = wire.AppendUint(dst, uint64(s.N))
	dst = appendStrOrNil(dst, s.Environment)
	dst = wire.AppendUint(dst, uint64(s.Mode))
	w.head = dst[start:len(dst):len(dst)]
	return dst
}

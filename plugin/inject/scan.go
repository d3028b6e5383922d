package inject

// Place is where a body holds a slot: its content is body[From:To].
type Place struct {
	Slot
	From, To int
}

// Scan finds the slots of a whole body, or of as much of it as has been read.
// It returns those it found in the array of dst, from its start whatever dst
// holds: distinct, in document order, as many as there is room, at most 64. Their
// Space aliases body. A slot is among them if and only if Write, given the same
// bytes and a fill for it, writes that fill, whatever other fills there are.
func Scan(dst []Slot, body []byte) []Slot {
	var places [maxFills]Place
	dst = dst[:min(cap(dst), maxFills)]
	found := Find(places[:0:len(dst)], body)
	for i := range found {
		dst[i] = found[i].Slot
	}
	return dst[:len(found)]
}

// Find is Scan with the place of each slot, which Splice takes.
func Find(dst []Place, body []byte) []Place {
	dst = dst[:min(cap(dst), maxFills)]
	if len(dst) == 0 || !hinted(body) {
		return dst[:0]
	}
	var names [maxFills]Slot // every slot the body has shown, certain or not
	var s scanner
	n, known, fresh := 0, 0, false
	for i := 0; i < len(body) && n < len(dst); {
		at, e := s.next(body, i)
		i = at
		switch e {
		case opened:
			slot := s.slotIn(body)
			if fresh = !among(names[:known], slot); !fresh {
				continue
			}
			if known == len(names) {
				return dst[:n]
			}
			names[known] = slot
			known++
		case closed:
			if fresh {
				dst[n] = Place{names[known-1], s.extent.start, s.tagAt}
				n++
			}
		}
	}
	return dst[:n]
}

// slotIn returns the slot just opened, its name aliasing body.
func (s *scanner) slotIn(body []byte) Slot {
	slot, _ := ParseSlot(body[s.value.at : s.value.at+s.value.n])
	return slot
}

func among(slots []Slot, s Slot) bool {
	for _, t := range slots {
		if t.Same(s) {
			return true
		}
	}
	return false
}

// Splice appends to dst the whole body with the fills of the last Reset written
// into the places that Find found in it. The result is that of Rewrite without
// reading the body again.
func (in *Injector) Splice(dst, body []byte, places []Place) []byte {
	from := 0
	for _, p := range places {
		i := in.lookup(p.Slot)
		if i < 0 || in.wanted>>i&1 == 0 {
			continue
		}
		dst = append(dst, body[from:p.From]...)
		dst = append(dst, in.fills[i].HTML...)
		from = p.To
		in.filled |= 1 << i
	}
	return append(dst, body[from:]...)
}

package inject

// maxFills is how many slots one call may name.
const maxFills = 64

// Fill is what to write into a slot. HTML nil means that the slot is known and
// keeps the page's own content; empty HTML that is not nil empties the slot.
type Fill struct {
	Slot
	HTML []byte
}

// Injector writes fills into the slots of one HTML body after another. The zero
// value passes every body unchanged until Reset gives it fills. It must not be
// used by two goroutines at once, nor copied after first use. Once its buffer
// has grown to what the pages need it allocates nothing.
type Injector struct {
	scanner scanner
	fills   []Fill
	seen    uint64 // fills whose slot the body has shown
	filled  uint64 // fills that were written
	wanted  uint64 // fills that have content
	holding bool   // a slot is open whose content is to be replaced
	current int    // by this fill
	held    []byte // that content, as far as earlier chunks brought it
}

// Reset begins a new body. fills, of which the first 64 count, are read until
// Close and must not change before. Of two fills for one slot the first counts.
func (in *Injector) Reset(fills []Fill) {
	in.scanner.reset()
	in.fills = fills[:min(len(fills), maxFills)]
	in.seen, in.filled, in.wanted = 0, 0, 0
	in.holding = false
	in.held = in.held[:0]
	for i, f := range in.fills {
		if f.HTML != nil {
			in.wanted |= 1 << i
		}
	}
}

// Write reads the next bytes of the body and appends to dst what can go out:
// all but the content of a slot that is being replaced, which is kept back, at
// most MaxHeld bytes, until the slot's end is certain. dst and chunk must not
// overlap.
func (in *Injector) Write(dst, chunk []byte) []byte {
	s := &in.scanner
	i, from := 0, 0
	for i < len(chunk) && in.busy() {
		n, e := s.next(chunk, i)
		i = n
		switch e {
		case opened:
			if in.choose() {
				dst = append(dst, chunk[from:i]...)
				from = i
			}
		case closed:
			if in.holding {
				dst, from = in.fill(dst, from)
			}
		case lost:
			dst = in.release(dst)
		}
	}
	s.base += len(chunk)
	if in.holding {
		in.held = append(in.held, chunk[from:]...)
		return dst
	}
	return append(dst, chunk[from:]...)
}

// Held is what is kept back, until the next call.
func (in *Injector) Held() []byte {
	if !in.holding {
		return nil
	}
	return in.held
}

// Close ends the body and appends to dst what was kept back.
func (in *Injector) Close(dst []byte) []byte {
	in.scanner.state = inert
	in.scanner.extent.open = false
	return in.release(dst)
}

// Filled reports whether fill i was written into the body.
func (in *Injector) Filled(i int) bool {
	return i >= 0 && i < maxFills && in.filled>>i&1 != 0
}

// Rewrite appends to dst the whole body with the fills written into it, like
// Write and Close after the same Reset. A body that cannot hold a slot costs no
// more than a search and a copy.
func (in *Injector) Rewrite(dst, body []byte) []byte {
	if in.busy() && !hinted(body) {
		in.scanner.state = inert
	}
	return in.Close(in.Write(dst, body))
}

// Idle reports that Write would give back every chunk as it is from here on, so
// that a caller need not call it.
func (in *Injector) Idle() bool { return !in.busy() }

// busy reports that a fill may still be written.
func (in *Injector) busy() bool {
	return in.holding || in.wanted&^in.seen != 0 && in.scanner.state != inert
}

// choose notes that the body shows the slot just opened and reports whether its
// content is to be replaced.
func (in *Injector) choose() bool {
	slot, _ := in.scanner.slot()
	i := in.lookup(slot)
	if i < 0 {
		return false
	}
	bit := uint64(1) << i
	in.current, in.holding = i, in.wanted&^in.seen&bit != 0
	in.seen |= bit
	return in.holding
}

// lookup returns the first fill for slot, or -1.
func (in *Injector) lookup(slot Slot) int {
	for i := range in.fills {
		if in.fills[i].Same(slot) {
			return i
		}
	}
	return -1
}

// fill writes the current fill in place of what is kept back and returns where
// in the chunk the bytes go on that are not yet in dst; so far that is from.
func (in *Injector) fill(dst []byte, from int) ([]byte, int) {
	s := &in.scanner
	dst = append(dst, in.fills[in.current].HTML...)
	if s.tagAt >= s.base {
		from = s.tagAt - s.base
	} else {
		dst = append(dst, in.held[s.tagAt-s.extent.start:]...)
	}
	in.filled |= 1 << in.current
	in.holding = false
	in.held = in.held[:0]
	return dst, from
}

// release writes what is kept back as it came.
func (in *Injector) release(dst []byte) []byte {
	dst = append(dst, in.held...)
	in.holding = false
	in.held = in.held[:0]
	return dst
}

package visitor

// Find is what the histories of the visitor cookie hold of an event's
// proposition, or nil. h is scratch, in which it lies.
func (s *State) Find(h *History, e *Event) *Entry {
	for i := range s.Sections[:s.N] {
		for it := s.Sections[i].Histories(); it.Next(); {
			if !it.Read(h) {
				continue
			}
			if at := h.match(e); at >= 0 {
				return &h.Entries[at]
			}
		}
	}
	return nil
}

// Holds reports whether the histories of the visitor cookie have taken an event
// in. h is scratch.
func (s *State) Holds(h *History, e *Event) bool {
	f := s.Find(h, e)
	return f != nil && f.knows(e)
}

// Find is what the second cookie holds of a proposition, or nil.
func (v *Events) Find(id *[8]byte) *Event {
	for i := range v.All() {
		if v.List[i].ID == *id {
			return &v.List[i]
		}
	}
	return nil
}

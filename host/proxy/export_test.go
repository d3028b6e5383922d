package proxy

// Bound lets so many look-ups and writings be under way at once.
func (m *Middleware) Bound(n int) {
	m.lookups.room, m.writings.room = make(chan struct{}, n), make(chan struct{}, n)
}

// NoteMemory takes note of how much of the limit is used.
func (m *Middleware) NoteMemory(used float64, collect func()) { m.noteMemory(used, collect) }

// MemoryUsed is the share of GOMEMLIMIT that is used.
func MemoryUsed() float64 { return newMemory().used() }

package proxy

// Bound lets so many look-ups and writings be under way at once.
func (m *Middleware) Bound(n int) {
	m.lookups.room, m.writings.room = make(chan struct{}, n), make(chan struct{}, n)
}

//go:build !wasm && !proffer_own_sha256

package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// macEngine keeps the standard library's HMAC objects of one key: each holds
// both chaining values after its first use, and none is made per message.
type macEngine struct {
	idle *sync.Pool
}

func newMACEngine(key []byte) macEngine {
	key = append([]byte(nil), key...)
	return macEngine{&sync.Pool{New: func() any {
		return &stdState{hash: hmac.New(sha256.New, key)}
	}}}
}

// stdState is an HMAC object and the buffer through which bytes reach it: what
// is handed to an interface would be moved to the heap.
type stdState struct {
	hash hash.Hash
	n    int
	buf  [512]byte
}

type hashEngine struct {
	state *stdState
	idle  *sync.Pool
}

func (m *macEngine) begin() hashEngine {
	state := m.idle.Get().(*stdState)
	state.hash.Reset()
	state.n = 0
	return hashEngine{state, m.idle}
}

func (h *hashEngine) write(b []byte) {
	s := h.state
	for {
		n := copy(s.buf[s.n:], b)
		s.n += n
		if s.n < len(s.buf) {
			return
		}
		s.flush()
		b = b[n:]
	}
}

func (h *hashEngine) writeString(text string) {
	s := h.state
	for {
		n := copy(s.buf[s.n:], text)
		s.n += n
		if s.n < len(s.buf) {
			return
		}
		s.flush()
		text = text[n:]
	}
}

func (s *stdState) flush() {
	s.hash.Write(s.buf[:s.n])
	s.n = 0
}

// end gives the object back, so that h is spent: a second end panics.
func (h *hashEngine) end() (out [digestSize]byte) {
	s := h.state
	s.flush()
	copy(out[:], s.hash.Sum(s.buf[:0]))
	h.state = nil
	h.idle.Put(s)
	return out
}

func sum256(data []byte) [digestSize]byte { return sha256.Sum256(data) }

package proxy

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/call"
	"github.com/profferhq/proffer/plugin/edge"
	"github.com/profferhq/proffer/plugin/inject"
)

// scratch is the memory of one page. It goes from page to page, but never from
// a page on which something panicked.
type scratch struct {
	body []byte // held back
	out  []byte // what is sent in its place
	text []byte // strings of the request

	came []byte // held back, in the origin's coding
	sent piece  // what is sent, in the visitor's

	message  []byte // to the engine
	answer   []byte // from it
	request  abi.Request
	response abi.Response
	random   random
	call     call.Reader

	need  []byte // the module's message, of what was looked up
	since uint64 // where in the order of the store's changes it was read
	known bool   // the store has a row of the visitor
	lent  bool   // answer and response are read by a store that is not waited for

	places   [abi.MaxSlots]inject.Place
	fills    []inject.Fill // alias answer
	injector inject.Injector
	json     edge.Places
}

// maxScratch is the most memory of one of the large buffers that is kept for
// another page, in bytes: a full read-ahead, and its offers.
const maxScratch = 512 << 10

// scratches hands them out. Each middleware has its own, for the randomness in
// them is from its source.
type scratches struct{ pool sync.Pool }

func (p *scratches) take() *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return new(scratch)
}

// give takes s back for the next page, without what belongs to others.
func (p *scratches) give(s *scratch) {
	clear(s.places[:])
	clear(s.request.Slots)
	clear(s.request.Headers)
	s.request.Body = nil
	s.request.Record = abi.Record{}
	s.call = call.Reader{} // its memory is that of the longest call
	if s.lent {
		s.answer, s.response, s.lent = nil, abi.Response{}, false
	}
	clear(s.fills)
	s.json.Clear()
	if cap(s.body) > maxScratch {
		s.body = nil
	}
	if cap(s.out) > maxScratch {
		s.out = nil
	}
	if cap(s.came) > maxScratch {
		s.came = nil
	}
	if cap(s.sent) > maxScratch {
		s.sent = nil
	}
	s.body, s.came = s.body[:0], s.came[:0]
	s.injector.Reset(nil)
	p.pool.Put(s)
}

// keep copies a string into memory that lasts as long as the request.
func (s *scratch) keep(text string) []byte {
	start := len(s.text)
	s.text = append(s.text, text...)
	return s.text[start:len(s.text):len(s.text)]
}

// random hands out randomness of a source that is read in blocks: a page needs
// 40 bytes.
type random struct {
	block [1024]byte
	left  []byte
}

func (r *random) draw(source io.Reader, n int) ([]byte, error) {
	if len(r.left) < n {
		if _, err := io.ReadFull(source, r.block[:]); err != nil {
			r.left = nil
			return nil, fmt.Errorf("randomness: %w", err)
		}
		r.left = r.block[:]
	}
	b := r.left[:n:n]
	r.left = r.left[n:]
	return b, nil
}

// seed draws a seed and the entropy of a request.
func (r *random) seed(source io.Reader) (seed uint64, entropy []byte, err error) {
	b, err := r.draw(source, 8+abi.EntropySize)
	if err != nil {
		return 0, nil, err
	}
	return binary.LittleEndian.Uint64(b), b[8:], nil
}

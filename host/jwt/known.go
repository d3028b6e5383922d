package jwt

import (
	"crypto/sha256"
	"encoding/binary"
	"sync/atomic"
)

// places is how many tokens that have verified are remembered: 2,048 people
// who look at pages at once. A place has a pointer, and up to some 400 bytes
// behind it. RATIONALE.md has the figures.
const places = 2048

// known remembers tokens that have verified, by their SHA-256; the token itself
// is not kept. A hash has one place, and the last to come has it. What has not
// verified is not remembered, so nobody without a key fills it.
type known struct {
	places [places]atomic.Pointer[entry]
}

// entry is one token, which never changes. It counts under the keys with which
// it was verified, so that new ones make it unknown.
type entry struct {
	sum         [sha256.Size]byte
	keys        *keys
	person      string
	from, until int64 // Unix seconds; the second is the first at which it does not count
}

func (k *known) place(sum *[sha256.Size]byte) *atomic.Pointer[entry] {
	return &k.places[binary.LittleEndian.Uint64(sum[:])%places]
}

// find gives the person of a token that has verified and still counts.
func (k *known) find(sum *[sha256.Size]byte, under *keys, now int64) (person string, ok bool) {
	e := k.place(sum).Load()
	if e == nil || e.keys != under || e.sum != *sum || now < e.from || now >= e.until {
		return "", false
	}
	return e.person, true
}

func (k *known) add(e *entry) { k.place(&e.sum).Store(e) }

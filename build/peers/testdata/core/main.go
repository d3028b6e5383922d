//go:build wasip1

// Command core is a Go guest that has plugin/decide and nothing else: numbers
// in, offers out, no messages.
package main

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/decide"
)

func main() {}

var (
	bytes  []byte
	view   snapshot.View
	engine *decide.Engine
	calls  []decide.Call // one for each visitor
	slots  []abi.Slot
	spaces []uint32
)

// put hands over the next eight bytes of the snapshot.
//
//go:wasmexport put
func put(word uint64) { bytes = binary.LittleEndian.AppendUint64(bytes, word) }

// open takes the first n bytes that were put as a snapshot, of which the calls
// ask for so many ordinals of the space named "all", and makes room for
// visitors. It answers 0 if it cannot.
//
//go:wasmexport open
func open(n, ordinals, visitors int32) int32 {
	var err error
	if view, err = snapshot.Open(bytes[:n]); err != nil {
		return 0
	}
	engine = decide.New(&view)
	for i := range ordinals {
		slots = append(slots, abi.Slot{Space: []byte("all"), N: int(i) + 1})
	}
	space := decide.FindSpace(&view, nil, &slots[0])
	for range slots {
		spaces = append(spaces, space)
	}
	calls = make([]decide.Call, visitors)
	for i := range calls {
		calls[i] = decide.Call{Slots: slots, Spaces: spaces, Attributes: []abi.Attribute{
			{Name: []byte("country"), Value: make([]byte, 0, 8)},
			{Name: []byte("member"), Value: make([]byte, 0, 8)},
			{Name: []byte("basket"), Value: make([]byte, 0, 16)},
		}}
	}
	return 1
}

// visitor sets the fields of a visitor; country is two letters, the first in
// the low byte.
//
//go:wasmexport visitor
func visitor(i, country, member int32, basket, now int64) {
	c := &calls[i]
	c.Time = now
	a, letters := c.Attributes, [2]byte{byte(country), byte(country >> 8)}
	a[0].Value = wire.AppendStrBytes(a[0].Value[:0], letters[:])
	a[1].Value = wire.AppendBool(a[1].Value[:0], member != 0)
	a[2].Value = wire.AppendInt(a[2].Value[:0], basket)
}

// decideFor finds all offers of a visitor, and says how many these are.
//
//go:wasmexport decide
func decideFor(i int32) (n int32) {
	engine.Resolve(&calls[i])
	engine.Decide()
	results := engine.Results()
	for k := range results {
		if results[k].Offer != snapshot.None {
			n++
		}
	}
	return n
}

// found is the offer at a place of the last visitor's ranking, by its number in
// the snapshot.
//
//go:wasmexport found
func found(k int32) int32 { return int32(engine.Results()[k].Offer) }

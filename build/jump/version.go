package jump

import (
	"bytes"
	"fmt"
	"strings"
)

// What is taken for granted here is how one version of Go writes functions, moves
// stacks and lays out its tables. Another may do the same, and one would not see it
// in a module that it does not.

// known is the version of Go that is known here.
const known = "go1.26"

const (
	sectionCustom = 0
	producers     = "producers"
	byGo          = "Go cmd/compile"
)

// compiled panics where another Go has compiled a module. One that says nothing is
// not taken for Go's.
func compiled(wasm []byte) {
	r := reader{b: wasm, at: headSize}
	for r.at < len(r.b) {
		id := r.byte()
		s := &reader{b: r.take(r.leb())}
		if id != sectionCustom || string(s.take(s.leb())) != producers {
			continue
		}
		_, version, ok := bytes.Cut(s.b[s.at:], []byte(byGo))
		if !ok {
			return
		}
		v := &reader{b: version}
		if got := string(v.take(v.leb())); got != known && !strings.HasPrefix(got, known+".") {
			panic(fmt.Sprintf("%s has compiled it, and %s alone is known here: set GOTOOLCHAIN to one of its versions", got, known))
		}
		return
	}
}

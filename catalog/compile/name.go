package compile

import (
	"slices"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// names collects every identifier of a catalog; ids follow the order of bytes.
type names struct {
	ids map[string]uint32
	all []string
}

func (n *names) add(s string) {
	if _, ok := n.ids[s]; !ok {
		n.ids[s] = 0
		n.all = append(n.all, s)
	}
}

// seal fixes the ids. Nothing can be added afterwards.
func (n *names) seal() {
	slices.Sort(n.all)
	for i, s := range n.all {
		n.ids[s] = uint32(i)
	}
}

// id is the number of a name that was added; the empty string is nothing.
func (n *names) id(s string) uint32 {
	if s == "" {
		return snapshot.None
	}
	id, ok := n.ids[s]
	if !ok {
		panic("compile: name was not collected: " + s)
	}
	return id
}

package caddy

import (
	"slices"
	"strings"
	"sync"
)

// present is all that runs. The pool knows it, too, but while it starts one, for which
// a module may have to be compiled, it lets nobody look.
var present crowd

// crowd is a list of what runs.
type crowd struct {
	mu  sync.Mutex
	all []*running
}

func (c *crowd) add(r *running) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, r)
}

func (c *crowd) remove(r *running) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = slices.DeleteFunc(c.all, func(one *running) bool { return one == r })
}

// sorted is all of it, always in the same order.
func (c *crowd) sorted() []*running {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(slices.Values(c.all), func(a, b *running) int { return strings.Compare(a.id(), b.id()) })
}

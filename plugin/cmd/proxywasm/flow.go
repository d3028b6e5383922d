//go:build wasip1

package main

import "github.com/profferhq/proffer/plugin/edge"

// flow is a request that is ours to answer, or a page that is being decided.
type flow struct {
	edge.Stream
	id     uint32
	plugin *plugin
	state  state
	call   uint32 // for the record, while asked
	asked  bool
	ticks  int  // since the page waits for it
	paused bool // the body's first part has come meanwhile,
	ended  bool // and it was the last
}

type state uint8

const (
	answering  state = iota // the request's body is awaited, for a reply
	requesting              // the origin is asked for a page
	waiting                 // its head is here, the record is not
	writing                 // offers are written into its body
)

// newFlow is a flow for a context, nil if there are too many.
func newFlow(id uint32, p *plugin) *flow {
	if old := flows[id]; old != nil {
		old.close()
	}
	if len(flows) >= maxFlows {
		return nil
	}
	f := &flow{}
	if n := len(idle); n > 0 {
		f, idle = idle[n-1], idle[:n-1]
	}
	f.id, f.plugin, f.state = id, p, answering
	f.asked, f.ticks, f.paused, f.ended = false, 0, false, false
	flows[id] = f
	return f
}

// close ends a flow; its memory is for the next one.
func (f *flow) close() {
	delete(flows, f.id)
	if f.state == waiting {
		f.plugin.waiting--
		f.state = writing
	}
	f.Close()
	if len(idle) < maxIdle {
		idle = append(idle, f)
	}
}

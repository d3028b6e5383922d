//go:build wasip1

// Command proxywasm is proffer-proxy-wasm.wasm: the Proxy-Wasm ABI 0.2.1 over
// plugin/edge, for Envoy and its relatives. Build it with -buildmode=c-shared. See
// plugin/ABI.md, "proxy-wasm".
package main

import "github.com/profferhq/proffer/plugin/edge"

func main() {}

// Bounds of what the host may have open in one instance: what is beyond them passes
// untouched. Contexts are connections' streams, 64 bytes each; a flow is a page
// that is being decided, and keeps its head and offers.
const (
	maxPlugins  = 64
	maxContexts = 1 << 15
	maxFlows    = 1024
	maxIdle     = 16
)

// plugin is one configuration; a host may run several in one instance.
type plugin struct {
	id      uint32
	edge    *edge.Edge // nil: every page passes
	config  edge.Config
	next    int64 // when to ask for a snapshot, milliseconds
	asked   bool  // for one, by
	call    uint32
	waiting int // pages that wait for their records
}

// The keys are the host's, which counts contexts and calls.
var (
	plugins  = map[uint32]*plugin{}
	contexts = map[uint32]*plugin{}
	flows    = map[uint32]*flow{}
	idle     []*flow
)

//go:wasmexport proxy_abi_version_0_2_1
func version() {}

//go:wasmexport proxy_on_vm_start
func onVMStart(_, _ uint32) uint32 { return 1 }

//go:wasmexport proxy_on_context_create
func onContextCreate(id, parent uint32) {
	if parent == 0 {
		if len(plugins) < maxPlugins {
			plugins[id] = &plugin{id: id}
		}
		return
	}
	if p := plugins[parent]; p != nil && len(contexts) < maxContexts {
		contexts[id] = p
	}
}

// onConfigure takes a configuration. One that is broken is logged, and the one
// before it stays: a host that is told so would refuse requests.
//
//go:wasmexport proxy_on_configure
func onConfigure(id, size uint32) (ok uint32) {
	ok = 1
	defer func() { _ = recover() }()
	p := plugins[id]
	if p == nil {
		return ok
	}
	b := buffer(bufferConfiguration, 0, size)
	takeLanding()
	c, err := edge.ParseConfig(b)
	if err != nil {
		warn(err.Error())
		return ok
	}
	e, err := edge.Start(c)
	if err != nil {
		warn(err.Error())
		return ok
	}
	p.edge, p.config, p.next, p.asked = e, c, 0, false
	p.setTimer()
	return ok
}

//go:wasmexport proxy_on_done
func onDone(_ uint32) uint32 { return 1 }

//go:wasmexport proxy_on_log
func onLog(id uint32) { forget(id) }

//go:wasmexport proxy_on_delete
func onDelete(id uint32) {
	forget(id)
	delete(contexts, id)
	delete(plugins, id)
}

// rescue ends a call of the host that panicked: what it was about goes on as it is,
// and the memory of that is not used again.
func rescue(id uint32) {
	if recover() == nil {
		return
	}
	if f := flows[id]; f != nil {
		delete(flows, id)
		if f.state == waiting {
			f.plugin.waiting--
		}
	}
}

// forget gives up what a context still has: nobody waits for it any more.
func forget(id uint32) {
	defer rescue(id)
	if f := flows[id]; f != nil {
		f.close()
	}
}

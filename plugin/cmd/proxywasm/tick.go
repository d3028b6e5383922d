//go:build wasip1

package main

import (
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/edge"
)

// setTimer sets the plugin's timer to what it has to wait for next.
func (p *plugin) setTimer() {
	period := uint32(0)
	switch {
	case p.waiting > 0:
		period = waitTick
	case p.config.Fetch.Cluster == nil:
	case p.next == 0:
		period = firstFetch // calls are refused while the host starts
	default:
		period = uint32(p.config.Fetch.Every)
	}
	proxySetTickPeriodMilliseconds(period)
}

//go:wasmexport proxy_on_tick
func onTick(id uint32) {
	defer func() { _ = recover() }()
	p := plugins[id]
	if p == nil || p.edge == nil {
		return
	}
	for _, f := range flows {
		if f.plugin != p || f.state != waiting {
			continue
		}
		if f.ticks++; f.ticks >= maxTicks {
			f.resume() // without a record
		}
	}
	if now := clock() / 1e6; p.config.Fetch.Cluster != nil && now >= p.next {
		p.next = now + p.config.Fetch.Every
		p.look(now)
		p.setTimer()
	}
}

// key names what instances share of a snapshot.
func (p *plugin) key(what string) []byte {
	c := &p.config.Fetch
	k := append([]byte("proffer."+what+" "), c.Cluster...)
	return append(append(append(append(k, ' '), c.Authority...), ' '), c.Path...)
}

// look takes over the snapshot that another instance has fetched, or asks for one
// if that is due.
func (p *plugin) look(now int64) {
	value, cas := shared(p.key("mark"))
	mark := edge.ParseMark(append([]byte(nil), value...))
	if mark.Other(p.edge.Hash()) {
		if b, _ := shared(p.key("snapshot")); b != nil {
			takeLanding()
			p.swap(b)
		}
	}
	if p.asked || !mark.Due(now, p.config.Fetch.Every) {
		return
	}
	mark.Asked = now
	if share(p.key("mark"), mark.Append(nil), cas) {
		p.asked = request(&p.config.Fetch, &p.call, fetchTimeout, nil)
	}
}

// take takes what was fetched, for itself and the others.
func (p *plugin) take(ok bool, size uint32) {
	if !ok || size > abi.MaxBuffer {
		warn("snapshot_from: no answer, or another status than 200; the snapshot before it stays")
		return
	}
	b := buffer(bufferCallBody, 0, size)
	if p.edge.Has(b) {
		return
	}
	takeLanding()
	if !p.swap(b) {
		return
	}
	_, cas := shared(p.key("snapshot"))
	if !share(p.key("snapshot"), b, cas) {
		return // another instance was faster
	}
	_, cas = shared(p.key("mark"))
	share(p.key("mark"), edge.Mark{Asked: clock() / 1e6, Hash: p.edge.Hash()}.Append(nil), cas)
}

func (p *plugin) swap(b []byte) bool {
	if err := p.edge.Swap(b); err != nil {
		warn("snapshot_from: " + err.Error() + "; the snapshot before it stays")
		return false
	}
	return true
}

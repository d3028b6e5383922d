package compile

import "github.com/profferhq/proffer/catalog/snapshot"

// sent takes the query parameters and headers that the expressions read.
func (l *linker) sent() {
	l.out.sent = l.parameters.All()
	for _, p := range l.out.sent {
		l.name(p.Name)
	}
}

func (e *emitter) sent(l *linked) {
	for _, p := range l.sent {
		r := e.sec(snapshot.SecParameters).record()
		r.u32(0, e.names.id(p.Name))
		r.u8(4, p.Kind)
	}
}

package host

import (
	"bytes"
	"context"
	"fmt"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// Explain answers a request to explain, which names the pinned snapshot. It is
// for people who look at single decisions: it takes milliseconds and memory, and
// one question at a time.
//
// The decision is the module's, by an instance of its own, which is closed
// afterwards: the instances of the pool, and what counts their failures, are left
// alone. The module has no room for reasons, so a guest in this process, the same
// code, decides once more and gives the trace; where it does not answer byte for
// byte what the module answers, as another version of the module may, that is an
// error.
func (l Lease) Explain(_ context.Context, request []byte) ([]byte, error) {
	if len(request) > abi.MaxRequest {
		return nil, fmt.Errorf("host: explain: request of %d bytes, over the limit of %d", len(request), abi.MaxRequest)
	}
	var r abi.Request
	if status, text := r.Decode(request); status != abi.StatusOK {
		return nil, fmt.Errorf("host: explain: %s: %s", status, text)
	}
	l.g.host.explaining.Lock()
	defer l.g.host.explaining.Unlock()
	explained, err := l.explain(request)
	if err != nil {
		return nil, fmt.Errorf("host: explain: %w", err)
	}
	r.Kind = abi.KindPage
	decided, err := l.decide(abi.AppendRequest(nil, &r))
	if err != nil {
		return nil, fmt.Errorf("host: explain: %w", err)
	}
	if !SameButTrace(decided, explained) {
		return nil, fmt.Errorf("host: explain: the module answers otherwise than this version (%d bytes, %d with reasons)", len(decided), len(explained))
	}
	return explained, nil
}

// decide answers a request by an instance of its own.
func (l Lease) decide(request []byte) ([]byte, error) {
	in, err := l.g.host.prepare(l.g.snapshot.Settings, l.g.image)
	if err != nil {
		return nil, err
	}
	out, err := in.answer(nil, request)
	if err != nil {
		return nil, in.abandon(err)
	}
	in.close()
	return out, nil
}

func (l Lease) explain(request []byte) ([]byte, error) {
	g := guest.New()
	if settings := l.g.snapshot.Settings; settings != nil {
		if status, text := g.Configure(settings); status != abi.StatusOK {
			return nil, fmt.Errorf("%s: %s", status, text)
		}
	}
	if status, text := g.Load(l.Snapshot().Bytes); status != abi.StatusOK {
		return nil, fmt.Errorf("%s: %s", status, text)
	}
	out := g.Explain(nil, request)
	if status, ok := statusOf(out); !ok || !status.Healthy() {
		return nil, fmt.Errorf("status %d (%v): %s", status, status, textOf(out))
	}
	return out, nil
}

// SameButTrace reports whether a response to a request to explain is the one to
// the same request for a page, but for the trace.
func SameButTrace(page, explained []byte) bool {
	if bytes.Equal(page, explained) {
		return true
	}
	out, err := abi.DecodeResponse(explained)
	if err != nil || out.Status != abi.StatusOK {
		return false
	}
	out.Answer.Trace = nil
	return bytes.Equal(page, abi.AppendAnswer(nil, &out.Answer))
}

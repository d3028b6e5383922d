package callcase

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// reference is host/proxy in this process.
func reference(t *testing.T, snapshot []byte, c proxy.Config) Edge {
	t.Helper()
	engine, err := native.New(pagecase.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Swap(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	c.Engine, c.Events = engine, log
	m, err := proxy.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(m.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the origin is asked for %s", r.URL) })))
	t.Cleanup(s.Close)
	return Edge{func(request string) pagecase.Response { return pagecase.Send(t, s.Listener.Addr().String(), request) }, log.take}
}

type journal struct {
	mu    sync.Mutex
	lines []string
}

// Put implements proxy.Events.
func (l *journal) Put(lines [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range lines {
		l.lines = append(l.lines, string(line))
	}
}

// Commit implements proxy.Events.
func (l *journal) Commit(_ context.Context, lines [][]byte) error {
	l.Put(lines)
	return nil
}

func (l *journal) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

package proxy_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// told keeps what a recorder is told.
type told struct {
	mu                 sync.Mutex
	requests, response [][]byte
	keep               []bool
}

func (r *told) Record(_ *host.Snapshot, request, response []byte, a *abi.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, slices.Clone(request))
	r.response = append(r.response, slices.Clone(response))
	r.keep = append(r.keep, a.Keep)
}

// TestRecorder holds that the recorder is told of the last question of each
// page and of its answer, byte for byte; and that nothing about a HEAD may be
// kept.
func TestRecorder(t *testing.T) {
	var seen told
	var mu sync.Mutex
	var requests, responses [][]byte
	e := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		b, err := inner.Handle(ctx, dst, request)
		mu.Lock()
		defer mu.Unlock()
		requests, responses = append(requests, slices.Clone(request)), append(responses, slices.Clone(b))
		return b, err
	})
	m := middleware(t, proxy.Config{Engine: e, Recorder: &seen})
	url := reverse(t, m, serve(t, page(slotted)))
	cookie, _, _ := strings.Cut(ask(t, url, "GET", "/listed").header.Get("Set-Cookie"), ";")
	ask(t, url, "GET", "/any")
	ask(t, url, "GET", "/any", "Host: "+members, "Cookie: "+cookie) // needs a record first
	ask(t, url, "HEAD", "/listed")
	mu.Lock()
	defer mu.Unlock()
	if want := []bool{true, true, true, false}; !slices.Equal(seen.keep, want) || len(requests) != 5 {
		t.Fatalf("told of %v, want %v; %d calls", seen.keep, want, len(requests))
	}
	for i, call := range []int{0, 1, 3, 4} {
		if !bytes.Equal(seen.requests[i], requests[call]) || !bytes.Equal(seen.response[i], responses[call]) {
			t.Errorf("decision %d: told of another request or response", i)
		}
	}
}

// TestRecorderPanics holds that a recorder harms no page.
func TestRecorderPanics(t *testing.T) {
	m := middleware(t, proxy.Config{Recorder: panicking{}})
	url := serve(t, m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, slotted)
	})))
	if a := ask(t, url, "GET", "/listed"); a.body != slotted || a.status != http.StatusOK {
		t.Errorf("got %v", a)
	}
}

type panicking struct{}

func (panicking) Record(*host.Snapshot, []byte, []byte, *abi.Answer) { panic("as asked") }

// TestRecorderAfterAConflict holds that a page which was decided twice is recorded
// once, as it was shown: with what the store had the second time.
func TestRecorderAfterAConflict(t *testing.T) {
	var seen told
	lookups, losses := 0, 1
	s := &fakeStore{
		lookup: func(context.Context, *abi.Need) (store.Found, error) {
			lookups++
			return store.Found{Record: abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors"), Known: lookups > 1}}}}, nil
		},
		append: func(context.Context, *store.Change) error {
			if losses--; losses >= 0 {
				return store.ErrConflict
			}
			return nil
		},
	}
	m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: s, LookupWait: time.Hour, Recorder: &seen})
	ask(t, reverse(t, m, serve(t, page(slotted))), "GET", "/any", returning()...)
	var q abi.Request
	if len(seen.requests) != 1 || lookups != 2 {
		t.Fatalf("recorded %d times, %d look-ups", len(seen.requests), lookups)
	}
	if status, text := q.Decode(seen.requests[0]); status != abi.StatusOK || len(q.Record.Visitors) != 1 || !q.Record.Visitors[0].Known {
		t.Errorf("recorded with %+v, %s", q.Record, text)
	}
}

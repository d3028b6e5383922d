package envoy_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
)

// TestEdge puts a worker with the module to the test that every edge can be put to.
func TestEdge(t *testing.T) {
	const traps = "where a module traps the proxy ends the worker's machine, and lets pages pass if the filter says failure_policy: FAIL_OPEN"
	hosttest.Run(t, hosttest.Edge{
		Module: filepath.Join(hosttest.OutDir(t), "proffer-proxy-wasm.wasm"),
		Start: func(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
			wasm, err := os.ReadFile(s.Module)
			if err != nil {
				return nil, err
			}
			server := httptest.NewServer(&front{host: newHostOf(t, wasm, object(t, orNone(s.Snapshot), s.Settings, nil)), origin: s.Origin})
			t.Cleanup(server.Close)
			return &hosttest.Served{URL: server.URL}, nil
		},
		NotClaimed: hosttest.NotClaimed{
			"pages":         "a page's head goes out before its body is known, so that offers are recorded as generated: TestPages compares all else",
			"faults/memory": traps,
			"faults/loop":   traps,
			"faults/ready":  "the proxy asks a module for nothing of the kind",
			"faults/swap":   "snapshots are swapped where they are fetched: see call_test.go",
		},
	})
}

// orNone is a snapshot as a configuration has it in which there is none.
func orNone(snapshot []byte) []byte {
	if snapshot == nil {
		return []byte{}
	}
	return snapshot
}

// partSize cuts bodies in the middle of a slot.
const partSize = 108

// front lets a worker serve HTTP, one request at a time.
type front struct {
	mu     sync.Mutex
	host   *host
	origin string
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	head, body, err := f.fetch(r)
	if err != nil {
		f.host.Error(err)
		return
	}
	request := append(fields{{":method", r.Method}, {":path", r.URL.RequestURI()}, {":authority", r.Host}, {":scheme", "http"}}, lower(r.Header)...)
	e := f.host.open(request, nil, head, slices.Collect(slices.Chunk(body, partSize))...).run()
	for _, h := range e.response {
		if h[0][0] != ':' {
			w.Header().Add(h[0], h[1])
		}
	}
	if _, err := w.Write(e.out); err != nil {
		f.host.Error(err)
	}
}

// fetch asks the origin, which says the same whatever a module changes of the request.
func (f *front) fetch(r *http.Request) (fields, []byte, error) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, f.origin+r.URL.RequestURI(), nil)
	if err != nil {
		return nil, nil, err
	}
	out.Host, out.Header = r.Host, r.Header.Clone()
	res, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		return nil, nil, err
	}
	var body bytes.Buffer
	if _, err = io.Copy(&body, res.Body); err == nil {
		err = res.Body.Close()
	}
	return append(fields{{":status", "200"}}, lower(res.Header)...), body.Bytes(), err
}

func lower(header http.Header) (f fields) {
	for name, values := range header {
		for _, v := range values {
			f = append(f, [2]string{strings.ToLower(name), v})
		}
	}
	return f
}

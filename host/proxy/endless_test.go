package proxy_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// endless writes a page without an end, in a coding that lets bodies stand behind
// each other, until nobody reads it.
func endless(t testing.TB, coding string) http.HandlerFunc {
	part := coded(t, coding, slotted+noise(1_000_000))
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", coding)
		for {
			if _, err := io.WriteString(w, part); err != nil {
				return
			}
		}
	}
}

// Whatever goes through, what is kept of a page is bounded: its memory does not
// grow with the body.
func TestEndlessPages(t *testing.T) {
	const size, room = 32 << 20, 8 << 20
	for _, coding := range []string{"identity", "gzip", "zstd"} {
		t.Run(coding, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				body := open(t, front(t, middleware(t, proxy.Config{}), endless(t, coding))+"/travel/", accepting("identity")...)
				before := uint64(0)
				for i, n := range []int64{1 << 20, size} {
					if _, err := io.CopyN(io.Discard, body, n); err != nil {
						t.Fatal(err)
					}
					switch now := heap(); {
					case i == 0:
						before = now
					case now > before+room:
						t.Errorf("%d bytes are kept of %d", now-before, size)
					}
				}
			})
		})
	}
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Events stream whatever asked for them, and are left as they come, in a coding or
// not.
func TestEventStreamWhoeverAsks(t *testing.T) {
	const event = "data: " + slotted + "\n\n"
	for _, coding := range []string{"identity", "gzip"} {
		origin := page(coded(t, coding, strings.Repeat(event, 3)), "Content-Type: text/event-stream", "Content-Encoding: "+coding)
		for _, method := range []string{"GET", "POST"} {
			for _, headers := range [][]string{navigation, {"Accept: text/event-stream"}, {"Accept: */*", "Sec-Fetch-Dest: empty"}} {
				untouched(t, origin, method, "/listed", headers, map[string]float64{"decision_seconds": 0})
			}
		}
	}
}

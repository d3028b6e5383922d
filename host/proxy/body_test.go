package proxy_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// hidden is a body whose length is not announced.
type hidden struct{ io.Reader }

func TestEndpointBodies(t *testing.T) {
	var got []byte
	engine := replying(t, func(r *abi.Request) []byte {
		got = bytes.Clone(r.Body)
		return plainReply(abi.Reply{Code: 204})
	})
	everywhere(t, func(t *testing.T, front front) {
		m := middleware(t, proxy.Config{Engine: engine})
		url := front(t, m, nobody(t)) + "/.proffer/event"
		full := strings.Repeat("x", abi.MaxBody)
		for name, c := range map[string]struct {
			body io.Reader
			want int
		}{
			"none": {nil, 204}, "full": {strings.NewReader(full), 204}, "full, hidden": {hidden{strings.NewReader(full)}, 204},
			"over": {strings.NewReader(full + "x"), 413}, "over, hidden": {hidden{strings.NewReader(full + "x")}, 413},
			"far over, hidden": {hidden{strings.NewReader(strings.Repeat(full, 4))}, 413},
		} {
			got = nil
			if status, _, _ := send(t, "POST", url, c.body); status != c.want {
				t.Errorf("%s: %d", name, status)
			}
			if c.want == 204 && c.body != nil && len(got) != len(full) || c.want != 204 && got != nil {
				t.Errorf("%s: the module got %d bytes", name, len(got))
			}
		}
	})
}

// A body that breaks off is the visitor's fault, and nobody waits for one that
// never comes.
func TestEndpointBodyBreaksOff(t *testing.T) {
	engine := replying(t, func(*abi.Request) []byte {
		t.Error("the module is asked")
		return nil
	})
	url := serve(t, middleware(t, proxy.Config{Engine: engine}).Wrap(nobody(t)))
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	fmt.Fprint(c, "POST /.proffer/event HTTP/1.1\r\nHost: "+site+"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 400 {
		t.Errorf("status %d", res.StatusCode)
	}
}

// deadlines notes the deadlines for reading that a handler sets.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.set = append(d.set, at)
	return nil
}

func TestEndpointBodyHasADeadline(t *testing.T) {
	engine := replying(t, func(*abi.Request) []byte { return plainReply(abi.Reply{Code: 204}) })
	h := middleware(t, proxy.Config{Engine: engine}).Wrap(nobody(t))
	w := &deadlines{ResponseWriter: httptest.NewRecorder()}
	h.ServeHTTP(w, httptest.NewRequest("POST", "/.proffer/event", strings.NewReader("seen=1")))
	if len(w.set) != 2 || time.Until(w.set[0]) > 10*time.Second || !w.set[1].IsZero() {
		t.Errorf("deadlines are %v", w.set)
	}
	w = &deadlines{ResponseWriter: httptest.NewRecorder()}
	h.ServeHTTP(w, httptest.NewRequest("GET", "/.proffer/click", nil))
	if len(w.set) != 0 {
		t.Errorf("without a body: %v", w.set)
	}
}

package remote_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/remote"
	"github.com/profferhq/proffer/plugin/abi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errTest = errors.New("a failure made by the test")

// log takes events.
type log struct {
	put, committed []string
	err            error
}

func (l *log) Put(lines [][]byte) { l.put = append(l.put, texts(lines)...) }

func (l *log) Commit(_ context.Context, lines [][]byte) error {
	l.committed = append(l.committed, texts(lines)...)
	return l.err
}

func texts(lines [][]byte) (out []string) {
	for _, line := range lines {
		out = append(out, string(line))
	}
	return out
}

// failing is a store of which something fails.
type failing struct {
	remote.Store
	lookup, append, erase error
}

func (f *failing) Lookup(ctx context.Context, n *abi.Need) (store.Found, error) {
	if f.lookup != nil {
		return store.Found{}, f.lookup
	}
	return f.Store.Lookup(ctx, n)
}

func (f *failing) Append(ctx context.Context, c *store.Change) error {
	if f.append != nil {
		return f.append
	}
	return f.Store.Append(ctx, c)
}

func (f *failing) Erase(ctx context.Context, s store.Subject) error {
	if f.erase != nil {
		return f.erase
	}
	return f.Store.Erase(ctx, s)
}

// peer is a server and a client that asks it.
type peer struct {
	remote.Client
	store  *failing
	events *log
	server *remote.Server
	url    string
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	disk, err := bolt.Open(bolt.Config{Dir: t.TempDir(), OutboxBytes: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := disk.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &peer{store: &failing{Store: disk}, events: &log{}}
	p.server = &remote.Server{Store: p.store, Events: p.events}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/record", p.server.Record)
	mux.HandleFunc("POST /v1/events", p.server.Tell)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	p.url = s.URL
	p.HTTP = s.Client()
	if p.URL, err = url.Parse(s.URL); err != nil {
		t.Fatal(err)
	}
	return p
}

var visitor = []byte("0123456789abcdef")

func need() *abi.Need { return &abi.Need{Visitor: visitor, Folders: [][]byte{[]byte("visitors")}} }

func line(kind string) []byte {
	return []byte("proffer-event/1 e=" + kind + "&t=1790000000000&p=0011223344556677&v=visitors&s=hero&c=web&o=beach")
}

func shown(status catalog.Status, since uint64, lines ...[]byte) *store.Change {
	return &store.Change{
		Since: since, Time: 1790000000000, Events: lines, Newcomer: "192.0.2.0/24",
		Changes: abi.Changes{Visitor: visitor, History: abi.AppendHistory(nil, []abi.HistoryEntry{{
			ID: []byte{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77}, Offer: []byte("beach"), Channel: []byte("web"),
			Status: status, Time: 1790000000000, First: 1790000000000, Environment: []byte("visitors"),
		}})},
	}
}

// What one edge tells, it and every other edge is told.
func TestRemote(t *testing.T) {
	p := newPeer(t)
	ctx := t.Context()
	first, err := p.Lookup(ctx, need())
	if err != nil || len(first.Record.Visitors) != 1 || first.Record.Visitors[0].History.Len() != 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := p.Append(ctx, shown(catalog.Presented, first.Seq, line("shown"))); err != nil {
		t.Fatal(err)
	}
	second, err := p.Lookup(ctx, need())
	if err != nil || second.Seq <= first.Seq || second.Record.Visitors[0].History.Len() != 1 {
		t.Fatalf("%+v, %v", second, err)
	}
	if err := p.Append(ctx, shown(catalog.Interested, first.Seq)); !errors.Is(err, store.ErrConflict) {
		t.Errorf("%v is no conflict", err)
	}
	if err := p.Append(ctx, shown(catalog.Accepted, store.Always, line("accepted"))); err != nil {
		t.Fatal(err)
	}
	if len(p.events.put) != 1 || len(p.events.committed) != 1 || !strings.Contains(p.events.put[0], "&a=") {
		t.Errorf("put %q, committed %q", p.events.put, p.events.committed)
	}
	if err := p.Erase(ctx, store.Subject{Visitor: [abi.VisitorSize]byte(visitor)}); err != nil {
		t.Fatal(err)
	}
	if gone, err := p.Lookup(ctx, need()); err != nil || !gone.Record.Erased {
		t.Errorf("%+v, %v", gone, err)
	}
	if err := p.Erase(ctx, store.Subject{Source: "main", Key: "1"}); err == nil {
		t.Error("a person is erased")
	}
}

// What fails there fails here; an acceptance that is not kept is not acknowledged.
func TestRemoteFails(t *testing.T) {
	p := newPeer(t)
	p.store.lookup, p.store.append, p.store.erase = errTest, errTest, errTest
	if _, err := p.Lookup(t.Context(), need()); err == nil || !strings.Contains(err.Error(), "made by the test") {
		t.Error(err)
	}
	if err := p.Append(t.Context(), shown(catalog.Accepted, store.Always, line("accepted"))); err == nil {
		t.Error("an acceptance is acknowledged")
	}
	if err := p.Erase(t.Context(), store.Subject{Visitor: [abi.VisitorSize]byte(visitor)}); err == nil {
		t.Error("an erasure is acknowledged")
	}
	p.store.append, p.events.err = nil, errTest
	if err := p.Append(t.Context(), shown(catalog.Accepted, store.Always, line("accepted"))); err == nil {
		t.Error("an acceptance that no log has is acknowledged")
	}
	p.URL.Path = "/nothing"
	if _, err := p.Lookup(t.Context(), need()); err == nil {
		t.Error("a page is a record")
	}
}

// What a peer sends is looked at first.
func TestRefusals(t *testing.T) {
	p := newPeer(t)
	told := func(change func(*abi.Told)) []byte {
		m := &abi.Told{HasChanges: true, Changes: shown(catalog.Presented, 0).Changes, Events: [][]byte{line("shown")}}
		change(m)
		return abi.AppendTold(nil, m)
	}
	for name, c := range map[string]struct {
		path string
		body []byte
		want int
	}{
		"a need":          {"record", abi.AppendNeed(nil, need()), 200},
		"an answer":       {"record", abi.AppendPing(nil, nil), 400},
		"nothing":         {"record", nil, 400},
		"noise":           {"record", []byte("\xc1"), 400},
		"too long":        {"record", bytes.Repeat([]byte{0x90}, abi.MaxRequest+1), 413},
		"told":            {"events", told(func(*abi.Told) {}), 204},
		"told of nobody":  {"events", told(func(m *abi.Told) { m.Changes.Visitor = nil }), 400},
		"forget nobody":   {"events", told(func(m *abi.Told) { m.Changes = abi.Changes{Forget: true} }), 400},
		"forget a ghost":  {"events", told(func(m *abi.Told) { m.Changes = abi.Changes{Visitor: make([]byte, 16), Forget: true} }), 204},
		"no event line":   {"events", told(func(m *abi.Told) { m.Events = [][]byte{[]byte("x\nproffer-event/1 e=shown")} }), 400},
		"nothing told":    {"events", nil, 400},
		"an empty array":  {"events", []byte{0x90}, 204},
		"told too long":   {"events", bytes.Repeat([]byte{0x90}, abi.MaxRequest+1), 413},
		"noise of events": {"events", []byte("\xc1"), 400},
	} {
		t.Run(name, func(t *testing.T) {
			if code, text := post(t, p, c.path, c.body); code != c.want || (code >= 400) != (text != "" && code != 200) {
				t.Errorf("%d %q, want %d", code, text, c.want)
			}
		})
	}
	p.server.Authorize = func(*http.Request) error { return errors.New("who are you?") }
	for _, path := range []string{"record", "events"} {
		if code, text := post(t, p, path, abi.AppendNeed(nil, need())); code != 401 || !strings.Contains(text, "who are you?") {
			t.Errorf("%s: %d %q", path, code, text)
		}
	}
}

func post(t *testing.T, p *peer, path string, body []byte) (int, string) {
	t.Helper()
	res, err := p.HTTP.Post(p.url+"/v1/"+path, "", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var text bytes.Buffer
	_, _ = text.ReadFrom(res.Body)
	return res.StatusCode, text.String()
}

package proxy_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// told is a store whose answers a test makes; it remembers what it was told.
type fakeStore struct {
	lookup func(ctx context.Context, n *abi.Need) (store.Found, error)
	append func(ctx context.Context, c *store.Change) error
	erase  func(ctx context.Context, s store.Subject) error

	mu      sync.Mutex
	needs   int
	changes []change
}

// change is what is left of a store.Change when the page's memory is gone.
type change struct {
	since      uint64
	durable    bool
	newcomer   string
	visitor    string
	history    []string // id status
	persons    []string // source key id status
	details    int
	lines      []string
	hasTalk    bool
	hasVersion bool
}

func (s *fakeStore) Lookup(ctx context.Context, n *abi.Need) (store.Found, error) {
	s.mu.Lock()
	s.needs++
	s.mu.Unlock()
	if s.lookup != nil {
		return s.lookup(ctx, n)
	}
	return store.Found{Record: abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors"), Known: true}}}, Seq: 7}, nil
}

func (s *fakeStore) Append(ctx context.Context, c *store.Change) error {
	s.mu.Lock()
	s.changes = append(s.changes, kept(c))
	s.mu.Unlock()
	if s.append != nil {
		return s.append(ctx, c)
	}
	for i := range c.Events {
		c.Events[i] = append(append([]byte(nil), c.Events[i]...), "&a=00000000000000aa"...)
	}
	return nil
}

func (s *fakeStore) Erase(ctx context.Context, subject store.Subject) error {
	if s.erase != nil {
		return s.erase(ctx, subject)
	}
	return store.ErrUnknown
}

func (s *fakeStore) told() []change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]change(nil), s.changes...)
}

func kept(c *store.Change) change {
	out := change{
		since: c.Since, durable: c.Durable, newcomer: c.Newcomer, visitor: string(c.Changes.Visitor), history: entries(c.Changes.History),
		details: len(c.Details), hasTalk: len(c.Interaction) == abi.InteractionSize, hasVersion: len(c.Snapshot) == abi.HashSize,
	}
	for _, p := range c.Changes.Persons {
		for _, e := range entries(p.History) {
			out.persons = append(out.persons, fmt.Sprintf("%s %s %s", p.Source, p.Key, e))
		}
	}
	for _, line := range c.Events {
		out.lines = append(out.lines, string(line))
	}
	return out
}

func entries(h abi.History) (out []string) {
	var e abi.HistoryEntry
	for all := h.Iterate(); all.Next(&e); {
		out = append(out, fmt.Sprintf("%s %d", e.Offer, e.Status))
	}
	return out
}

var visitorID = []byte("0123456789abcdef")

// kinds counts the questions of an engine.
type kinds struct {
	mu    sync.Mutex
	count map[abi.Kind]int
	last  abi.Request // the last page's
}

func (k *kinds) note(q *abi.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.count == nil {
		k.count = map[abi.Kind]int{}
	}
	k.count[q.Kind]++
	if q.Kind == abi.KindPage {
		k.last = *q
	}
}

func (k *kinds) of(kind abi.Kind) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.count[kind]
}

// storing is an engine that asks for a record of whoever brings a cookie, and
// that has all that the native one proposes stored.
func storing(t testing.TB, asked *kinds) proxy.Engine {
	t.Helper()
	return handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		q := new(abi.Request)
		if status, text := q.Decode(request); status != abi.StatusOK {
			t.Errorf("the request is refused: %s", text)
		}
		asked.note(q)
		if !q.Flags.Has(abi.FlagStore) {
			t.Error("the host does not say that it has a store")
		}
		known := false
		for _, h := range q.Headers {
			known = known || string(h.Name) == "cookie" && strings.Contains(string(h.Value), "proffer=")
		}
		switch {
		case known && !q.HasRecord:
			return abi.AppendNeed(dst, &abi.Need{Visitor: visitorID, Folders: texts("visitors")}), nil
		case q.Kind == abi.KindNeed:
			return abi.AppendPing(dst, q.Snapshot), nil
		}
		b, err := inner.Handle(ctx, nil, request)
		if err != nil {
			return dst, err
		}
		r, err := abi.DecodeResponse(b)
		if err != nil {
			return dst, err
		}
		if a := &r.Answer; known && !q.Flags.Has(abi.FlagNoStore) {
			a.HasChanges, a.Changes = true, abi.Changes{Visitor: visitorID, History: historyOf(a.Propositions)}
			for i := range a.Propositions {
				a.Propositions[i].Shown = 1
			}
		}
		return abi.AppendAnswer(dst, &r.Answer), nil
	})
}

func historyOf(list []abi.Proposition) abi.History {
	var out []abi.HistoryEntry
	for _, p := range list {
		out = append(out, abi.HistoryEntry{
			ID: p.ID, Offer: p.Offer, Space: p.Space, Channel: p.Channel, Status: p.Status, Time: p.Time, Environment: p.Environment,
		})
	}
	return abi.AppendHistory(nil, out)
}

// returning is a navigation of somebody with a cookie.
func returning(more ...string) []string {
	return append(append([]string(nil), navigation...), append(more, "Cookie: proffer=x")...)
}

// A returning visitor is looked up while the origin works, and the page's one
// decision has the record; what it proposes is stored before the page is sent.
func TestStore(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		var asked kinds
		looked := make(chan struct{})
		s := &fakeStore{lookup: func(context.Context, *abi.Need) (store.Found, error) {
			close(looked)
			return store.Found{Record: abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors"), Known: true}}}, Seq: 7}, nil
		}}
		log := &taken{}
		m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Hour, Events: log})
		url := front(t, m, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-looked
			page(slotted)(w, r)
		}))
		if a := ask(t, url, "GET", "/any", returning()...); a.body != filledIn {
			t.Fatal(a)
		}
		told := s.told()
		if len(told) != 1 || told[0].since != 7 || told[0].visitor != string(visitorID) || fmt.Sprint(told[0].history) != "[one 1]" ||
			told[0].details != 1 || !told[0].hasTalk || !told[0].hasVersion || told[0].newcomer != "" || told[0].durable || len(told[0].lines) != 1 {
			t.Errorf("the store was told %+v", told)
		}
		if len(log.put) != 1 || !strings.HasSuffix(log.put[0], "&a=00000000000000aa") {
			t.Errorf("events are %q", log.put)
		}
		if asked.of(abi.KindNeed) != 1 || asked.of(abi.KindPage) != 1 || !asked.last.HasRecord || len(asked.last.Record.Visitors) != 1 {
			t.Errorf("asked %v, last with %+v", asked.count, asked.last.Record)
		}
		m.expect(t, map[string]float64{"lookups_total/answered": 1, "writes_total/done": 1})
		if err := m.StoreTrouble(); err != nil {
			t.Error(err)
		}
	})
}

// Strangers, previews and what is not for a page cost the store nothing.
func TestStoreLeftAlone(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		var asked kinds
		s := &fakeStore{}
		m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Hour, Events: &taken{}})
		url := front(t, m, page(slotted))
		ask(t, url, "GET", "/any", navigation...)
		ask(t, url, "GET", "/any", "Sec-Fetch-Dest: image", "Cookie: proffer=x")
		if asked.of(abi.KindNeed) != 0 || s.needs != 0 {
			t.Errorf("asked %v, looked up %d", asked.count, s.needs)
		}
		if asked.last.Want.Has(abi.WantPropositions) {
			t.Error("a stranger's propositions are wanted")
		}
		ask(t, url, "HEAD", "/listed", returning()...)
		if told := s.told(); len(told) != 0 || s.needs != 1 {
			t.Errorf("told %+v, looked up %d", told, s.needs)
		}
	})
}

// What does not say that it is for a page is looked up when the module asks.
func TestStoreAskedLate(t *testing.T) {
	var asked kinds
	s := &fakeStore{}
	m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Hour})
	if a := ask(t, reverse(t, m, serve(t, page(slotted))), "GET", "/any", "Cookie: proffer=x"); a.body != filledIn {
		t.Fatal(a)
	}
	if told := s.told(); len(told) != 1 || told[0].since != 7 || asked.of(abi.KindNeed) != 0 || asked.of(abi.KindPage) != 2 {
		t.Errorf("told %+v, asked %v", told, asked.count)
	}
}

// Another request was quicker: the page is decided once more, with what is known
// then, and what loses twice is stored as it is shown.
func TestStoreConflict(t *testing.T) {
	for lost, want := range map[int]struct {
		since   []uint64
		decided int
		results map[string]float64
	}{
		1: {[]uint64{1, 2}, 2, map[string]float64{"writes_total/again": 1, "writes_total/done": 1}},
		2: {[]uint64{1, 2, store.Always}, 2, map[string]float64{"writes_total/again": 1, "writes_total/forced": 1, "writes_total/done": 1}},
	} {
		everywhere(t, func(t *testing.T, front front) {
			var asked kinds
			seq, losses := uint64(0), lost
			log := &taken{}
			s := &fakeStore{
				lookup: func(context.Context, *abi.Need) (store.Found, error) {
					seq++
					return store.Found{Seq: seq, Record: abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors")}}}}, nil
				},
				append: func(context.Context, *store.Change) error {
					if losses--; losses >= 0 {
						return fmt.Errorf("wrapped: %w", store.ErrConflict)
					}
					return nil
				},
			}
			m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Hour, Events: log})
			if a := ask(t, front(t, m, page(slotted)), "GET", "/any", returning()...); a.body != filledIn {
				t.Fatal(a)
			}
			var since []uint64
			for _, c := range s.told() {
				since = append(since, c.since)
				if c.newcomer != "127.0.0.0/24" {
					t.Errorf("newcomer is %q", c.newcomer)
				}
			}
			if fmt.Sprint(since) != fmt.Sprint(want.since) || asked.of(abi.KindPage) != want.decided || len(log.put) != 1 {
				t.Errorf("since %v, decided %d times, put %q", since, asked.of(abi.KindPage), log.put)
			}
			m.expect(t, want.results)
		})
	}
}

// A page whose slots are known only when it is through tells the store then.
func TestStoreSettles(t *testing.T) {
	body := strings.Repeat("<p>more</p>", 200) + slotted
	for name, c := range map[string]struct {
		path, body string
		ahead      int
		want       []string
	}{
		"read ahead":       {"/listed", slotted, 0, []string{"[one 1]"}},
		"one is there":     {"/listed", body, 1024, []string{"[one 0 two 0 three 0]", "[one 1 two 6 three 6]"}},
		"none is there":    {"/listed", strings.Repeat("<p>more</p>", 200), 1024, []string{"[one 0 two 0 three 0]", "[one 6 two 6 three 6]"}},
		"all in its head":  {"/travel/x", slotted + body, 1024, []string{"[one 1]"}},
		"not a listed one": {"/any", slotted + body, 1024, []string{"[one 1]"}},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				s := &fakeStore{}
				m := middleware(t, proxy.Config{Engine: storing(t, &kinds{}), Store: s, LookupWait: time.Hour, ReadAhead: c.ahead})
				ask(t, front(t, m, page(c.body)), "GET", c.path, returning()...)
				var got []string
				for _, one := range s.told() {
					got = append(got, fmt.Sprint(one.history))
				}
				if fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("told %v, want %v", got, c.want)
				}
			})
		})
	}
}

// Of persons, too.
func TestStoreSettlesPersons(t *testing.T) {
	s := &fakeStore{}
	engine := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		b, err := inner.Handle(ctx, nil, request)
		if err != nil {
			return dst, err
		}
		r, err := abi.DecodeResponse(b)
		if err != nil {
			return dst, err
		}
		if a := &r.Answer; r.Status == abi.StatusOK && a.Interaction != nil {
			for i := range a.Propositions {
				a.Propositions[i].Shown = 1
			}
			a.HasChanges, a.Changes = true, abi.Changes{Visitor: visitorID, Persons: []abi.PersonChange{
				{Source: []byte("main"), Key: []byte("k"), History: historyOf(a.Propositions[:1])},
				{Source: []byte("other"), History: historyOf(a.Propositions[1:])},
			}}
			return abi.AppendAnswer(dst, a), nil
		}
		return append(dst, b...), nil
	})
	wants := handling(t, func(_ host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		q := new(abi.Request)
		if status, text := q.Decode(request); status != abi.StatusOK {
			return dst, errors.New(text)
		}
		session, err := engine.Acquire()
		if err != nil {
			return dst, err
		}
		defer session.Release()
		q.Want |= abi.WantPropositions
		return session.Handle(ctx, dst, abi.AppendRequest(nil, q))
	})
	m := middleware(t, proxy.Config{Engine: wants, Store: s, LookupWait: time.Hour, ReadAhead: 1024})
	ask(t, serve(t, m.Wrap(page(strings.Repeat("<p>more</p>", 200)+slotted))), "GET", "/listed", navigation...)
	told := s.told()
	if len(told) != 2 || fmt.Sprint(told[1].persons) != "[main k one 1 other  two 6 other  three 6]" {
		t.Errorf("told %+v", told)
	}
}

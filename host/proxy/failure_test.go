package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// engines that fail, each in its own way.
func failing(t *testing.T) map[string]struct {
	engine proxy.Engine
	result string
} {
	t.Helper()
	answering := func(b func(r *abi.Request) []byte) proxy.Engine {
		return handling(t, func(_ host.Session, _ context.Context, dst, request []byte) ([]byte, error) {
			r := new(abi.Request)
			if status, text := r.Decode(request); status != abi.StatusOK {
				t.Errorf("the request is refused: %s", text)
			}
			return append(dst, b(r)...), nil
		})
	}
	erring := func(err error) proxy.Engine {
		return handling(t, func(_ host.Session, _ context.Context, dst, _ []byte) ([]byte, error) { return dst, err })
	}
	type failure = struct {
		engine proxy.Engine
		result string
	}
	return map[string]failure{
		"no snapshot":      {engineFunc(func() (host.Session, error) { return nil, host.ErrNoSnapshot }), "no_snapshot"},
		"closed":           {engineFunc(func() (host.Session, error) { return nil, host.ErrClosed }), "no_snapshot"},
		"panic in Acquire": {engineFunc(func() (host.Session, error) { panic("acquire") }), "panic"},
		"panic in Handle":  {handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { panic(errTest) }), "panic"},
		"error":            {erring(errTest), "error"},
		"timeout":          {erring(fmt.Errorf("wrapped: %w", host.ErrTimeout)), "timeout"},
		"broken":           {erring(host.ErrBroken), "broken"},
		"visitor gone":     {erring(context.Canceled), "canceled"},
		"no answer":        {answering(func(*abi.Request) []byte { return nil }), "error"},
		"no message":       {answering(func(*abi.Request) []byte { return []byte("\xc1") }), "error"},
		"refusal": {answering(func(*abi.Request) []byte {
			return abi.AppendError(nil, abi.StatusRefused, "not this one")
		}), "refused"},
		"need after need": {answering(func(*abi.Request) []byte {
			return abi.AppendNeed(nil, &abi.Need{Folders: [][]byte{[]byte("visitors")}})
		}), "error"},
		"broken snapshot": {engineFunc(func() (host.Session, error) {
			return session{Session: snapshotOnly{&host.Snapshot{Bytes: []byte("nothing")}}}, nil
		}), "error"},
	}
}

// snapshotOnly is a session of which only the snapshot is looked at.
type snapshotOnly struct{ snapshot *host.Snapshot }

func (s snapshotOnly) Snapshot() *host.Snapshot { return s.snapshot }
func (s snapshotOnly) Handle(context.Context, []byte, []byte) ([]byte, error) {
	return nil, errTest
}
func (s snapshotOnly) Release() {}

// Whatever the engine does, the visitor gets the origin's page.
func TestEngineFails(t *testing.T) {
	origin := page(slotted+strings.Repeat("<p>more</p>", 100), `Etag: "1"`, "Set-Cookie: a=b", "Cache-Control: max-age=60")
	for name, c := range failing(t) {
		t.Run(name, func(t *testing.T) {
			for _, limit := range []int{0, 1024} {
				for _, path := range []string{"/any", "/listed"} {
					for _, method := range []string{"GET", "HEAD"} {
						want := ask(t, serve(t, origin), method, path, navigation...)
						everywhere(t, func(t *testing.T, front front) {
							m := middleware(t, proxy.Config{Engine: c.engine, ReadAhead: limit})
							same(t, method, ask(t, front(t, m, origin), method, path, navigation...), want)
							if method == "GET" {
								m.expect(t, map[string]float64{"pages_total/" + c.result: 1, "pages_total/injected": 0})
							}
						})
					}
				}
			}
		})
	}
}

func TestRandomnessFails(t *testing.T) {
	for name, r := range map[string]io.Reader{"error": io.MultiReader(), "short": strings.NewReader("short")} {
		m := middleware(t, proxy.Config{Rand: r})
		if a := ask(t, serve(t, m.Wrap(page(slotted))), "GET", "/any", navigation...); a.body != slotted || a.status != 200 {
			t.Errorf("%s: got %v", name, a)
		}
		m.expect(t, map[string]float64{"pages_total/error": 1})
	}
}

// The module's answer is looked at with suspicion, too: cookies and offers make
// a page private whatever it advises.
func TestAdviceIsNotTrusted(t *testing.T) {
	engine := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		b, err := inner.Handle(ctx, nil, request)
		if err != nil {
			return dst, err
		}
		r, err := abi.DecodeResponse(b)
		if err != nil {
			return dst, err
		}
		r.Answer.Cache = abi.CacheOrigin
		r.Answer.Slots = append(r.Answer.Slots, abi.SlotAnswer{Space: []byte("other"), N: 1, Offer: []byte("x"), HTML: []byte("other")})
		return abi.AppendAnswer(dst, &r.Answer), nil
	})
	everywhere(t, func(t *testing.T, front front) {
		m := middleware(t, proxy.Config{Engine: engine})
		a := ask(t, front(t, m, page(slotted, "Cache-Control: public")), "GET", "/any", navigation...)
		if a.body != filledIn || a.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("got %v", a)
		}
		m.expect(t, map[string]float64{"slots_total/missing": 1, "slots_total/filled": 1})
	})
}

// asked runs a request through a middleware and gives what its engine was asked.
func asked(t *testing.T, c proxy.Config, origin http.Handler, path string, headers ...string) *abi.Request {
	t.Helper()
	var got []byte
	c.Engine = handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		got = append([]byte(nil), request...)
		return inner.Handle(ctx, dst, request)
	})
	ask(t, serve(t, middleware(t, c).Wrap(origin)), "GET", path, headers...)
	if got == nil {
		t.Fatal("nothing was asked")
	}
	r := new(abi.Request)
	if status, text := r.Decode(got); status != abi.StatusOK {
		t.Fatal(text)
	}
	return r
}

// Pages that do not live longer than their snapshot are decided from one each.
func TestSwapsWhilePagesAreDecided(t *testing.T) {
	snapshots := [][]byte{snapshotOf(t, "old"), snapshotOf(t, "new")}
	e, err := native.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Swap(t.Context(), snapshots[0]); err != nil {
		t.Fatal(err)
	}
	m := middleware(t, proxy.Config{Engine: e})
	url := serve(t, m.Wrap(page(strings.ReplaceAll(slotted, "hero", "hero_2")+slotted)))
	stop := make(chan struct{})
	swapped := make(chan error)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				swapped <- nil
				return
			default:
				if err := e.Swap(context.Background(), snapshots[i%2]); err != nil {
					swapped <- err
					return
				}
			}
		}
	}()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				a := ask(t, url, "GET", "/listed", navigation...)
				for _, word := range []string{"old", "new"} {
					if n := strings.Count(a.body, word+" one") + strings.Count(a.body, word+" two"); n != 0 && n != 2 {
						t.Errorf("a page of two snapshots: %v", a)
					}
				}
				if a.status != 200 || !strings.Contains(a.body, " one") {
					t.Errorf("got %v", a)
				}
			}
		})
	}
	all.Wait()
	close(stop)
	if err := <-swapped; err != nil {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	_, err := proxy.New(proxy.Config{Prefix: "proffer", ReadAhead: 10, ReadAheadWait: -1, Origin: proxy.Origin{IdleConns: -1}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"no engine", `"proffer"`, "ReadAhead is 10", "ReadAheadWait", "IdleConns is -1"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
	m := middleware(t, proxy.Config{})
	if _, err := proxy.New(proxy.Config{Engine: nativeEngine(t), Registerer: m.registry}); err == nil {
		t.Error("two middlewares count in one place")
	}
}

package proxy_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// here is where tests ask from.
var here = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// sidecar asks for a page's offers as a peer would.
func sidecar(t testing.TB, url, page string, headers ...string) answer {
	t.Helper()
	return ask(t, url, "GET", "/.proffer/slots", append(append(slices.Clone(navigation), "X-Original-URI: "+page), headers...)...)
}

// offersIn is what an answer says of slots, as "name: html" lines.
func offersIn(a answer) string {
	var b strings.Builder
	if a.status == http.StatusNoContent {
		return "none"
	}
	for name := range strings.SplitSeq(a.header.Get("Proffer-Slots"), ",") {
		fmt.Fprintf(&b, "%s: %s\n", name, a.header.Get("Proffer-Slot-"+strings.ReplaceAll(name, "_", "-")))
	}
	return b.String()
}

// silent holds that an answer says nothing at all.
func silent(t testing.TB, what string, a answer) {
	t.Helper()
	if a.status != http.StatusNoContent || a.body != "" || a.err != nil {
		t.Errorf("%s: %v", what, a)
	}
	for name := range a.header {
		if strings.HasPrefix(name, "Proffer-") || name == "Set-Cookie" {
			t.Errorf("%s: %s: %q", what, name, a.header[name])
		}
	}
}

const threeOffers = "hero: <b>offer one</b>\nhero_2: <b>offer two</b>\nside: <i>offer side</i>\n"

func TestSidecar(t *testing.T) {
	for name, c := range map[string]struct{ path, host, query, want, result string }{
		"listed":              {"/listed", site, "", threeOffers, "injected"},
		"listed by a pattern": {"/travel/a/b?q=1", site, "", "hero: <b>offer one</b>\n", "injected"},
		"some are held":       {"/listed", site, "?slots=hero,accent", "hero: <b>offer one</b>\n", "injected"},
		"held":                {"/any", site, "?slots=hero_2,hero", "hero_2: <b>offer two</b>\nhero: <b>offer one</b>\n", "injected"},
		"held, twice":         {"/any", site, "?slots=hero&slots=hero_1,%20side", "hero: <b>offer one</b>\nside: <i>offer side</i>\n", "injected"},
		"not listed":          {"/any", site, "", "none", "no_slot"},
		"no list of slots":    {"/any", site, "?slots=", "none", "no_slot"},
		"unknown slot":        {"/any", site, "?slots=nothing", "none", "kept"},
		"beyond ASCII":        {"/any", site, "?slots=accent", "accent: <b>&#233;</b>\n", "injected"},
		"nobody":              {"/listed", staff, "", "none", "kept"},
		"fallback":            {"/any", members, "?slots=hero", "hero: <b>offer one</b>\n", "injected"},
		"unknown host":        {"/listed", "other.example", "", "none", "no_slot"},
		"by a whole address":  {"https://" + site + "/listed", "side.example", "", threeOffers, "injected"},
		"by the parameter":    {"/any", site, "?page=%2Flisted", threeOffers, "injected"},
		"parameter's query":   {"/any", site, "?page=/travel/a?x%26y", "hero: <b>offer one</b>\n", "injected"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				m := middleware(t, proxy.Config{Peers: here})
				a := ask(t, front(t, m, nobody(t)), "GET", "/.proffer/slots"+c.query, append(slices.Clone(navigation), "Host: "+c.host, "X-Original-URL: "+c.path)...)
				if got := offersIn(a); got != c.want {
					t.Errorf("got %q of %v, want %q", got, a, c.want)
				}
				m.expect(t, map[string]float64{"pages_total/" + c.result: 1})
				if c.want == "none" {
					silent(t, name, a)
					m.expect(t, map[string]float64{"sidecar_total/unchanged": 1})
					return
				}
				set := a.header["Set-Cookie"]
				if len(set) != 1 || a.header.Get("Proffer-Cookie") != set[0] || a.header.Get("Proffer-Cookie-Events") != "" ||
					a.header.Get("Proffer-Cache") != "private, no-store" || a.header.Get("Cache-Control") != "no-store" || a.length != 0 || a.body != "" {
					t.Errorf("got %v", a)
				}
				m.expect(t, map[string]float64{"sidecar_total/told": 1, "slots_total/filled": float64(strings.Count(c.want, "\n"))})
				if got := m.replies(t, "slots", "2xx"); got != 1 {
					t.Errorf("%v replies", got)
				}
			})
		})
	}
}

// Whoever is no peer, and whatever names no page, is told nothing: and nothing is
// decided, so that nothing is counted.
func TestSidecarRefuses(t *testing.T) {
	calls := 0
	engine := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		calls++
		return inner.Handle(ctx, dst, request)
	})
	m := middleware(t, proxy.Config{Engine: engine, Peers: here})
	peer := serve(t, m.Wrap(nobody(t)))
	alone := serve(t, middleware(t, proxy.Config{Engine: engine}).Wrap(nobody(t)))
	far := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = "192.0.2.1:1234"
		m.Wrap(nobody(t)).ServeHTTP(w, r)
	}))
	const listed = "X-Original-URI: /listed"
	for name, c := range map[string]struct {
		url, method, query string
		headers            []string
	}{
		"stranger":             {far, "GET", "?page=/listed", []string{listed}},
		"no page":              {peer, "GET", "", nil},
		"header of no peer":    {alone, "GET", "", []string{listed}},
		"host of no peer":      {alone, "GET", "?page=http://" + site + "/listed", nil},
		"two pages":            {peer, "GET", "?page=/listed&page=/any", nil},
		"two headers":          {peer, "GET", "", []string{listed, listed}},
		"no path":              {peer, "GET", "?page=listed", nil},
		"nothing":              {peer, "GET", "?page=", nil},
		"asterisk":             {peer, "GET", "?page=*", nil},
		"opaque":               {peer, "GET", "?page=mailto:a@b.example", nil},
		"no authority":         {peer, "GET", "?page=http:///listed%00", nil},
		"line break":           {peer, "GET", "?page=/listed%0d%0aSet-Cookie:%20a=b", nil},
		"NUL":                  {peer, "GET", "?page=/listed%00", nil},
		"bad escape":           {peer, "GET", "?page=%2Flisted%25zz", nil},
		"bad query":            {peer, "GET", "?page=/listed&a=%zz", nil},
		"long":                 {peer, "GET", "?page=/" + strings.Repeat("a", 9000), nil},
		"endpoint":             {peer, "GET", "?slots=hero&page=/.proffer/click", nil},
		"endpoint, escaped":    {peer, "GET", "?slots=hero&page=/%252eproffer/click", nil},
		"slot with a break":    {peer, "GET", "?page=/listed&slots=hero%0d%0ax", nil},
		"slot that is none":    {peer, "GET", "?page=/listed&slots=hero_0", nil},
		"65 slots":             {peer, "GET", "?page=/any&slots=" + names(65), nil},
		"question by POST":     {peer, "POST", "?page=/listed", nil},
		"page by POST":         {peer, "GET", "", []string{listed, "X-Original-Method: POST"}},
		"page by CONNECT":      {peer, "GET", "", []string{listed, "X-Original-Method: CONNECT"}},
		"image":                {peer, "GET", "", []string{listed, "Sec-Fetch-Dest: image"}},
		"by a script":          {peer, "GET", "", []string{listed, "Sec-Fetch-Dest: empty", "Accept: */*"}},
		"says nothing of HTML": {peer, "GET", "", []string{listed, "Accept: */*"}},
		"upgrade":              {peer, "GET", "", append([]string{listed, "Connection: Upgrade", "Upgrade: websocket"}, navigation...)},
	} {
		t.Run(name, func(t *testing.T) {
			if !slices.ContainsFunc(c.headers, func(h string) bool { return strings.HasPrefix(h, "Accept") || strings.HasPrefix(h, "Sec-") }) {
				c.headers = append(c.headers, navigation...)
			}
			silent(t, name, ask(t, c.url, c.method, "/.proffer/slots"+c.query, c.headers...))
			if calls != 0 {
				t.Errorf("the module is asked %d times", calls)
				calls = 0
			}
		})
	}
	if got := m.count(t, "pages_total/injected"); got != 0 {
		t.Errorf("%v pages", got)
	}
	if got := m.count(t, "sidecar_total/no_page"); got != 6 {
		t.Errorf("%v questions for no page", got)
	}
	if a := ask(t, alone, "GET", "/.proffer/slots?page=/listed", navigation...); offersIn(a) != threeOffers {
		t.Errorf("from this machine: %v", a)
	}
}

func names(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("space%d", i))
	}
	return strings.Join(list, ",")
}

// TestSidecarAgrees: the module is asked, byte for byte, what it is asked for the
// page in our own proxy, and so is what follows from the answer.
func TestSidecarAgrees(t *testing.T) {
	snapshot := snapshotOf(t, "offer")
	for name, engine := range map[string]proxy.Engine{"native": nativeEngine(t), "wasm": wasmEngine(t, snapshot)} {
		t.Run(name, func(t *testing.T) {
			var seen told
			log := &taken{}
			m := middleware(t, proxy.Config{
				Engine: engine, Peers: here, Recorder: &seen, Events: log, Rand: constant{},
				Clock: func() time.Time { return testTime }, CountryHeader: "X-Country",
			})
			server := serve(t, m.Wrap(page(`<i data-offer-space=hero></i><i data-offer-space=hero_2></i><i data-offer-space=side></i>`)))
			var cookie string
			for turn := range 3 {
				headers := []string{"Cookie: a=b; " + cookie, "Accept-Language: fr", "X-Country: FR", "X-Forwarded-Proto: https", "User-Agent: me"}
				a := ask(t, server, "GET", "/listed?q=%20x", append(slices.Clone(navigation), headers...)...)
				b := ask(t, server, "GET", "/.proffer/slots?slots=hero,hero_2,side", append(append(slices.Clone(navigation), headers...), "X-Original-URI: /listed?q=%20x")...)
				if a.status != 200 || b.status != 200 || fmt.Sprint(a.header["Set-Cookie"]) != fmt.Sprint(b.header["Set-Cookie"]) || len(a.header["Set-Cookie"]) != 1 {
					t.Fatalf("turn %d: the page is\n%v\nand the side-car says\n%v", turn, a, b)
				}
				want := `<i data-offer-space=hero>` + b.header.Get("Proffer-Slot-Hero") + `</i><i data-offer-space=hero_2>` + b.header.Get("Proffer-Slot-Hero-2") +
					`</i><i data-offer-space=side>` + b.header.Get("Proffer-Slot-Side") + `</i>`
				if a.body != want {
					t.Errorf("turn %d: the page is %q, and the side-car says %q", turn, a.body, want)
				}
				if !bytes.Equal(seen.requests[2*turn], seen.requests[2*turn+1]) || !bytes.Equal(seen.response[2*turn], seen.response[2*turn+1]) {
					t.Errorf("turn %d: the module was asked\n%q\n%q", turn, seen.requests[2*turn], seen.requests[2*turn+1])
				}
				cookie, _, _ = strings.Cut(a.header.Get("Set-Cookie"), ";")
			}
			if len(log.put) != 18 || log.put[0] != log.put[3] || !strings.Contains(log.put[0], "e=shown") {
				t.Errorf("events %q", log.put)
			}
		})
	}
}

// constant is randomness that a test can repeat.
type constant struct{}

func (constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 7
	}
	return len(p), nil
}

// Where it is not known which slots a page holds, its propositions are generated.
func TestSidecarDoesNotKnow(t *testing.T) {
	log := &taken{}
	m := middleware(t, proxy.Config{Peers: here, Events: log})
	server := serve(t, m.Wrap(nobody(t)))
	sidecar(t, server, "/listed")
	if len(log.put) != 3 || strings.Count(strings.Join(log.put, " "), "e=decided") != 3 {
		t.Errorf("events %q", log.put)
	}
	// Nothing is kept of a HEAD.
	if a := sidecar(t, server, "/listed", "X-Original-Method: HEAD"); len(a.header["Set-Cookie"]) != 0 || a.header.Get("Proffer-Cache") == "" || len(log.put) != 3 {
		t.Errorf("HEAD: %v, events %q", a, log.put)
	}
}

// Whatever fails, the page stays as it is.
func TestSidecarFails(t *testing.T) {
	for name, c := range map[string]struct {
		engine proxy.Engine
		result string
	}{
		"no session":  {engineFunc(func() (host.Session, error) { return nil, host.ErrNoSnapshot }), "no_snapshot"},
		"panic":       {engineFunc(func() (host.Session, error) { panic(errTest) }), "panic"},
		"error":       {handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { return nil, errTest }), "error"},
		"timeout":     {handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { return nil, host.ErrTimeout }), "timeout"},
		"broken":      {handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { return nil, host.ErrBroken }), "broken"},
		"nonsense":    {handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { return []byte("x"), nil }), "error"},
		"half a word": {handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { return []byte{0x93, 0}, nil }), "error"},
		"late panic":  {handling(t, func(host.Session, context.Context, []byte, []byte) ([]byte, error) { panic(errTest) }), "panic"},
	} {
		t.Run(name, func(t *testing.T) {
			m := middleware(t, proxy.Config{Engine: c.engine, Peers: here})
			silent(t, name, sidecar(t, serve(t, m.Wrap(nobody(t))), "/listed"))
			m.expect(t, map[string]float64{"pages_total/" + c.result: 1, "sidecar_total/unchanged": 1})
		})
	}
}

// saying is an engine whose module gives these offers to the slots of a page.
func saying(t testing.TB, offers map[string]string) proxy.Engine {
	t.Helper()
	return handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		b, err := inner.Handle(ctx, nil, request)
		if err != nil {
			return dst, err
		}
		r, err := abi.DecodeResponse(b)
		if err != nil {
			return dst, err
		}
		a := &r.Answer
		a.Slots = a.Slots[:0]
		for _, name := range slices.Sorted(maps.Keys(offers)) {
			a.Slots = append(a.Slots, abi.SlotAnswer{Space: []byte(name), N: 1, Offer: []byte("o"), HTML: []byte(offers[name])})
		}
		return abi.AppendAnswer(dst, a), nil
	})
}

// What is no line, or too long, or one too many, is left out and counted; the
// others are told.
func TestSidecarBounds(t *testing.T) {
	long := func(n int) string { return "<b>" + strings.Repeat("x", n-7) + "</b>" }
	for name, c := range map[string]struct {
		offers map[string]string
		want   string
		left   float64
	}{
		"fits":      {map[string]string{"a": long(4096)}, "a: " + long(4096) + "\n", 0},
		"too long":  {map[string]string{"a": long(4097), "b": "x"}, "b: x\n", 1},
		"folded":    {map[string]string{"a": "<b>" + strings.Repeat("\n", 1000) + "</b>", "b": "x"}, "b: x\n", 1},
		"in all":    {map[string]string{"a": long(4000), "b": long(4000), "c": long(4000), "d": "x"}, "a: " + long(4000) + "\nb: " + long(4000) + "\nd: x\n", 1},
		"no line":   {map[string]string{"a": "<script>\n</script>", "b": "x"}, "b: x\n", 1},
		"empty":     {map[string]string{"a": "", "b": "x"}, "b: x\n", 1},
		"one name":  {map[string]string{"a-b": "1", "a_b": "2", "A-b": "0"}, "A-b: 0\n", 2},
		"no header": {map[string]string{"a\r\nb": "1", "a b": "1", "b": "x"}, "b: x\n", 2},
	} {
		t.Run(name, func(t *testing.T) {
			m := middleware(t, proxy.Config{Engine: saying(t, c.offers), Peers: here})
			if got := offersIn(sidecar(t, serve(t, m.Wrap(nobody(t))), "/listed")); got != c.want {
				t.Errorf("got %.100q, want %.100q", got, c.want)
			}
			m.expect(t, map[string]float64{"slots_total/missing": c.left})
		})
	}
}

// A store is asked and told as for a page of ours.
func TestSidecarStores(t *testing.T) {
	var asked kinds
	s := &fakeStore{}
	log := &taken{}
	m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Hour, Events: log, Peers: here})
	server := serve(t, m.Wrap(nobody(t)))
	a := sidecar(t, server, "/listed", "Cookie: proffer=x")
	if offersIn(a) != threeOffers || s.needs != 1 || !asked.last.HasRecord {
		t.Errorf("%v, %d look-ups", a, s.needs)
	}
	changes := s.told()
	if len(changes) != 1 || changes[0].since != 7 || changes[0].visitor != string(visitorID) || changes[0].details != 3 {
		t.Errorf("told %+v", changes)
	}
	if len(log.put) != 3 || !strings.HasSuffix(log.put[0], "&a=00000000000000aa") {
		t.Errorf("events %q", log.put)
	}
	sidecar(t, server, "/listed", "Cookie: proffer=x", "X-Original-Method: HEAD")
	if len(s.told()) != 1 {
		t.Errorf("told of a HEAD: %+v", s.told())
	}
}

// A store that hangs costs its wait.
func TestSidecarStoreHangs(t *testing.T) {
	var asked kinds
	s := newHang(t, true, true)
	m := middleware(t, proxy.Config{Engine: storing(t, &asked), Store: s, LookupWait: time.Millisecond, Peers: here})
	a := sidecar(t, serve(t, m.Wrap(nobody(t))), "/listed", "Cookie: proffer=x")
	close(s.gone)
	if offersIn(a) != threeOffers {
		t.Errorf("got %v", a)
	}
	m.expect(t, map[string]float64{"lookups_total/late": 1, "writes_total/late": 1})
	if err := m.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// Under refusal the visitor's cookies are removed: both, each in its header.
func TestSidecarRemovesCookies(t *testing.T) {
	m := middleware(t, proxy.Config{Peers: here})
	a := sidecar(t, serve(t, m.Wrap(nobody(t))), "/listed", "Sec-GPC: 1", "Cookie: proffer=x; proffer_e=y")
	first, second := a.header.Get("Proffer-Cookie"), a.header.Get("Proffer-Cookie-Events")
	if !strings.HasPrefix(first, "proffer=;") || !strings.HasPrefix(second, "proffer_e=;") || len(a.header["Set-Cookie"]) != 2 {
		t.Errorf("got %v", a)
	}
}

// The body that a visitor sends the page is not waited for.
func TestSidecarWaitsForNoBody(t *testing.T) {
	m := middleware(t, proxy.Config{Peers: here})
	server := serve(t, m.Wrap(nobody(t)))
	c, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(10 * soon))
	head := "GET /.proffer/slots?page=/listed HTTP/1.1\r\nHost: " + site + "\r\nAccept: text/html\r\nContent-Length: 100000\r\n\r\n"
	if _, err := io.WriteString(c, head); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 200 OK\r\n") || !strings.Contains(string(got), "Proffer-Slot-Hero: ") {
		t.Errorf("got %q, %v", got, err)
	}
}

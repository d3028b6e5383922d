package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/shop/origin"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/seal"
)

// november is a day on which the shop offers strangers who look at beaches winter sun
// before all else, and customers, too.
func november() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// shopLife is the shop with a store, and the clock that all of it goes by.
type shopLife struct {
	serving
	keys, store string
	clock       *atomic.Int64
}

func (l *shopLife) now() time.Time { return time.Unix(l.clock.Load(), 0).UTC() }

// newShopLife serves the shop with a store until it is stopped, or the test ends.
func newShopLife(t *testing.T, engine string) (l *shopLife, stop func() error) {
	t.Helper()
	l = &shopLife{keys: newKeys(t), store: "file:" + filepath.Join(t.TempDir(), "store"), clock: new(atomic.Int64)}
	l.clock.Store(november().Unix())
	key, err := origin.ReadKey(l.keys)
	if err != nil {
		t.Fatal(err)
	}
	site, err := origin.New(origin.Config{Identity: key, Now: l.now})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(site)
	t.Cleanup(s.Close)
	if status, _, errs := proffer(t, "", "people", "import", "../../../examples/shop/people.jsonl", "--source", "club",
		"--store", l.store, "--catalog", shopCatalog, "--quiet"); status != 0 {
		t.Fatal(errs)
	}
	c := serveCommand{Origin: s.URL, Catalog: shopCatalog, Keys: l.keys, Store: l.store, clock: l.now}
	if engine == "wasm" {
		l.serving = start(t, c)
		return l, func() error { return nil }
	}
	l.serving, stop = keeping(t, c)
	return l, stop
}

// browser is another browser.
func (l *shopLife) browser(t *testing.T) *stroll {
	return &stroll{T: t, serving: l.serving, Client: stranger(t), keys: l.keys, clock: l.clock}
}

// logs sends the shop's form to log in, or out.
func (w *stroll) logs(what string, form url.Values) {
	w.Helper()
	r, err := w.PostForm(w.url+what, form)
	if err != nil || r.Body.Close() != nil || r.StatusCode != http.StatusSeeOther {
		w.Fatalf("%s: %v, %v", what, r, err)
	}
}

// id is the visitor's, in hex.
func (w *stroll) id() string {
	w.Helper()
	list, err := config.LoadKeys(w.keys)
	if err != nil {
		w.Fatal(err)
	}
	return visitorID(w.T, list, &http.Cookie{Name: "proffer", Value: w.has()["proffer"]})
}

// shows holds that a page has some texts, and has not those that begin with "not ".
func (w *stroll) shows(what, path string, texts ...string) string {
	w.Helper()
	page := w.page(path)
	for _, text := range texts {
		unwanted, not := strings.CutPrefix(text, "not ")
		if strings.Contains(page, unwanted) == not {
			w.Errorf("%s: %q is on the page: %v. The strip says %q, beside the text stands %s, at the foot %s",
				what, unwanted, not, strip(page), besideText(page), between(page, "<!-- offer:footer -->", "<!-- /offer -->"))
		}
	}
	return page
}

// asks sends a call to the admin listener, with a peer token of the clock's time.
func (l *shopLife) asks(t *testing.T, method, path string, form url.Values) (status int, text string) {
	t.Helper()
	list, err := config.LoadKeys(l.keys)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := config.Keyring(list)
	if err != nil {
		t.Fatal(err)
	}
	token, err := seal.AppendPeer(nil, ring, l.now().Add(time.Hour).Unix())
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, l.admin+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+string(token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

// holds holds that the store has some texts of a visitor; without any, that it has
// nothing.
func (l *shopLife) holds(t *testing.T, what, visitor string, texts ...string) {
	t.Helper()
	want := http.StatusOK
	if len(texts) == 0 {
		want = http.StatusNotFound
	}
	status, held := l.asks(t, http.MethodGet, "/v1/visitor?id="+visitor, nil)
	if status != want {
		t.Errorf("%s: status %d, want %d: %s", what, status, want, held)
	}
	for _, text := range texts {
		if !strings.Contains(held, text) {
			t.Errorf("%s: the store has no %s: %s", what, text, held)
		}
	}
}

// winterSun is what an export has of that offer beside a list.
func winterSun(status string) string {
	return `"environment":"visitors","offer":"gomera-winter-sun","space":"side","channel":"web","status":"` + status + `"`
}

// What pages show of winter sun, and of a place that is held.
const (
	beaches       = "/travel/beaches"
	strangersSun  = "Daylight until seven"
	customersSun  = "An eighth night in the sun"
	strangersHeld = "Thank you. A place is held for you."
	customersHeld = "whichever of your devices you said so on"
)

// TestShopLife plays the whole life of a visitor in the shop with a store: what each
// page shows, and what the store has then.
func TestShopLife(t *testing.T) {
	for _, engine := range []string{"native", "wasm"} {
		t.Run(engine, func(t *testing.T) {
			l, stop := newShopLife(t, engine)
			a, b := l.browser(t), l.browser(t)
			l.becomesKnown(a)
			l.logsIn(a, b)
			l.isErased(a, b)
			if engine == "wasm" {
				return
			}
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			l.isGone(t)
		})
	}
}

// becomesKnown is a stranger who clicks, accepts, and comes back days later.
func (l *shopLife) becomesKnown(a *stroll) {
	a.Helper()
	page := a.shows("a stranger", beaches, "New here?", strangersSun, "not "+strangersHeld)
	l.holds(a.T, "after a stranger's first page", a.id())
	html := besideText(page)
	if to := a.send(http.MethodGet, a.address("click", html), beaches); to != "/offers/gomera-winter-sun" {
		a.Errorf("the click leads to %s", to)
	}
	l.holds(a.T, "after a click", a.id(), winterSun("interested"))
	a.shows("where the click leads", "/offers/gomera-winter-sun", "Still looking?")
	page = a.shows("after a click", beaches, strangersSun)
	l.holds(a.T, "with the second page", a.id(), `"visits":1`, `"offer":"first-visit"`, `"offer":"still-looking"`)
	if to := a.send(http.MethodPost, a.address("accept", besideText(page)), beaches); to != beaches {
		a.Errorf("the form leads to %s", to)
	}
	l.holds(a.T, "after a yes", a.id(), winterSun("accepted"))
	a.shows("the page after a yes", beaches, strangersHeld, "Held so far: 1.", "not "+strangersSun)
	l.holds(a.T, "with the page after a yes", a.id(), winterSun("accepted"), `"held":1`)
	id := a.id()
	a.clock.Add(2 * 24 * 60 * 60)
	a.shows("two days later", beaches, "Held so far: 1.", "not "+strangersSun)
	l.holds(a.T, "two days later", id, winterSun("accepted"), `"held":1`, `"visits":2`)
}

// logsIn is a customer whom a second browser knows, and who logs out there.
func (l *shopLife) logsIn(a, b *stroll) {
	a.Helper()
	customer := func(number string) url.Values { return url.Values{"customer": {number}} }
	id := a.id()
	a.logs("/login", customer("1002"))
	a.shows("a customer", beaches, "For customers", customersHeld, "not "+customersSun)
	l.holds(a.T, "a customer", id, `"person":{"source":"main","key":"1002"}`)
	other := l.browser(a.T)
	other.logs("/login", customer("1001"))
	other.shows("another customer", beaches, customersSun, "not "+customersHeld)

	b.shows("another browser", beaches, "New here?", strangersSun, "not "+strangersHeld)
	b.logs("/login", customer("1002"))
	b.shows("the customer on another browser", beaches, "For customers", customersHeld, "not "+customersSun)
	b.logs("/logout", nil)
	page := b.shows("logged out", "/", "Log in", customersHeld)
	if hero := between(page, `data-offer-space="hero"`, `data-offer-space="hero_2"`); !strings.Contains(hero, "For customers") {
		a.Errorf("logged out and known, the hero has no customer offer: %s", hero)
	}
	b.shows("logged out, where only a login counts", beaches, strangersSun)
	l.holds(a.T, "the other browser", b.id(), `"person":{"source":"main","key":"1002"}`, winterSun("presented"))
}

// isErased exports the customer, and erases it: both browsers are strangers.
func (l *shopLife) isErased(a, b *stroll) {
	a.Helper()
	a.logs("/logout", nil)
	status, held := l.asks(a.T, http.MethodGet, "/v1/person?source=main&key=1002", nil)
	if lines := strings.Count(held, "\n"); status != http.StatusOK || lines != 3 {
		a.Fatalf("the export: status %d, %d lines: %s", status, lines, held)
	}
	person, visitors, _ := strings.Cut(held, "\n")
	for in, texts := range map[string][]string{
		person:   {`"key":"1002"`, a.id(), b.id(), `"environment":"customers","offer":"held-places","space":"footer"`},
		visitors: {`{"visitor":"` + a.id(), `{"visitor":"` + b.id(), winterSun("accepted"), winterSun("presented")},
	} {
		for _, text := range texts {
			if !strings.Contains(in, text) {
				a.Errorf("the export has no %s: %s", text, in)
			}
		}
	}
	status, text := l.asks(a.T, http.MethodPost, "/v1/erase", url.Values{"source": {"main"}, "key": {"1002"}})
	if status != http.StatusOK || !strings.Contains(text, "with 2 linked visitors") {
		a.Errorf("erasing: status %d, %s", status, text)
	}
	for name, w := range map[string]*stroll{"the first browser": a, "the other browser": b} {
		old := w.id()
		w.shows(name+" of who was erased", beaches, "New here?", strangersSun, "not "+strangersHeld, "not "+customersHeld)
		if w.id() == old {
			a.Errorf("%s has the old id", name)
		}
		l.holds(a.T, name+" of who was erased", old)
	}
	if status, text := l.asks(a.T, http.MethodGet, "/v1/person?source=main&key=1002", nil); status != http.StatusNotFound {
		a.Errorf("of who was erased: status %d, %s", status, text)
	}
}

// isGone asks the commands, now that nobody has the store open.
func (l *shopLife) isGone(t *testing.T) {
	t.Helper()
	export := func(key string) (int, string, string) {
		return proffer(t, "", "people", "export", key, "--source", "main", "--store", l.store)
	}
	if status, _, errs := export("1002"); status != exitRefused || !strings.Contains(errs, `nothing is held of the person "1002" of source "main"`) {
		t.Errorf("of who was erased: status %d, %s", status, errs)
	}
	if status, out, errs := export("1001"); status != 0 || !strings.Contains(out, `"key":"1001"`) {
		t.Errorf("of another customer: status %d, %s%s", status, out, errs)
	}
}

// TestShopClub is at home where people are whom a list says they are, logged out as
// well, until another list says otherwise.
func TestShopClub(t *testing.T) {
	l, _ := newShopLife(t, "native")
	const club = "http://club.localhost"
	member := func(number string) *stroll {
		w := l.browser(t)
		w.url = club
		w.Transport = named(t, l.url).Transport
		w.logs("/login", url.Values{"number": {number}})
		return w
	}
	gold := member("1002")
	gold.shows("a member", "/", "Gold, with 9420 points", "You have 9420 points.")
	gold.logs("/logout", nil)
	gold.shows("a member who is logged out", "/", "Log in", "Gold, with 9420 points")
	member("1003").shows("a member from Canada", "/", "Montréal or Toronto. 620 points", "620 points")
	nobody := member("4711")
	nobody.shows("who is not on the list", "/", "Customer 4711", "New here?", "not points")

	lines := `{"key":"4711","attributes":{"points":1}}` + "\n"
	if status, out, errs := proffer(t, lines, "people", "import", "-", "--source", "club", "--store", l.store, "--quiet"); status != 0 {
		t.Fatal(out, errs)
	}
	for limit := time.Now().Add(time.Minute); ; {
		if page, _ := get(t, nobody.Client, club+"/"); strings.Contains(page, "1 points are yours.") {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("in a minute the new list did not count")
		}
	}
	gold.shows("who is not on the new list", "/", "not Gold")
}

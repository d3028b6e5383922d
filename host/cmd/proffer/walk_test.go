package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/record"
)

// strolled is what the walk through the shop left behind.
type strolled struct {
	keys, events, records       string
	clicked, accepted, rejected string // offers beside the text
	prefetched                  string
	strips                      map[string]int // how often the strip showed what
}

// TestShopWalk serves the shop and walks through it: rules, clicks, answers,
// forgetting, prefetching, pauses; then reads what was written.
func TestShopWalk(t *testing.T) {
	dir := t.TempDir()
	left := strolled{keys: newKeys(t), events: filepath.Join(dir, "events"), records: filepath.Join(dir, "records"), strips: map[string]int{}}
	t.Run("walk", func(t *testing.T) { // until its end all is written
		w := &stroll{T: t, Client: stranger(t), keys: left.keys, clock: new(atomic.Int64)}
		w.at(july())
		w.serving = serve(t, shop(t, left.keys).URL, shopCatalog, left.keys, func(c *serveCommand) {
			c.Events, c.Record = left.events, left.records
			c.clock = func() time.Time { return time.Unix(w.clock.Load(), 0).UTC() }
		})
		w.answers(&left)
		w.fetchesAhead(&left)
		w.caps(&left)
		w.isForgotten()
		w.asked()
		w.pauses()
	})
	left.report(t)
	left.replay(t)
}

// answers clicks, accepts and rejects beside the text.
func (w *stroll) answers(left *strolled) {
	w.Helper()
	var html string
	left.clicked, html = w.beside("/travel/beaches")
	if got := w.has(); len(got) != 1 || w.status(left.clicked) != "presented" {
		w.Fatalf("a stranger: cookies %v, %s is %s", got, left.clicked, w.status(left.clicked))
	}
	if to := w.send(http.MethodGet, w.address("click", html), "/travel/beaches"); to != "/offers/"+left.clicked || w.has()["proffer_e"] == "" {
		w.Errorf("the click leads to %s, cookies %v", to, w.has())
	}
	w.page("/offers/" + left.clicked)
	if got := w.status(left.clicked); got != "interested" {
		w.Errorf("after a click %s is %s", left.clicked, got)
	}
	hero := between(w.page("/"), `<article class="hero offer"`, "</article>")
	answer, err := w.Post(w.url+w.address("seen", hero), "text/plain", nil)
	if err != nil || answer.StatusCode != http.StatusNoContent {
		w.Fatalf("seen: %v, %v", answer, err)
	}
	const list = "/travel/canada"
	left.accepted, html = w.beside(list)
	if to := w.send(http.MethodPost, w.address("accept", html), list); to != list {
		w.Errorf("the form leads to %s, want the page that had it", to)
	}
	page := w.page(list)
	if !strings.Contains(page, "Thank you. A place is held for you.") || !strings.Contains(page, "Held so far: 1.") {
		w.Error("after a yes the page does not say thanks")
	}
	if got := w.status(left.accepted); got != "accepted" {
		w.Errorf("after a yes %s is %s", left.accepted, got)
	}
	left.rejected, html = w.beside(list)
	if left.rejected == left.accepted {
		w.Errorf("%s is held, and offered again", left.accepted)
	}
	w.send(http.MethodPost, w.address("reject", html), list)
	canada := []string{"rockies-by-rail", "laurentian-autumn", "yukon-lights", "lakes-and-cabins"}
	for _, when := range []time.Time{july().Add(time.Hour), july().Add(29 * 24 * time.Hour)} {
		w.at(when)
		if code, _ := w.beside(list); strings.Contains(strings.Join(canada, " "), code) {
			w.Errorf("at %v, after a no to %s: %s is offered", when, left.rejected, code)
		}
	}
	w.at(july().Add(31 * 24 * time.Hour))
	w.page("/") // the first of a visit greets a regular
	if code, _ := w.beside(list); !strings.Contains(strings.Join(canada, " "), code) {
		w.Errorf("a month after the no to Canada: %s is offered there", code)
	}
}

// fetchesAhead lets the browser fetch a page before anybody looks at it.
func (w *stroll) fetchesAhead(left *strolled) {
	w.Helper()
	before := w.has()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, w.url+"/travel/cities", nil)
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Sec-Purpose", "prefetch")
	answer, err := w.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	page := text(w.T, answer)
	if len(answer.Cookies()) != 0 || !maps.Equal(before, w.has()) {
		w.Errorf("what is fetched ahead sets %v", answer.Cookies())
	}
	to := w.send(http.MethodGet, w.address("click", besideText(page)), "/travel/cities")
	left.prefetched = strings.TrimPrefix(to, "/offers/")
	w.page("/about")
	if got := w.status(left.prefetched); got != catalog.Interested.String() {
		w.Errorf("clicked on what was fetched ahead: %s is %s", left.prefetched, got)
	}
}

// caps looks at the strip until all of its capped lines were there twice, and on
// the next day of the catalog's zone.
func (w *stroll) caps(left *strolled) {
	w.Helper()
	const always = "A letter on paper"
	day := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	w.Client = stranger(w.T)
	w.at(day)
	look := func() string {
		text := strip(w.page("/login"))
		left.strips[text]++
		return text
	}
	today := map[string]int{}
	last := ""
	for range 6 {
		last = look()
		today[last]++
	}
	for text, n := range today {
		if n > 2 && !strings.HasPrefix(text, always) {
			w.Errorf("the strip says %d times on a day: %s", n, text)
		}
	}
	if !strings.HasPrefix(last, always) || len(today) != 3 {
		w.Errorf("the strip has said %v, and %q at the end", today, last)
	}
	w.at(time.Date(2026, 9, 1, 21, 58, 0, 0, time.UTC))
	if got := look(); !strings.HasPrefix(got, always) {
		w.Errorf("a minute before midnight in Paris the strip says %q", got)
	}
	w.at(time.Date(2026, 9, 1, 22, 0, 0, 0, time.UTC))
	if got := look(); !strings.HasPrefix(got, "Still looking?") {
		w.Errorf("after midnight in Paris the strip says %q", got)
	}
}

// isForgotten has the browser forget the visitor.
func (w *stroll) isForgotten() {
	w.Helper()
	w.page("/travel/beaches")
	w.send(http.MethodGet, w.address("click", besideText(w.page("/travel/beaches"))), "/travel/beaches")
	if got := w.has(); len(got) != 2 {
		w.Errorf("before it is forgotten the browser has %v", got)
	}
	if to := w.send(http.MethodPost, "/.proffer/forget", "/about"); to != "/about" || len(w.has()) != 0 {
		w.Errorf("forgetting leads to %s and leaves %v", to, w.has())
	}
	if got := strip(w.page("/")); !strings.HasPrefix(got, "New here?") {
		w.Errorf("whoever was forgotten is told %q", got)
	}
}

// asked looks at the host that asks, before any answer.
func (w *stroll) asked() {
	w.Helper()
	me := named(w.T, w.url)
	for range 3 {
		page, r := get(w.T, me, "http://consent.localhost/travel/beaches")
		if len(r.Cookies()) != 0 || strings.Contains(page, "/.proffer/event?") || strings.Contains(page, "/.proffer/click") {
			w.Errorf("before a yes: cookies %v, or the page can tell what becomes of offers", r.Cookies())
		}
		if !strings.HasPrefix(strip(page), "New here?") {
			w.Errorf("before a yes the strip says %q", strip(page))
		}
	}
}

// pauses stops the offer that a page shows.
func (w *stroll) pauses() {
	w.Helper()
	w.Client = stranger(w.T)
	code, _ := w.beside("/travel/cities")
	body := `{"environment":"visitors","kind":"offer","name":"` + code + `"}`
	if status, got := post(w.T, w.admin+"/v1/pause", asJSON, body); status != http.StatusOK {
		w.Fatalf("pause: status %d, %s", status, got)
	}
	if now, _ := w.beside("/travel/cities"); now == code {
		w.Errorf("%s is paused, and shown", code)
	}
}

// report holds the report on the files of events against the walk.
func (l *strolled) report(t *testing.T) {
	t.Helper()
	status, out, errs := proffer(t, "", "events", "report", l.events, "--by", "offer,space,day", "--zone", "Europe/Paris", "--format", "json")
	if status != 0 || errs != "" {
		t.Fatalf("status %d: %s", status, errs)
	}
	type counts struct{ Shown, Seen, Clicked, Accepted, Rejected int }
	var got struct {
		Rows []struct {
			Offer, Space, Day string
			counts
		}
		Total counts
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if total := got.Total; total.Seen != 1 || total.Clicked != 3 || total.Accepted != 1 || total.Rejected != 1 {
		t.Errorf("the report has in all %+v", total)
	}
	rows := map[string]counts{}
	for _, r := range got.Rows {
		rows[r.Offer+" "+r.Space+" "+r.Day] = r.counts
	}
	const first = " side 2026-07-10"
	for what, ok := range map[string]bool{
		"clicked":    rows[l.clicked+first].Clicked == 1,
		"accepted":   rows[l.accepted+first].Accepted == 1,
		"rejected":   rows[l.rejected+first].Rejected == 1,
		"fetched":    rows[l.prefetched+" side 2026-08-10"].Clicked == 1,
		"first page": rows["first-visit strip 2026-07-10"] == counts{Shown: 1},
		"capped":     rows["still-looking strip 2026-09-01"] == counts{Shown: 2},
		"always":     rows["letter strip 2026-09-01"] == counts{Shown: l.strips["A letter on paper, four times a year. Write to me"]},
	} {
		if !ok {
			t.Errorf("%s: the report has %v", what, rows)
		}
	}
}

// replay decides recorded pages again: those of the last week of the walk, for
// older ones are gone.
func (l *strolled) replay(t *testing.T) {
	t.Helper()
	list, err := record.List(l.records, 100)
	if err != nil || len(list) < 13 {
		t.Fatalf("%d records, want those of 8 pages with the strip alone, 3 before and after forgetting, 2 of a pause; error %v", len(list), err)
	}
	for _, e := range list {
		status, out, errs := proffer(t, "", "decide", "--engine", "native", "--record", l.records, "--interaction", e.Interaction, "--keys", l.keys)
		if status != 0 || errs != "" || !strings.Contains(out, e.Interaction) {
			t.Errorf("%s%s: status %d, %s", e.Host, e.Path, status, errs)
		}
		if strings.HasPrefix(e.Host, "consent.") {
			t.Errorf("a page of who has not answered is recorded: %s%s", e.Host, e.Path)
		}
	}
}

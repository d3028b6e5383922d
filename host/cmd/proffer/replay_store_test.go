package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/host/service"
)

// remembered is what a walk on a site with a store has left: records of it, in
// directories.
type remembered struct {
	T                    *testing.T
	store, records, keys string
	catalog, origin      string
}

func remember(t *testing.T) *remembered {
	t.Helper()
	dir := t.TempDir()
	return &remembered{
		T: t, store: filepath.Join(dir, "store"), records: filepath.Join(dir, "records"),
		keys: newKeys(t), catalog: catalogFile(t, lifeCatalog), origin: lifeSite(t),
	}
}

// serve serves the site; what is opened is told of the store, if it is not nil.
func (l *remembered) serve(opened func(*service.Storage)) (s serving, stop func() error) {
	l.T.Helper()
	return keeping(l.T, serveCommand{
		Origin: l.origin, Catalog: l.catalog, Keys: l.keys, Store: "file:" + l.store, Record: l.records, opened: opened,
	})
}

// walk has strangers, visitors whom the store knows and does not know, and a person
// with two devices look at pages.
func (l *remembered) walk(s serving) (anna, phone, carl *device) {
	open := func() *device { return newDevice(l.T, s, l.keys, time.Now) }
	anna, phone, carl = open(), open(), open()
	for _, b := range []*device{anna, phone, carl} {
		b.page("/first")
		b.page("/second")
		_, accept := b.page("/third?a=%22b%22")
		b.post(accept)
		b.page("/fourth")
	}
	for range 2 {
		for _, b := range []*device{anna, phone} {
			b.logIn("anna")
			b.page("/mine")
		}
	}
	return anna, phone, carl
}

// documents are the records as they stand in their files.
func (l *remembered) documents() string {
	l.T.Helper()
	names, err := filepath.Glob(filepath.Join(l.records, "*", "*.jsonl"))
	if err != nil {
		l.T.Fatal(err)
	}
	out := ""
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			l.T.Fatal(err)
		}
		out += string(b)
	}
	return out
}

// replay decides every record again, on both engines, and holds the answers to each
// other; that they are those of then the command holds itself.
func (l *remembered) replay(want int) {
	l.T.Helper()
	list, err := record.List(l.records, 1000)
	if err != nil || len(list) != want {
		l.T.Fatalf("%d records, want %d; error %v", len(list), want, err)
	}
	answers := map[string]string{}
	for engine, flags := range onBoth(l.T) {
		args := append([]string{"decide", "--record", l.records, "--interaction", list[0].Interaction, "--keys", l.keys}, flags...)
		if status, out, errs := proffer(l.T, "", args...); status != 0 || errs != "" || !strings.Contains(out, list[0].Interaction) {
			l.T.Errorf("%s: %s: status %d, %s%s", engine, list[0].Path, status, out, errs)
		}
		names, err := filepath.Glob(filepath.Join(l.records, "*", "*.jsonl"))
		if err != nil {
			l.T.Fatal(err)
		}
		for _, name := range names {
			args := append([]string{"decide", "--request", name, "--catalog", filepath.Join(filepath.Dir(name), "snapshot"), "--keys", l.keys}, flags...)
			status, out, errs := proffer(l.T, "", args...)
			if status != 0 || errs != "" {
				l.T.Errorf("%s: status %d, %s", engine, status, errs)
			}
			answers[engine] += out
		}
	}
	if lines := strings.Count(answers["native"], "\n"); lines != want || answers["native"] != answers["wasm"] {
		l.T.Errorf("the engines answer differently, or not all of %d records", want)
	}
}

// TestReplayWithAStore holds that what was decided with a store is answered by the
// same bytes again, on both engines, whatever has become of the store.
func TestReplayWithAStore(t *testing.T) {
	l := remember(t)
	importPeople(t, l.store, personLine("anna", "first motto"))
	s, stop := l.serve(nil)
	l.walk(s)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	const pages = 3*4 + 2*2
	text := l.documents()
	for what, want := range map[string]string{
		"a stranger":                   `"store":{}`,
		"a visitor whom nobody knows":  `{"folder":"visitors","known":false}`,
		"a visitor":                    `{"folder":"visitors","attributes":{"last":"/second"},"history":[{"id":"`,
		"what was accepted":            `"status":"accepted"`,
		"an environment":               `"environment":"visitors","first":"`,
		"a person":                     `"persons":[{"source":"main","key":"anna","attributes":{"motto":"first motto"}`,
		"what another device was show": `"linked":[{"id":"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no record has %s: %s", what, want)
		}
	}
	l.replay(pages)
	importPeople(t, l.store, personLine("anna", "second motto"))
	s, stop = l.serve(nil)
	_, _, carl := l.walk(s)
	status, _, errs := heldBy(t, s, l.keys, "visitor", "erase", carl.id())
	if status != 0 {
		t.Fatal(errs)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if again := l.documents(); !strings.HasPrefix(again, text) && !strings.Contains(again, text) {
		t.Error("records of before have changed")
	}
	l.replay(2*pages - 4)
}

// TestReplayWithoutTheStore holds that a page for which the store did not answer is
// answered the same again, by the cookie alone.
func TestReplayWithoutTheStore(t *testing.T) {
	l := remember(t)
	broken := make(chan *service.Storage, 1)
	s, stop := l.serve(func(s *service.Storage) { broken <- s })
	b := newDevice(t, s, l.keys, time.Now)
	b.page("/first")
	b.page("/second")
	if err := (<-broken).Close(); err != nil {
		t.Fatal(err)
	}
	b.page("/third")
	_ = stop() // the store is closed already
	if text := l.documents(); strings.Count(text, `"store":{"visitors":[]}`) != 1 {
		t.Errorf("no record of a store that does not answer: %s", text)
	}
	l.replay(3)
}

// TestExplainWithAStore holds that the page says of a recorded request where its
// history came from.
func TestExplainWithAStore(t *testing.T) {
	l := remember(t)
	importPeople(t, l.store, personLine("anna", "motto"))
	s, stop := l.serve(nil)
	l.walk(s)
	recorded(t, s, 16)
	list, err := record.List(l.records, 100)
	if err != nil {
		t.Fatal(err)
	}
	says := map[string]int{}
	for _, e := range list {
		page, r := get(t, http.DefaultClient, s.admin+"/explain?record="+e.Interaction)
		if r.StatusCode != http.StatusOK {
			t.Fatalf("status %d, %s", r.StatusCode, page)
		}
		if strings.Contains(page, "What nobody reads") {
			t.Errorf("%s: names of the store are told to be unknown", e.Path)
		}
		for _, text := range []string{
			"history from the store, with what", "history from the store<", "history from the cookie: the store does not know the visitor yet",
		} {
			says[text] += strings.Count(page, text)
		}
	}
	if len(says) != 3 || says["history from the store, with what"] == 0 || says["history from the store<"] < 6 || says["history from the cookie: the store does not know the visitor yet"] != 3 {
		t.Errorf("the pages say %v", says)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	status, out, errs := proffer(t, "", "decide", "--engine", "native", "--record", l.records, "--interaction", list[0].Interaction, "--keys", l.keys, "--tree")
	if status != 0 || !strings.Contains(out, "  history: from the store") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}

// TestErasedDevice holds that of a visitor who was erased nothing is left in the
// records of the person's other visitors, which do not name it.
func TestErasedDevice(t *testing.T) {
	l := remember(t)
	importPeople(t, l.store, personLine("anna", "motto"))
	s, stop := l.serve(nil)
	anna, phone, carl := l.walk(s)
	_, held, errs := heldBy(t, s, l.keys, "visitor", "export", anna.id())
	if errs != "" {
		t.Fatal(errs)
	}
	of := between(held, `"propositions":[{"id":"`, `"`)
	if lines := l.linesOf(of); lines < 2 {
		t.Fatalf("%d records have the proposition %s: want the visitor's and the phone's", lines, of)
	}
	if status, _, errs := heldBy(t, s, l.keys, "visitor", "erase", anna.id()); status != 0 {
		t.Fatal(errs)
	}
	for _, gone := range []string{anna.id(), of} {
		if lines := l.linesOf(gone); lines != 0 {
			t.Errorf("%d records still have %s", lines, gone)
		}
	}
	for _, stays := range []string{phone.id(), carl.id()} {
		if l.linesOf(stays) == 0 {
			t.Errorf("no record has %s any more", stays)
		}
	}
	back := anna.replayed(s)
	back.page("/back")
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if l.linesOf(anna.id()) != 0 {
		t.Error("the cookie of who was erased is recorded")
	}
}

// linesOf is how many records have a text.
func (l *remembered) linesOf(text string) (n int) {
	l.T.Helper()
	for line := range strings.Lines(l.documents()) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// TestDecideOfAVisitorInAStore holds that a document's visitor is decided about as
// ever, wherever the catalog keeps histories.
func TestDecideOfAVisitorInAStore(t *testing.T) {
	const document = `{"time":"2026-07-10T12:00:00Z","seed":1,"slots":[{"space":"hero","environment":"visitors"}],"want":6,
"visitor":{"id":"000102030405060708090a0b0c0d0e0f","attributes":{"last":"/x"},"history":[{"offer":"one","channel":"web","status":"presented","time":"2026-07-09T12:00:00Z"}]}}`
	var answers []string
	for _, catalog := range []string{lifeCatalog, strings.ReplaceAll(lifeCatalog, "history: store", "history: cookie")} {
		status, out, errs := proffer(t, document, "decide", "--engine", "native", "--catalog", catalogFile(t, catalog), "--request", "-")
		if status != 0 || !strings.Contains(out, `"offer":"two"`) || !strings.Contains(out, `"last":"/`) {
			t.Fatalf("status %d, %s%s", status, out, errs)
		}
		_, rest, _ := strings.Cut(out, `,`) // behind the snapshot's hash
		answers = append(answers, rest)
	}
	if answers[0] != answers[1] {
		t.Errorf("in a store: %s\nin the cookie: %s", answers[0], answers[1])
	}
}

package record_test

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// withStore is a request of a host whose store has a record of whoever has the
// cookie; nil: it was not asked.
func withStore(cookie []byte, r *abi.Record) func(*abi.Request) {
	return func(q *abi.Request) {
		q.Flags |= abi.FlagStore
		if cookie != nil {
			with(cookie)(q)
		}
		if r != nil {
			q.HasRecord, q.Record = true, *r
		}
	}
}

// shown is a history of one offer.
func shown(id, offer string) abi.History {
	return abi.AppendHistory(nil, []abi.HistoryEntry{{
		ID: []byte(id), Offer: []byte(offer), Status: catalog.Presented, Time: noon.UnixMilli(), Environment: []byte("visitors"), First: noon.UnixMilli(),
	}})
}

// anna is a person whom a store knows.
func anna(key string) abi.Record {
	return abi.Record{Persons: []abi.Person{{Source: []byte("main"), Key: []byte(key), History: shown("12345678", "one")}}}
}

// inRecords reports whether some file of the directory has the text.
func inRecords(t *testing.T, dir, text string) bool {
	t.Helper()
	names, _ := files(t, dir)
	return slices.ContainsFunc(names, func(name string) bool {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(b, []byte(text))
	})
}

// TestRecordOfAStore holds that a record has what the store had, whether it was
// asked and whether it answered.
func TestRecordOfAStore(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	stranger := decide(t, e, 1, withStore(nil, nil))
	cookie := stranger.cookie(t)
	list := []decision{
		stranger,
		decide(t, e, 2, withStore(cookie, &abi.Record{})),
		decide(t, e, 3, withStore(cookie, &abi.Record{Visitors: []abi.Visitor{{Folder: []byte("visitors"), Known: true, History: shown("01234567", "one")}}})),
	}
	put(w, list...)
	put(w, decide(t, e, 4, withStore(cookie, &abi.Record{Erased: true})))
	w.Flush()
	if s := w.Stats(); s.Kept != 3 || s.Erased != 1 || s.Unsaid != 0 {
		t.Fatalf("%+v", s)
	}
	for i, want := range []document.Store{{}, {Asked: true}, {Asked: true}} {
		f, err := record.Find(dir, list[i].id())
		if err != nil {
			t.Fatal(err)
		}
		doc, err := document.Parse(f.Document)
		if err != nil {
			t.Fatal(err)
		}
		if got := abi.AppendRequest(nil, doc.Request(list[i].snapshot.Hash[:])); !bytes.Equal(got, list[i].request) || doc.Store.Asked != want.Asked {
			t.Errorf("another request\n got %q\nwant %q", got, list[i].request)
		}
	}
}

// TestErasePersonOfStore holds that every record goes that names a person, wherever it
// does, and no other.
func TestErasePersonOfStore(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	c, _, text := abi.DecodeConfig(decide(t, e, 0, nil).snapshot.Settings)
	if c == nil {
		t.Fatal(text)
	}
	c.PersonHeader = "x-person"
	if err := e.Reconfigure(t.Context(), abi.AppendConfig(nil, c)); err != nil {
		t.Fatal(err)
	}
	const key = `anna "é"  <1>`
	token, err := seal.AppendToken(nil, seal.TestKeyring(), "main", key, noon.Add(time.Hour).Unix(), nil)
	if err != nil {
		t.Fatal(err)
	}
	mine, others := anna(key), anna("bert")
	elsewhere := anna(key)
	elsewhere.Persons[0].Source = []byte("club")
	gone := []decision{
		decide(t, e, 1, withStore(nil, &mine)),
		decide(t, e, 2, func(q *abi.Request) { q.Target = abi.PersonKey{Key: []byte(key)} }),
		decide(t, e, 3, func(q *abi.Request) { q.Target = abi.PersonKey{Source: []byte("main"), Key: []byte(key)} }),
		decide(t, e, 4, with(append([]byte("proffer_identity="), token...))),
		decide(t, e, 5, func(q *abi.Request) { q.Headers = []abi.Header{{Name: []byte("x-person"), Value: []byte(key)}} }),
	}
	stays := []decision{
		decide(t, e, 6, withStore(nil, &others)),
		decide(t, e, 7, withStore(nil, &elsewhere)),
		decide(t, e, 8, func(q *abi.Request) { q.Query = []byte(key) }),
	}
	put(w, slices.Concat(stays, gone)...)
	w.Flush()
	if told, err := record.OfPerson(dir, "main", key); err != nil || len(told) != len(gone) {
		t.Errorf("%d records are told of, want %d; error %v", len(told), len(gone), err)
	}
	if n, err := w.ErasePerson("main", key); err != nil || n != len(gone) {
		t.Errorf("%d erased, want %d; error %v", n, len(gone), err)
	}
	if got, want := kept(t, dir), []string{stays[2].id(), stays[1].id(), stays[0].id()}; !slices.Equal(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
}

// TestEraseLinked holds that what one of a person's visitors was shown goes from
// the records of the others, and what names the person alone stays.
func TestEraseLinked(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	alone, both, bert := anna("anna"), anna("anna"), anna("bert")
	both.Linked, bert.Linked = shown("abcdefgh", "two"), shown("ABCDEFGH", "two")
	stays := []decision{decide(t, e, 1, withStore(nil, &alone)), decide(t, e, 2, withStore(nil, &bert))}
	put(w, decide(t, e, 3, withStore(nil, &both)))
	put(w, stays...)
	w.Flush()
	const linked = "6162636465666768"
	if !inRecords(t, dir, linked) {
		t.Fatal("what was linked is not recorded")
	}
	if n, err := w.EraseLinked("main", "anna"); err != nil || n != 1 || inRecords(t, dir, linked) {
		t.Errorf("%d erased, error %v", n, err)
	}
	if got := kept(t, dir); len(got) != 2 {
		t.Errorf("left are %v", got)
	}
}

// TestEraseWhileAPageIsUnderWay holds that a page which was decided before somebody
// was erased, and is told of after that, leaves nothing; later all is as before.
func TestEraseWhileAPageIsUnderWay(t *testing.T) {
	dir, now := t.TempDir(), &clock{now: noon}
	w := writer(t, record.Config{Dir: dir, Clock: now.tell})
	e := engine(t, "shop")
	mine, other := decide(t, e, 1, nil), decide(t, e, 2, nil)
	known, linked := anna("anna"), anna("carl")
	linked.Linked = shown("abcdefgh", "two")
	again, person, others := decide(t, e, 3, with(mine.cookie(t))), decide(t, e, 4, withStore(nil, &known)), decide(t, e, 5, withStore(nil, &linked))
	for what, erase := range map[string]func() (int, error){
		"visitor": func() (int, error) { return w.Erase(idOf(t, mine.cookie(t))) },
		"person":  func() (int, error) { return w.ErasePerson("main", "anna") },
		"linked":  func() (int, error) { return w.EraseLinked("main", "carl") },
	} {
		if n, err := erase(); n != 0 || err != nil {
			t.Errorf("%s: %d erased, error %v", what, n, err)
		}
	}
	put(w, again, person, others, other)
	w.Flush()
	if got := kept(t, dir); !slices.Equal(got, []string{other.id()}) || w.Stats().Erased != 3 {
		t.Errorf("kept %v, %+v", got, w.Stats())
	}
	now.add(10 * time.Minute)
	put(w, person)
	w.Flush()
	if got := kept(t, dir); len(got) != 2 {
		t.Errorf("later: kept %v", got)
	}
}

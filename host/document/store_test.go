package document_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// storing is a request of a host with a store.
func storing() *abi.Request {
	r := pageRequest()
	r.Flags |= abi.FlagStore
	return r
}

func drawHistory(t *rapid.T) abi.History {
	text := rapid.OneOf(rapid.StringMatching(`[a-z-]{1,8}`), rapid.Just("#00ff9abc"), rapid.String())
	moment := rapid.Int64Range(-1e12, 1e13)
	var list []abi.HistoryEntry
	for range rapid.IntRange(0, 3).Draw(t, "entries") {
		e := abi.HistoryEntry{
			Offer: []byte(text.Draw(t, "offer")), Space: []byte(text.Draw(t, "space")), Channel: []byte(text.Draw(t, "channel")),
			Status: catalog.Status(rapid.IntRange(0, int(abi.Withdrawn)).Draw(t, "status")), Time: moment.Draw(t, "time"),
		}
		if rapid.Bool().Draw(t, "has an id") {
			e.ID = rapid.SliceOfN(rapid.Byte(), abi.PropositionSize, abi.PropositionSize).Draw(t, "id")
		}
		if rapid.Bool().Draw(t, "has an environment") {
			e.Environment = []byte(text.Draw(t, "environment"))
		}
		if rapid.Bool().Draw(t, "has a first time") {
			e.First = moment.Draw(t, "first")
		}
		list = append(list, e)
	}
	if len(list) == 0 {
		return nil
	}
	return abi.AppendHistory(nil, list)
}

func drawAttributes(t *rapid.T) abi.Attributes {
	var list []abi.Attribute
	for range rapid.IntRange(0, 3).Draw(t, "attributes") {
		a := abi.Attribute{Name: []byte(rapid.String().Draw(t, "name"))}
		switch rapid.IntRange(0, 5).Draw(t, "type") {
		case 0:
			a.Value = wire.AppendBool(nil, rapid.Bool().Draw(t, "bool"))
		case 1:
			a.Value = wire.AppendInt(nil, rapid.Int64().Draw(t, "int"))
		case 2:
			a.Value = wire.AppendFloat(nil, rapid.Float64().Draw(t, "float"))
		case 3:
			a.Value = wire.AppendFloat(wire.AppendFloat(wire.AppendArray(nil, 2), 1), -2)
		case 4:
			a.Value = wire.AppendArray(nil, 0)
		default:
			a.Value = wire.AppendStr(nil, rapid.String().Draw(t, "str"))
		}
		list = append(list, a)
	}
	if len(list) == 0 {
		return nil
	}
	return abi.AppendAttributes(nil, list)
}

func drawRecord(t *rapid.T) (r abi.Record) {
	for i := range rapid.IntRange(0, 3).Draw(t, "persons") {
		r.Persons = append(r.Persons, abi.Person{
			Source: fmt.Appendf(nil, "source%d", i), Key: []byte(rapid.String().Draw(t, "key")),
			Attributes: drawAttributes(t), History: drawHistory(t),
		})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "visitors") {
		v := abi.Visitor{Known: rapid.Bool().Draw(t, "known"), Attributes: drawAttributes(t), History: drawHistory(t)}
		if i > 0 {
			v.Folder = fmt.Appendf(nil, "folder%d", i)
		}
		r.Visitors = append(r.Visitors, v)
	}
	r.Erased = rapid.Bool().Draw(t, "erased")
	r.Linked = drawHistory(t)
	return r
}

// TestAppendStore holds that a document says exactly what a store had, and whether
// it was asked at all.
func TestAppendStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := storing()
		if r.HasRecord = rapid.Bool().Draw(t, "asked"); r.HasRecord {
			r.Record = drawRecord(t)
		}
		message := abi.AppendRequest(nil, r)
		line, err := document.Append(nil, message, nil, recordedAnswer())
		if err != nil {
			t.Fatalf("%v: %+v", err, r.Record)
		}
		d, err := document.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if got := abi.AppendRequest(nil, d.Request(r.Snapshot)); !bytes.Equal(got, message) {
			t.Fatalf("got  %q\nwant %q\nfrom %s", got, message, line)
		}
		if d.Store.Asked != r.HasRecord {
			t.Fatalf("asked %v, want %v: %s", d.Store.Asked, r.HasRecord, line)
		}
	})
}

// A record that no store has given has no place in a document, nor what it cannot
// say.
func TestAppendStoreRefuses(t *testing.T) {
	for name, edit := range map[string]func(*abi.Request){
		"without a store": func(r *abi.Request) {
			r.Flags &^= abi.FlagStore
			r.Record.Visitors = []abi.Visitor{{Folder: []byte("visitors"), Known: true}}
		},
		"to be asked what it needs": func(r *abi.Request) { r.Kind = abi.KindNeed },
		"a key not UTF-8":           func(r *abi.Request) { r.Record.Persons = []abi.Person{{Source: []byte("main"), Key: []byte("\xff")}} },
		"infinite": func(r *abi.Request) {
			r.Record.Visitors = []abi.Visitor{{Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("a"), Value: []byte{0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0}}})}}
		},
		"another form": func(r *abi.Request) { r.Record.Linked = abi.History{0xdc, 0, 1, 0x90} }, // of one entry without elements
		"a caller's":   func(r *abi.Request) { r.Flags |= abi.FlagVisitors },
	} {
		t.Run(name, func(t *testing.T) {
			r := storing()
			r.HasRecord = true
			edit(r)
			got, err := document.Append([]byte("before"), abi.AppendRequest(nil, r), nil, recordedAnswer())
			if !errors.Is(err, document.ErrNotDocument) || string(got) != "before" {
				t.Errorf("got %s, error %v", got, err)
			}
		})
	}
}

func TestParseStore(t *testing.T) {
	for text, want := range map[string]string{
		`null`:                          "",
		`{}`:                            "",
		`{"visitors":[{"folder":"a"}]}`: "",
		`{"linked":[{"offer":"one","status":"seen"}]}`:   "store.linked[0].status must be generated, presented, interested, accepted, scheduled, rejected or withdrawn",
		`{"visitors":[{"history":[{"id":"01"}]}]}`:       "store.visitors[0].history[0].id must be 16 lower-case hex digits",
		`{"visitors":[{"known":1}]}`:                     "store.visitors[0].known must be true or false",
		`{"persons":[{"attributes":[]}]}`:                "store.persons[0].attributes must be an object",
		`{"persons":{}}`:                                 "store.persons must be an array",
		`{"people":[]}`:                                  `store has an unknown field "people"`,
		`true`:                                           "store must be an object",
		`{},"visitor":{}`:                                "store does not go with visitor or people, which stand in its place",
		`{},"people":{}`:                                 "store does not go with visitor or people, which stand in its place",
		`null,"people":{},"visitor":{"attributes":{}}`:   "",
		`{"visitors":[{"history":[{"first":"today"}]}]}`: "store.visitors[0].history[0].first must be a time",
	} {
		_, err := document.Parse([]byte(`{"slots":[{"space":"hero"}],"store":` + text + `}`))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// TestDecideStore holds that a module gets what the store had with its first
// request, and the record of one that does not answer where that was not asked.
func TestDecideStore(t *testing.T) {
	for text, want := range map[string][]string{
		`{"visitors":[{"folder":"a"}]}`: {"1 visitors"},
		`{"visitors":[]}`:               {"0 visitors"},
		`{}`:                            {"no record", "0 visitors"},
	} {
		d, err := document.Parse([]byte(`{"slots":[{"space":"hero"}],"time":"2026-07-10T12:00:00Z","seed":1,"store":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		_, _, err = d.Decide(seal.TestKeyring(), func(r *abi.Request) ([]byte, error) {
			if !r.Flags.Has(abi.FlagStore) {
				t.Errorf("%s: the module is not told of the store", text)
			}
			if !r.HasRecord {
				got = append(got, "no record")
				return abi.AppendNeed(nil, &abi.Need{}), nil
			}
			got = append(got, fmt.Sprintf("%d visitors", len(r.Record.Visitors)))
			return abi.AppendAnswer(nil, &abi.Answer{Snapshot: make([]byte, abi.HashSize)}), nil
		})
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: the module gets %q, want %q; error %v", text, got, want, err)
		}
	}
}

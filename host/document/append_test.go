package document_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
)

// noon is 2026-07-10T12:00:00.001Z.
const noon = 1783684800001

// pageRequest is a request as a proxy makes them.
func pageRequest() *abi.Request {
	return &abi.Request{
		Kind: abi.KindPage, Snapshot: bytes.Repeat([]byte{1}, abi.HashSize), Time: noon, Seed: 1<<64 - 1,
		Entropy: bytes.Repeat([]byte{2}, abi.EntropySize), Flags: abi.FlagSecure, Want: abi.WantHTML,
		Host: []byte("shop.example"), Path: []byte(`/a%20b/"é<`), Query: []byte("q=1&r=%22"),
		Headers: []abi.Header{
			{Name: []byte("cookie"), Value: []byte("proffer=AQAs; proffer=x; proffer_identity=p1.1.a.b")},
			{Name: []byte("accept-language"), Value: []byte("fr-CH, en;q=0.5")},
			{Name: []byte("user-agent"), Value: []byte(`a "browser"\`)},
		},
		Mode: abi.SlotsListed, HasSlots: true,
		Slots: []abi.Slot{{Space: []byte("hero"), N: 1, Held: abi.HeldYes}, {Space: []byte("hero"), N: 2, Held: abi.HeldYes}},
	}
}

func recordedAnswer() *document.Recorded {
	return &document.Recorded{
		Interaction: bytes.Repeat([]byte{3}, abi.InteractionSize),
		Snapshot:    bytes.Repeat([]byte{1}, abi.HashSize),
		Response:    bytes.Repeat([]byte{4}, 32),
		Visitors:    [][]byte{bytes.Repeat([]byte{5}, abi.VisitorSize)},
		Keys:        []abi.Key{{ID: 7, Use: abi.UseCookie, Primary: true}, {ID: 6, Use: abi.UseCookie}},
		Names:       []document.Name{{Key: "country_header", Value: "x-country"}, {Key: "identity_cookie", Value: ""}},
	}
}

func TestAppend(t *testing.T) {
	paused := []abi.Paused{{Environment: "visitors", Kind: abi.PausedOffer, Name: `"été"`}}
	rec := recordedAnswer()
	message := abi.AppendRequest(nil, pageRequest())
	b, err := document.Append([]byte("before"), message, paused, rec)
	if err != nil {
		t.Fatal(err)
	}
	line, ok := bytes.CutPrefix(b, []byte("before"))
	if !ok || bytes.ContainsRune(line, '\n') {
		t.Fatalf("got %s", b)
	}
	d, err := document.Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	if got := abi.AppendRequest(nil, d.Request(bytes.Repeat([]byte{1}, abi.HashSize))); !bytes.Equal(got, message) {
		t.Errorf("the document's request differs\n got %q\nwant %q", got, message)
	}
	if !reflect.DeepEqual(d.Recorded, rec) || !reflect.DeepEqual(d.Paused, paused) {
		t.Errorf("got %+v and %v\nwant %+v and %v", d.Recorded, d.Paused, rec, paused)
	}
	again, err := document.Append(nil, message, paused, rec)
	if err != nil || !bytes.Equal(again, line) {
		t.Errorf("once more: %s, error %v", again, err)
	}
}

// TestAppendAny holds that whatever is written is read as the same request.
func TestAppendAny(t *testing.T) {
	text := func(t *rapid.T) []byte { return []byte(rapid.String().Draw(t, "text")) }
	value := func(t *rapid.T) []byte {
		switch rapid.IntRange(0, 4).Draw(t, "type") {
		case 0:
			return wire.AppendBool(nil, rapid.Bool().Draw(t, "bool"))
		case 1:
			return wire.AppendInt(nil, rapid.Int64().Draw(t, "int"))
		case 2:
			return wire.AppendFloat(nil, rapid.Float64Range(-1e300, 1e300).Draw(t, "float"))
		case 3:
			return wire.AppendFloat(wire.AppendFloat(wire.AppendArray(nil, 2), 1), 2.5)
		}
		return wire.AppendStrBytes(nil, text(t))
	}
	rapid.Check(t, func(t *rapid.T) {
		r := pageRequest()
		r.Time = rapid.Int64Range(-1e12, 1e13).Draw(t, "time")
		r.Seed = rapid.Uint64().Draw(t, "seed")
		r.Flags = rapid.SampledFrom([]abi.Flags{0, abi.FlagConsentGiven, abi.FlagConsentRefused}).Draw(t, "consent") |
			abi.Flags(rapid.IntRange(0, 3).Draw(t, "flags"))
		if rapid.Bool().Draw(t, "peer") {
			r.Flags |= abi.FlagPeer
		}
		r.Host, r.Query = []byte(rapid.StringMatching(`[a-z.-]{0,20}`).Draw(t, "host")), text(t)
		r.HasRecord = rapid.Bool().Draw(t, "record")
		r.HasSlots = rapid.Bool().Draw(t, "slots known")
		if r.HasSlots {
			r.Slots[0].Held = abi.Held(rapid.IntRange(0, 2).Draw(t, "held"))
			r.Slots[0].N = rapid.IntRange(1, abi.MaxN).Draw(t, "n")
			r.Slots[0].Attributes = []abi.Attribute{{Name: []byte("a"), Value: value(t)}}
			r.Slots[1].Categories = [][]byte{text(t), text(t)}
		} else {
			r.Slots = nil
		}
		r.Attributes = []abi.Attribute{{Name: []byte("x"), Value: value(t)}, {Name: []byte("y"), Value: value(t)}}
		if rapid.Bool().Draw(t, "person") {
			r.Target.Key = append([]byte("k"), text(t)...)
			if source := text(t); len(source) > 0 {
				r.Target.Source = source
			}
		}
		if rapid.Bool().Draw(t, "language") {
			r.Language = text(t)
		}
		message := abi.AppendRequest(nil, r)
		line, err := document.Append(nil, message, nil, recordedAnswer())
		if err != nil {
			t.Fatalf("%v: %+v", err, r)
		}
		d, err := document.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		again := d.Request(r.Snapshot)
		again.HasRecord = r.HasRecord
		if got := abi.AppendRequest(nil, again); !bytes.Equal(got, message) {
			t.Fatalf("got  %q\nwant %q\nfrom %s", got, message, line)
		}
	})
}

// FuzzAppend holds that whatever a request holds, its document is the same
// request, or there is none.
func FuzzAppend(f *testing.F) {
	f.Add(abi.AppendRequest(nil, pageRequest()))
	asked := pageRequest()
	asked.Mode, asked.Flags = abi.SlotsAsked, abi.FlagConsentGiven|abi.FlagPeer
	asked.Attributes = []abi.Attribute{{Name: []byte("a"), Value: wire.AppendFloat(nil, 1)}}
	f.Add(abi.AppendRequest(nil, asked))
	stored := storing()
	stored.HasRecord, stored.Record = true, abi.Record{
		Persons: []abi.Person{{Source: []byte("main"), Key: []byte("1001")}},
		Visitors: []abi.Visitor{{Folder: []byte("visitors"), Known: true, History: abi.AppendHistory(nil, []abi.HistoryEntry{
			{ID: []byte("01234567"), Offer: []byte("#00ff9abc"), Status: abi.Withdrawn, Time: noon, Environment: []byte("visitors"), First: noon - 1},
		})}},
	}
	f.Add(abi.AppendRequest(nil, stored))
	f.Fuzz(func(t *testing.T, message []byte) {
		line, err := document.Append(nil, message, nil, recordedAnswer())
		if err != nil {
			if len(line) > 0 || !errors.Is(err, document.ErrNotDocument) {
				t.Fatalf("got %q, error %v", line, err)
			}
			return
		}
		if bytes.ContainsRune(line, '\n') || !document.IsJSON(line) {
			t.Fatalf("no line: %q", line)
		}
	})
}

func TestAppendRefuses(t *testing.T) {
	for name, edit := range map[string]func(*abi.Request){
		"a ping":               func(r *abi.Request) { r.Kind = abi.KindPing },
		"bytes not UTF-8":      func(r *abi.Request) { r.Query = []byte("q=\xff") },
		"a header not UTF-8":   func(r *abi.Request) { r.Headers[2].Value = []byte("\xc3") },
		"a person not UTF-8":   func(r *abi.Request) { r.Target = abi.PersonKey{Source: []byte("main"), Key: []byte("\xff")} },
		"a person without key": func(r *abi.Request) { r.Target = abi.PersonKey{Source: []byte("main"), Key: []byte{}} },
		"no entropy":           func(r *abi.Request) { r.Entropy = nil },
		"a record": func(r *abi.Request) {
			r.HasRecord, r.Record.Persons = true, []abi.Person{{Source: []byte("main"), Key: []byte("1")}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := pageRequest()
			edit(r)
			got, err := document.Append([]byte("before"), abi.AppendRequest(nil, r), nil, recordedAnswer())
			if !errors.Is(err, document.ErrNotDocument) || string(got) != "before" {
				t.Errorf("got %s, error %v", got, err)
			}
		})
	}
}

func TestRecordedRefuses(t *testing.T) {
	good, err := document.Append(nil, abi.AppendRequest(nil, pageRequest()), nil, recordedAnswer())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, with, want string }{
		"short hash":      {`"snapshot":"01`, `"snapshot":"`, "recorded.snapshot must be 64"},
		"no interaction":  {`"interaction":"03030303030303030303030303030303",`, ``, "recorded.interaction is missing"},
		"unknown setting": {`"country_header"`, `"county_header"`, `recorded.names has an unknown field "county_header"`},
		"visitor":         {`"visitors":["05`, `"visitors":["x5`, "recorded.visitors[0] must be 32"},
		"key":             {`"id":7`, `"id":256`, "recorded.keys[0].id must be at most 255"},
		"consent":         {`"consent":"ask"`, `"consent":"given"`, `consent must be true, false or "ask"`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(good), c.old, c.with, 1)
			if _, err := document.Parse([]byte(text)); text == string(good) || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q; %s", err, c.want, text)
			}
		})
	}
}

// TestConfig holds that a recorded document is decided under the settings of
// then, with the secrets of now.
func TestConfig(t *testing.T) {
	line, err := document.Append(nil, abi.AppendRequest(nil, pageRequest()),
		[]abi.Paused{{Environment: "e", Kind: abi.PausedSpace, Name: "s"}}, recordedAnswer())
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	now := abi.DefaultConfig()
	now.PersonHeader = "x-person"
	for id := range uint8(9) {
		now.Keys = append(now.Keys, abi.Key{ID: id, Use: abi.UseCookie, Primary: id == 8, Secret: [32]byte{id}})
	}
	got, err := d.Config(now)
	if err != nil {
		t.Fatal(err)
	}
	want := abi.DefaultConfig()
	want.CountryHeader, want.IdentityCookie, want.Paused = "x-country", "", d.Paused
	want.Keys = []abi.Key{
		{ID: 7, Use: abi.UseCookie, Primary: true, Secret: [32]byte{7}},
		{ID: 6, Use: abi.UseCookie, Secret: [32]byte{6}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if names := document.Names(got); !reflect.DeepEqual(names, recordedAnswer().Names) {
		t.Errorf("names %v", names)
	}
	now.Keys = now.Keys[:7]
	if _, err := d.Config(now); err == nil || !strings.Contains(err.Error(), "cookie key with id 7") {
		t.Errorf("a key that is gone: got %v", err)
	}
}

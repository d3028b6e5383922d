package abi_test

import (
	"bytes"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// page is a request of the least form, which the cases change.
func page() []any {
	return []any{
		1, make([]byte, abi.HashSize), 0, 0, nil, 0, 0, "www.example.com", "/", "",
		[]any{}, 0, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil,
	}
}

// withElement is a page with another value at one position.
func withElement(i int, v any) []any {
	tree := page()
	tree[i] = v
	return tree
}

func text(n int) string { return strings.Repeat("x", n) }

// repeated is an array of n times v.
func repeated(n int, v any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// typicalRequest is a page request with a cookie, three slots and a record.
func typicalRequest() *abi.Request {
	country := abi.Attribute{Name: []byte("country"), Value: wire.AppendStr(nil, "FR")}
	basket := abi.Attribute{Name: []byte("basket"), Value: wire.AppendFloat(nil, 12.5)}
	entry := abi.HistoryEntry{
		ID: []byte("12345678"), Offer: []byte("beach"), Space: []byte("hero"), Channel: []byte("web"),
		Status: catalog.Presented, Time: 1783684800000,
	}
	r := &abi.Request{
		Kind: abi.KindPage, Snapshot: bytes.Repeat([]byte{7}, abi.HashSize), Time: 1783684800000, Seed: 1 << 60,
		Entropy: bytes.Repeat([]byte{9}, abi.EntropySize), Flags: abi.FlagSecure | abi.FlagPeople,
		Want: abi.WantHTML | abi.WantPropositions,
		Host: []byte("www.example.com"), Path: []byte("/travel/beach"), Query: []byte("utm_source=mail"),
		Headers: []abi.Header{
			{Name: []byte("cookie"), Value: []byte("__Host-proffer=" + text(300))},
			{Name: []byte("accept-language"), Value: []byte("fr-FR,fr;q=0.9,en;q=0.8")},
			{Name: []byte("user-agent"), Value: []byte("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")},
		},
		HasSlots:   true,
		Attributes: []abi.Attribute{basket},
		HasRecord:  true,
		Record: abi.Record{
			Persons: []abi.Person{{
				Source: []byte("main"), Key: []byte("4711"),
				Attributes: abi.AppendAttributes(nil, []abi.Attribute{country}),
				History:    abi.AppendHistory(nil, []abi.HistoryEntry{entry, entry, entry, entry, entry}),
			}},
			Visitors: []abi.Visitor{{Folder: []byte("visitors"), Known: true}},
			Erased:   true,
			Linked:   abi.AppendHistory(nil, []abi.HistoryEntry{entry}),
		},
	}
	for i, space := range []string{"hero", "hero", "side"} {
		r.Slots = append(r.Slots, abi.Slot{
			Space: []byte(space), N: i%2 + 1, Categories: [][]byte{[]byte("travel")},
			Attributes: []abi.Attribute{country}, Held: abi.HeldYes,
		})
	}
	return r
}

// typicalAnswer is the answer to three slots.
func typicalAnswer() *abi.Answer {
	a := &abi.Answer{
		Snapshot: bytes.Repeat([]byte{7}, abi.HashSize), Interaction: bytes.Repeat([]byte{5}, abi.InteractionSize),
		Listed: true, HasVisitor: true,
		Visitor: abi.VisitorAnswer{
			ID: bytes.Repeat([]byte{3}, abi.VisitorSize), Folder: []byte("visitors"),
			Attributes: abi.AppendAttributes(nil, []abi.Attribute{{Name: []byte("visits"), Value: wire.AppendInt(nil, 4)}}),
		},
		Cookies: [][]byte{[]byte("__Host-proffer=" + text(300) + "; Path=/; Secure; HttpOnly")},
		Cache:   abi.CachePrivate,
	}
	content := wire.AppendStr(wire.AppendStr(wire.AppendMap(nil, 1), "title"), "Beach week")
	for i, space := range []string{"hero", "hero", "side"} {
		a.Slots = append(a.Slots, abi.SlotAnswer{
			Space: []byte(space), N: i%2 + 1, Environment: []byte("visitors"), Mode: abi.Anonymous,
			Offer: []byte("beach"), Rank: i + 1, Weight: 8.5, HTML: []byte("<p>" + text(200) + "</p>"), Content: content,
		})
		a.Propositions = append(a.Propositions, abi.Proposition{
			ID: []byte("12345678"), Offer: []byte("beach"), Space: []byte(space), Environment: []byte("visitors"),
			Channel: []byte("web"), Categories: [][]byte{[]byte("travel"), []byte("canada")},
			Target: []byte(text(32)), Rank: i + 1, Weight: 8.5, Status: catalog.Presented, Time: 1783684800000,
			Mode: abi.Anonymous,
		})
	}
	return a
}

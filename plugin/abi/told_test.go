package abi_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/abi"
)

func typicalTold() *abi.Told {
	return &abi.Told{
		HasChanges: true, Changes: abi.Changes{
			Visitor: bytes.Repeat([]byte{7}, abi.VisitorSize),
			History: abi.AppendHistory(nil, []abi.HistoryEntry{{ID: []byte("12345678"), Offer: []byte("beach"), Status: 1, Time: 1790000000000}}),
		},
		Propositions: []abi.Proposition{{ID: []byte("12345678"), Offer: []byte("beach"), Shown: 1}},
		Events:       [][]byte{[]byte("proffer-event/1 e=shown")},
		Interaction:  make([]byte, abi.InteractionSize), Snapshot: make([]byte, abi.HashSize),
		Time: 1790000000000, HasSince: true, Since: 12, Newcomer: []byte("192.0.2.0/24"),
	}
}

// What a peer tells is read as it was written.
func TestTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := typicalTold()
		in.HasChanges, in.Changes = drawChanges(t)
		in.HasSince = rapid.Bool().Draw(t, "has since")
		if in.Since = 0; in.HasSince {
			in.Since = rapid.Uint64().Draw(t, "since")
		}
		b := abi.AppendTold(nil, in)
		out, err := abi.DecodeTold(b)
		if err != nil {
			t.Fatal(err)
		}
		if again := abi.AppendTold(nil, out); !bytes.Equal(again, b) || out.HasSince != in.HasSince || out.Since != in.Since {
			t.Fatalf("read %+v of %+v", out, in)
		}
		r := drawRecord(t)
		b = abi.AppendRecord(nil, &r)
		record, err := abi.DecodeRecord(b)
		if err != nil {
			t.Fatal(err)
		}
		if again := abi.AppendRecord(nil, record); !bytes.Equal(again, b) {
			t.Fatalf("read %+v of %+v", record, r)
		}
	})
}

// A shorter message is what it says and no more.
func TestToldShort(t *testing.T) {
	told, err := abi.DecodeTold([]byte{0x90})
	if err != nil || told.HasChanges || told.HasSince || told.Newcomer != nil {
		t.Errorf("%+v, %v", told, err)
	}
	for _, b := range []string{"\xc0", "\xa1x", "\x90\x90", "\x94\xc0\xc0\xc0\xc4\x01x", ""} {
		if told, err := abi.DecodeTold([]byte(b)); err == nil && b != "\xc0" {
			t.Errorf("%x is %+v", b, told)
		}
		if r, err := abi.DecodeRecord([]byte(b)); err == nil {
			t.Errorf("%x is %+v", b, r)
		}
	}
}

// FuzzTold holds that no bytes panic, and that what was read once is read and
// written the same again.
func FuzzTold(f *testing.F) {
	for _, b := range bombs {
		f.Add(b)
	}
	f.Add(abi.AppendTold(nil, typicalTold()))
	f.Add(abi.AppendRecord(nil, &abi.Record{Visitors: []abi.Visitor{{Folder: []byte("f"), Known: true}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if told, err := abi.DecodeTold(b); err == nil {
			first := abi.AppendTold(nil, told)
			again, err := abi.DecodeTold(first)
			if err != nil || !bytes.Equal(abi.AppendTold(nil, again), first) {
				t.Fatalf("%x becomes %x: %v", b, first, err)
			}
		}
		if r, err := abi.DecodeRecord(b); err == nil {
			first := abi.AppendRecord(nil, r)
			again, err := abi.DecodeRecord(first)
			if err != nil || !bytes.Equal(abi.AppendRecord(nil, again), first) {
				t.Fatalf("%x becomes %x: %v", b, first, err)
			}
		}
	})
}

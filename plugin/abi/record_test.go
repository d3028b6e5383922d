package abi_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/abi"
)

func TestAttributesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawList(t, 40, drawAttribute)
		encoded := abi.Attributes(abi.AppendAttributes(nil, want))
		if encoded.Len() != len(want) {
			t.Fatalf("Len %d, want %d", encoded.Len(), len(want))
		}
		var got []abi.Attribute
		var a abi.Attribute
		for it := encoded.Iterate(); it.Next(&a); {
			got = append(got, a)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

func TestHistoryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawList(t, 40, drawEntry)
		encoded := abi.History(abi.AppendHistory(nil, want))
		if encoded.Len() != len(want) {
			t.Fatalf("Len %d, want %d", encoded.Len(), len(want))
		}
		var got []abi.HistoryEntry
		var e abi.HistoryEntry
		for it := encoded.Iterate(); it.Next(&e); {
			got = append(got, e)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

// Bytes that no decoder has checked end an iteration; they do not break it.
func TestIteratorsOnUncheckedBytes(t *testing.T) {
	cases := []struct {
		name                string
		bytes               []byte
		attributes, entries int
	}{
		{"nil", nil, 0, 0},
		{"nil value", []byte{0xc0}, 0, 0},
		{"map of 2, one there", []byte{0x82, 0xa1, 'a', 0x01, 0xa1}, 1, 0},
		{"map without its values", []byte{0x81, 0xa1, 'a', 0x91}, 0, 0},
		{"4 Gi entries", []byte{0xdf, 0xff, 0xff, 0xff, 0xff}, 0, 0},
		{"4 Gi elements", []byte{0xdd, 0xff, 0xff, 0xff, 0xff}, 0, 0},
		{"array of 3, one an entry", []byte{0x93, 0x90, 0x01, 0x90}, 0, 1},
		{"entry with a status of no meaning", []byte{0x91, 0x95, 0xc0, 0xa0, 0xa0, 0xa0, 0x07}, 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var a abi.Attribute
			n := 0
			for it := abi.Attributes(c.bytes).Iterate(); it.Next(&a); {
				n++
			}
			if n != c.attributes {
				t.Errorf("%d attributes, want %d", n, c.attributes)
			}
			var e abi.HistoryEntry
			n = 0
			for it := abi.History(c.bytes).Iterate(); it.Next(&e); {
				n++
			}
			if n != c.entries {
				t.Errorf("%d entries, want %d", n, c.entries)
			}
		})
	}
}

func TestIteratorsAreValues(t *testing.T) {
	r := decode(t, abi.AppendRequest(nil, typicalRequest()))
	it := r.Record.Persons[0].History.Iterate()
	other := it
	var e abi.HistoryEntry
	for range 3 {
		it.Next(&e)
	}
	n := 0
	for other.Next(&e) {
		n++
	}
	if n != 5 {
		t.Fatalf("the copy walked %d of 5", n)
	}
}

package abi_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestSlotsAlike holds that a slot which begins like the one before is read as
// one that does not.
func TestSlotsAlike(t *testing.T) {
	rich := abi.Slot{
		Space: []byte("all"), N: 1, Environment: []byte("shop"), Categories: [][]byte{[]byte("a"), []byte("b")},
		Attributes: []abi.Attribute{{Name: []byte("x"), Value: wire.AppendInt(nil, 7)}}, Held: abi.HeldNo,
	}
	plain, other := abi.Slot{Space: []byte("all"), N: 1}, abi.Slot{Space: []byte("alt"), N: 1}
	nth := func(s abi.Slot, n int) abi.Slot { s.N = n; return s }
	held := func(s abi.Slot) abi.Slot { s.Held = abi.HeldYes; return s }
	want := []abi.Slot{
		plain, nth(plain, 2), nth(plain, 100), plain, held(plain), other, rich, nth(rich, 3), rich, plain, nth(other, 2), nth(rich, 2),
	}
	var r abi.Request
	status, text := r.Decode(abi.AppendRequest(nil, &abi.Request{Kind: abi.KindPage, Mode: abi.SlotsAsked, HasSlots: true, Slots: want}))
	if status != abi.StatusOK || !reflect.DeepEqual(r.Slots, want) {
		t.Errorf("%v %s: slots %v, want %v", status, text, r.Slots, want)
	}
}

// TestSecondOrdinal holds that the ordinal of a slot like the one before is
// checked as any other.
func TestSecondOrdinal(t *testing.T) {
	list := []abi.Slot{{Space: []byte("all"), N: 98}, {Space: []byte("all"), N: 99}}
	message := abi.AppendRequest(nil, &abi.Request{Kind: abi.KindPage, Mode: abi.SlotsAsked, HasSlots: true, Slots: list})
	first, second := []byte("\xa3all\x62"), []byte("\xa3all\x63")
	with := func(a, b string) []byte {
		m := bytes.Replace(message, first, []byte("\xa3all"+a), 1)
		return bytes.Replace(m, second, []byte("\xa3all"+b), 1)
	}
	for _, c := range []struct {
		first, second string
		status        abi.Status
	}{
		{"\x62", "\x63", abi.StatusOK},
		{"\x64", "\x64", abi.StatusOK},
		{"\x62", "\x01", abi.StatusOK},
		{"\x62", "\x00", abi.StatusRefused},
		{"\x62", "\x65", abi.StatusRefused},
		{"\x62", "\xcc\x63", abi.StatusOK}, // a long form
		{"\xcc\x05", "\xcc\x05", abi.StatusOK},
		{"\xcc\x05", "\x05\x05", abi.StatusMalformed}, // 5 as the environment
		{"\xcc\x05", "\x05", abi.StatusOK},
		{"\x62", "\xc0", abi.StatusRefused},
	} {
		var r abi.Request
		if status, text := r.Decode(with(c.first, c.second)); status != c.status {
			t.Errorf("ordinals %x and %x: %v %s, want %v", c.first, c.second, status, text, c.status)
		}
	}
}

package abi_test

import (
	"bytes"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

// bombs are messages that claim to hold far more than they do.
var bombs = [][]byte{
	{},
	{0x90},
	{0xc1},
	{0xdd, 0xff, 0xff, 0xff, 0xff},
	{0xdf, 0xff, 0xff, 0xff, 0xff},
	{0x92, 0x01, 0xc6, 0xff, 0xff, 0xff, 0xff},
	bytes.Repeat([]byte{0x91}, 1000),
	append([]byte{0xdc, 0x03, 0xe8, 0x00}, bytes.Repeat([]byte{0x91}, 1000)...),
}

// FuzzRequest holds that no bytes panic, that a request which was used before
// reads as a fresh one does, and that what was read once and written is read
// and written the same again.
func FuzzRequest(f *testing.F) {
	for _, b := range bombs {
		f.Add(b)
	}
	f.Add(abi.AppendRequest(nil, typicalRequest()))
	f.Add(encode(f, page(), false))
	f.Add([]byte{0x91, 0x00})
	used := new(abi.Request)
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, _ := used.Decode(abi.AppendRequest(nil, typicalRequest())); s != abi.StatusOK {
			t.Fatal(s)
		}
		r := new(abi.Request)
		s, text := r.Decode(b)
		if s2, text2 := used.Decode(b); s2 != s || text2 != text {
			t.Fatalf("fresh %v %q, used %v %q", s, text, s2, text2)
		}
		if !s.Healthy() || (s == abi.StatusOK) != (text == "") {
			t.Fatalf("%v %q", s, text)
		}
		if s != abi.StatusOK {
			return
		}
		first := abi.AppendRequest(nil, r)
		if again := abi.AppendRequest(nil, used); !bytes.Equal(first, again) {
			t.Fatalf("fresh %x\nused  %x", first, again)
		}
		// Written out in full, a message at its limit can exceed it.
		if len(first) > abi.MaxRequest {
			return
		}
		if second := abi.AppendRequest(nil, decode(t, first)); !bytes.Equal(first, second) {
			t.Fatalf("first  %x\nsecond %x", first, second)
		}
	})
}

// appendResponse writes a response whose status has a form of its own.
func appendResponse(r *abi.Response) []byte {
	switch r.Status {
	case abi.StatusOK:
		return abi.AppendAnswer(nil, &r.Answer)
	case abi.StatusNeed:
		return abi.AppendNeed(nil, &r.Need)
	}
	return abi.AppendError(nil, r.Status, string(r.Text))
}

// FuzzResponse holds for responses what FuzzRequest holds for requests.
func FuzzResponse(f *testing.F) {
	for _, b := range bombs {
		f.Add(b)
	}
	f.Add(abi.AppendAnswer(nil, typicalAnswer()))
	f.Add(abi.AppendNeed(nil, &abi.Need{
		Sources: [][]byte{[]byte("main")}, Key: abi.PersonKey{Key: []byte("4711")},
		Link: abi.Link{Source: []byte("main"), KeyID: 1, Hash: make([]byte, abi.LinkSize)},
	}))
	f.Add(abi.AppendError(nil, abi.StatusRefused, "slots: over the limit of 64"))
	f.Add(abi.AppendPing(nil, nil))
	used := new(abi.Response)
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := used.Decode(abi.AppendAnswer(nil, typicalAnswer())); err != nil {
			t.Fatal(err)
		}
		r, err := abi.DecodeResponse(b)
		if err2 := used.Decode(b); (err == nil) != (err2 == nil) {
			t.Fatalf("fresh %v, used %v", err, err2)
		}
		if err != nil {
			return
		}
		first := appendResponse(r)
		if again := appendResponse(used); !bytes.Equal(first, again) {
			t.Fatalf("fresh %x\nused  %x", first, again)
		}
		r2, err := abi.DecodeResponse(first)
		if err != nil {
			t.Fatalf("%v: %x", err, first)
		}
		if second := appendResponse(r2); !bytes.Equal(first, second) {
			t.Fatalf("first  %x\nsecond %x", first, second)
		}
	})
}

// FuzzConfig holds the same for configurations, behind the command's frame.
func FuzzConfig(f *testing.F) {
	for _, b := range bombs {
		f.Add(b)
	}
	f.Add(abi.AppendCommand(nil, abi.AppendConfig(nil, abi.DefaultConfig()), []byte{0x91, 0x00}))
	f.Add(encode(f, pairs{
		"keys", []any{[]any{0, "cookie", true, testSecret}}, "prefix", "/p/", "device_header", "x-device",
		"paused", []any{[]any{"visitors", "offer", "beach"}}, "fixed", []any{1, 2, testSecret},
	}, true))
	f.Fuzz(func(t *testing.T, b []byte) {
		if config, _, s, _ := abi.DecodeCommand(b); s == abi.StatusOK {
			b = config
		}
		c, s, text := abi.DecodeConfig(b)
		if (c == nil) != (s != abi.StatusOK) || (text == "") != (s == abi.StatusOK) || !s.Healthy() {
			t.Fatalf("%v %q %v", s, text, c)
		}
		if c == nil {
			return
		}
		first := abi.AppendConfig(nil, c)
		c2, s, text := abi.DecodeConfig(first)
		if s != abi.StatusOK {
			t.Fatalf("%v %q: %x", s, text, first)
		}
		if second := abi.AppendConfig(nil, c2); !bytes.Equal(first, second) {
			t.Fatalf("first  %x\nsecond %x", first, second)
		}
	})
}

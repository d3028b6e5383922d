package abi_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/plugin/abi"
)

func TestCommandRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config, request := drawTextOrNil(t), drawText(t)
		b := abi.AppendCommand(nil, config, request)
		c, r, s, text := abi.DecodeCommand(b)
		if s != abi.StatusOK || !bytes.Equal(c, config) || !bytes.Equal(r, request) || (c == nil) != (config == nil) {
			t.Fatalf("%v %q: %x %x", s, text, c, r)
		}
	})
}

func TestCommandRefused(t *testing.T) {
	cases := []struct {
		name   string
		bytes  []byte
		status abi.Status
		text   string
	}{
		{"nothing", nil, abi.StatusMalformed, "command: malformed"},
		{"no array", encode(t, "x", true), abi.StatusMalformed, "command: malformed"},
		{"no request", encode(t, []any{nil}, true), abi.StatusMalformed, "request: missing"},
		{"configuration no bin", encode(t, []any{pairs{}, []byte{}}, true), abi.StatusMalformed, "configuration: malformed"},
		{"request no bin", encode(t, []any{nil, []any{0}}, true), abi.StatusMalformed, "request: malformed"},
		{"bytes behind", append(abi.AppendCommand(nil, nil, []byte{}), 0), abi.StatusMalformed, "command: malformed"},
		{"too long", make([]byte, abi.MaxCommand+1), abi.StatusRefused, "command: over the limit of 65 MiB"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, _, s, text := abi.DecodeCommand(c.bytes); s != c.status || text != c.text {
				t.Fatalf("got %v %q, want %v %q", s, text, c.status, c.text)
			}
		})
	}
	later := encode(t, []any{nil, []byte("r"), "more"}, true)
	if _, r, s, text := abi.DecodeCommand(later); s != abi.StatusOK || string(r) != "r" {
		t.Fatalf("a later version's: %v %q", s, text)
	}
}

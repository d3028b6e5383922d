package abi_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

func drawReply(t *rapid.T) *abi.Reply {
	r := &abi.Reply{
		Snapshot: drawSizedOrNil(t, abi.HashSize),
		Code:     rapid.IntRange(200, 599).Draw(t, "code"),
		Headers:  drawList(t, 4, drawHeader),
		Cookies:  drawTexts(t),
		Events:   drawTexts(t),
	}
	r.HasChanges, r.Changes = drawChanges(t)
	r.Interaction, r.Propositions = drawSizedOrNil(t, abi.InteractionSize), drawList(t, 3, drawProposition)
	if rapid.Bool().Draw(t, "body") {
		r.Body = drawText(t)
	}
	return r
}

func TestReplyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawReply(t)
		got, err := abi.DecodeReply(abi.AppendReply(nil, want))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestReplyNeedAndError(t *testing.T) {
	got, err := abi.DecodeReply(abi.AppendError(nil, abi.StatusRefused, "no"))
	if err != nil || got.Status != abi.StatusRefused || string(got.Text) != "no" {
		t.Errorf("error: %+v, %v", got, err)
	}
	got, err = abi.DecodeReply(abi.AppendNeed(nil, &abi.Need{Folders: [][]byte{[]byte("f")}}))
	if err != nil || got.Status != abi.StatusNeed || len(got.Need.Folders) != 1 {
		t.Errorf("need: %+v, %v", got, err)
	}
}

func TestReplyRefused(t *testing.T) {
	code := func(n uint64) []byte {
		b := wire.AppendUint(wire.AppendArray(nil, 3), 0)
		return wire.AppendUint(wire.AppendNil(b), n)
	}
	odd := wire.AppendStr(wire.AppendArray(wire.AppendUint(wire.AppendNil(wire.AppendUint(wire.AppendArray(nil, 4), 0)), 200), 1), "x")
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"empty":        {nil, "response: msgpack: a length or count goes beyond the last byte"},
		"no status":    {wire.AppendArray(nil, 0), "response: no status"},
		"code below":   {code(199), "response: code: below 200"},
		"code above":   {code(600), "response: code: over 599"},
		"lonely name":  {odd, "response: headers: a name without a value"},
		"not an array": {wire.AppendUint(nil, 0), "response: malformed"},
	} {
		if _, err := abi.DecodeReply(c.b); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

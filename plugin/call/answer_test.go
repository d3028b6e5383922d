package call_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/call"
)

// drawText is a text of anything, not always UTF-8.
func drawText(t *rapid.T) []byte {
	parts := rapid.SampledFrom([]string{"a", "\"", "\\", "/", "<b>&", "\x00", "\x1f", "\x7f", "\b\f\n\r\t", "é", "\u2028\u2029\u202a", "😀", "\xff", "\xc3", "\xed\xa0\x80", "�"})
	var out []byte
	for range rapid.IntRange(0, 5).Draw(t, "parts") {
		out = append(out, parts.Draw(t, "part")...)
	}
	return append([]byte{}, out...)
}

func drawTextOrNil(t *rapid.T) []byte {
	if rapid.Bool().Draw(t, "nil") {
		return nil
	}
	return drawText(t)
}

func drawTexts(t *rapid.T) (list [][]byte) {
	for range rapid.IntRange(0, 3).Draw(t, "texts") {
		list = append(list, drawText(t))
	}
	return list
}

func drawBytes(t *rapid.T, n int) []byte { return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "bytes") }

func drawFloat(t *rapid.T) float64 {
	if rapid.Bool().Draw(t, "edge") {
		return rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1e-6, 9.999999e-7, 1e21, 9.99e20, 1e-9, 1e-10, 1.5e-7, 1e100, math.MaxFloat64, 5e-324, 0.1, -3}).Draw(t, "float")
	}
	return rapid.Float64().Draw(t, "float")
}

// drawValue is one of msgpack.
func drawValue(t *rapid.T, dst []byte, depth int) []byte {
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		return wire.AppendNil(dst)
	case 1:
		return wire.AppendBool(dst, rapid.Bool().Draw(t, "bool"))
	case 2:
		return wire.AppendInt(dst, rapid.Int64().Draw(t, "int"))
	case 3:
		return wire.AppendFloat(dst, drawFloat(t))
	case 4:
		if depth > 0 {
			n := rapid.IntRange(0, 3).Draw(t, "entries")
			for dst = wire.AppendArray(dst, n); n > 0; n-- {
				dst = drawValue(t, dst, depth-1)
			}
			return dst
		}
	case 5:
		if depth > 0 {
			return drawMap(t, dst, depth-1)
		}
	}
	return wire.AppendStrBytes(dst, drawText(t))
}

func drawMap(t *rapid.T, dst []byte, depth int) []byte {
	n := rapid.IntRange(0, 3).Draw(t, "members")
	for dst = wire.AppendMap(dst, n); n > 0; n-- {
		dst = drawValue(t, wire.AppendStrBytes(dst, drawText(t)), depth)
	}
	return dst
}

func drawMapOrNil(t *rapid.T) []byte {
	if rapid.Bool().Draw(t, "no map") {
		return nil
	}
	return drawMap(t, nil, 2)
}

func drawMode(t *rapid.T) abi.Identification {
	return abi.Identification(rapid.IntRange(0, int(abi.Anonymous)).Draw(t, "mode"))
}

func drawAnswer(t *rapid.T) *abi.Answer {
	a := &abi.Answer{Snapshot: drawBytes(t, abi.HashSize), Holdout: rapid.Bool().Draw(t, "holdout"), Cookies: drawTexts(t)}
	if rapid.Bool().Draw(t, "interaction") {
		a.Interaction = drawBytes(t, abi.InteractionSize)
	}
	for range rapid.IntRange(0, 3).Draw(t, "slots") {
		s := abi.SlotAnswer{Space: drawText(t), N: rapid.IntRange(1, 100).Draw(t, "n"), Environment: drawTextOrNil(t), Mode: drawMode(t)}
		if s.Offer = drawTextOrNil(t); s.Offer != nil {
			s.Rank, s.Weight, s.Fallback = rapid.IntRange(0, 9).Draw(t, "rank"), drawFloat(t), rapid.Bool().Draw(t, "fallback")
			s.HTML, s.Text, s.Content, s.Links = drawTextOrNil(t), drawTextOrNil(t), drawMapOrNil(t), drawMapOrNil(t)
			s.JSON = []byte(rapid.SampledFrom([]string{`null`, `{"a":[1.50,"<b>"]}`, `""`}).Draw(t, "json"))
		}
		a.Slots = append(a.Slots, s)
	}
	if a.HasVisitor = rapid.Bool().Draw(t, "visitor"); a.HasVisitor {
		a.Visitor = abi.VisitorAnswer{New: rapid.Bool().Draw(t, "new"), Folder: drawTextOrNil(t), Attributes: drawMapOrNil(t)}
		if rapid.Bool().Draw(t, "id") {
			a.Visitor.ID = drawBytes(t, abi.VisitorSize)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "propositions") {
		a.Propositions = append(a.Propositions, abi.Proposition{
			ID: drawBytes(t, abi.PropositionSize), Offer: drawText(t), Space: drawText(t), Environment: drawText(t), Channel: drawText(t),
			Categories: drawTexts(t), Storage: abi.Storage(rapid.IntRange(0, 1).Draw(t, "storage")), Target: drawText(t),
			Rank: rapid.IntRange(0, 9).Draw(t, "rank"), Weight: drawFloat(t), Status: catalog.Status(rapid.IntRange(0, 5).Draw(t, "status")),
			Time: rapid.Int64Range(-1e13, 1e14).Draw(t, "time"), Mode: drawMode(t), Fallback: rapid.Bool().Draw(t, "fallback"),
		})
	}
	return a
}

// TestAnswerAgreesWithEncodingJSON holds that a trusted caller gets what encoding/json
// makes of an answer, byte for byte, and anybody else the same without what they
// must not see.
func TestAnswerAgreesWithEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAnswer(t)
		want, err := document.JSON(a)
		if err != nil {
			t.Fatal(err)
		}
		w := call.Writer{Bytes: []byte("x"), Trusted: true}
		w.Answer(a)
		if got := string(w.Bytes[1:]); got != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		w = call.Writer{}
		w.Answer(a)
		if got, want := fieldsIn(t, w.Bytes), public(fieldsIn(t, want)); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

func fieldsIn(t *rapid.T, b []byte) (fields map[string]any) {
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return fields
}

// public takes away what only a trusted caller sees.
func public(fields map[string]any) map[string]any {
	for _, name := range []string{"visitor", "propositions", "set_cookies"} {
		delete(fields, name)
	}
	slots, _ := fields["slots"].([]any)
	for _, one := range slots {
		if slot, ok := one.(map[string]any); ok {
			delete(slot, "weight")
		}
	}
	return fields
}

// TestFault holds that a fault is what encoding/json makes of it.
func TestFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := call.Fault{Status: rapid.SampledFrom([]int{400, 403, 405, 413, 415, 503}).Draw(t, "status"), Field: drawText(t), Text: drawText(t)}
		w := call.Writer{}
		w.Fault(&f)
		got := fieldsIn(t, w.Bytes)
		want := map[string]any{"type": "about:blank", "title": http.StatusText(f.Status), "status": float64(f.Status)}
		if len(f.Field) > 0 {
			want["field"] = plain(f.Field)
		}
		if want["detail"] = plain(f.Text); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// plain is a text as JSON can carry it.
func plain(b []byte) string {
	quoted, err := json.Marshal(string(b))
	var s string
	if err = errors.Join(err, json.Unmarshal(quoted, &s)); err != nil {
		panic(err)
	}
	return s
}

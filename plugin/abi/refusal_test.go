package abi_test

import (
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
)

type refusal struct {
	name   string
	tree   any
	status abi.Status
	text   string
}

func checkRefusals(t *testing.T, cases []refusal) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var r abi.Request
			b := encode(t, c.tree, true)
			if s, text := r.Decode(b); s != c.status || text != c.text {
				t.Fatalf("got %v %q, want %v %q", s, text, c.status, c.text)
			}
			if s, text := r.Decode(encode(t, page(), true)); s != abi.StatusOK {
				t.Fatalf("the next request: %v %q", s, text)
			}
		})
	}
}

func slots(v ...any) any      { return withElement(12, []any{v}) }
func record(p, v []any) []any { return withElement(17, []any{p, v}) }

func TestRequestOverLimits(t *testing.T) {
	const refused = abi.StatusRefused
	distinct := make([]any, 0, 65*2)
	for i := range 65 {
		distinct = append(distinct, string(rune('A'+i)), i)
	}
	persons, visitors := repeated(257, []any{}), repeated(257, []any{})
	checkRefusals(t, []refusal{
		{"request", withElement(9, text(abi.MaxRequest)), refused, "request: over the limit of 1 MiB"},
		{"flags", withElement(5, 256), refused, "flags: unknown bit"},
		{"consent", withElement(5, 8+16), refused, "flags: consent both given and refused"},
		{"want", withElement(6, 128), refused, "want: unknown bit"},
		{"path", withElement(8, "index.html"), refused, "path: does not begin with /"},
		{"headers", withElement(10, repeated(258, "x")), refused, "headers: over the limit of 256 strings"},
		{"mode", withElement(11, 2), refused, "slot mode: unknown"},
		{"slots", withElement(12, repeated(65, []any{"hero", 1})), refused, "slots: over the limit of 64"},
		{"n 0", slots("hero", 0), refused, "slots: n is not 1 to 100"},
		{"n 101", slots("hero", 101), refused, "slots: n is not 1 to 100"},
		{"n missing", slots("hero"), refused, "slots: n is not 1 to 100"},
		{"categories", slots("hero", 1, nil, repeated(33, "c")), refused, "slots: over the limit of 32 categories"},
		{"themes", slots("hero", 1, nil, nil, repeated(33, "t")), refused, "slots: over the limit of 32 themes"},
		{"slot attributes", slots("hero", 1, nil, nil, nil, pairs(distinct)), refused, "attributes: over the limit of 64"},
		{"held", slots("hero", 1, nil, nil, nil, nil, 3), refused, "slots: held is not 0 to 2"},
		{"attributes", withElement(13, pairs(distinct)), refused, "attributes: over the limit of 64"},
		{"attribute", withElement(13, pairs{"a", text(abi.MaxAttribute - 3)}), refused, "attributes: one over the limit of 1024 bytes"},
		{"attribute's name", withElement(13, pairs{text(abi.MaxAttribute), 1}), refused, "attributes: one over the limit of 1024 bytes"},
		{"persons", record(persons, nil), refused, "record: over the limit of 256 persons"},
		{"visitors", record(nil, visitors), refused, "record: over the limit of 256 visitors"},
		{"one source twice", record([]any{[]any{"a"}, []any{"b"}, []any{"a"}}, nil), refused, "record: two persons of one source"},
		{"one folder twice", record(nil, []any{[]any{""}, []any{}}), refused, "record: two visitors of one folder"},
		{"history's status", record([]any{[]any{"a", "k", nil, []any{[]any{nil, "o", "s", "c", 7, 0}}}}, nil), refused, "history: unknown status"},
		{"linked history's status", withElement(17, []any{nil, nil, true, []any{[]any{nil, "o", "s", "c", 7, 0}}}), refused, "history: unknown status"},
		{"body", withElement(19, make([]byte, abi.MaxBody+1)), refused, "body: over the limit of 64 KiB"},
		{"offers", withElement(20, repeated(201, "o")), refused, "offers: over the limit of 200"},
		{"kind", []any{5}, abi.StatusUnsupported, "kind: not supported"},
		{"later kind", []any{int64(1) << 40}, abi.StatusUnsupported, "kind: not supported"},
	})
}

func TestRequestMalformed(t *testing.T) {
	deep := nest(abi.MaxDepth)
	const nested = "message: nested over the limit of 16, or an extension"
	cases := []refusal{
		{"no array", "page", abi.StatusMalformed, "request: malformed"},
		{"empty", []any{}, abi.StatusMalformed, "kind: missing"},
		{"nested too deep", append(page(), deep), abi.StatusMalformed, nested},
		{"nested too deep in a slot", slots("hero", 1, nil, nil, nil, nil, 0, deep), abi.StatusMalformed, nested},
		{"snapshot short", withElement(1, make([]byte, 31)), abi.StatusMalformed, "snapshot: fewer than 32 bytes"},
		{"entropy short", withElement(4, make([]byte, 31)), abi.StatusMalformed, "entropy: not 32 bytes"},
		{"visitor long", withElement(16, make([]byte, 17)), abi.StatusMalformed, "visitor: not 16 bytes"},
		{"odd headers", withElement(10, []any{"cookie"}), abi.StatusMalformed, "headers: a name without a value"},
		{"header no string", withElement(10, []any{"cookie", nil}), abi.StatusMalformed, "headers: malformed"},
		{"category no string", slots("hero", 1, nil, []any{1}), abi.StatusMalformed, "slots: malformed"},
		{"slot no array", withElement(12, []any{nil}), abi.StatusMalformed, "slots: malformed"},
		{"target without key", withElement(15, []any{"main"}), abi.StatusMalformed, "target: no key"},
		{"attribute nil", withElement(13, pairs{"a", nil}), abi.StatusMalformed, "attributes: malformed"},
		{"attribute bin", withElement(13, pairs{"a", []byte("b")}), abi.StatusMalformed, "attributes: malformed"},
		{"attribute map", withElement(13, pairs{"a", pairs{}}), abi.StatusMalformed, "attributes: malformed"},
		{"attribute array of arrays", withElement(13, pairs{"a", []any{[]any{}}}), abi.StatusMalformed, "attributes: malformed"},
		{"attribute array of nil", withElement(13, pairs{"a", []any{nil}}), abi.StatusMalformed, "attributes: malformed"},
		{"attribute mixed array", withElement(13, pairs{"a", []any{1, "b"}}), abi.StatusMalformed, "attributes: malformed"},
		{"attribute beyond int", withElement(13, pairs{"a", uint64(1) << 63}), abi.StatusMalformed, "attributes: malformed"},
		{"attribute's name no string", withElement(13, pairs{1, 1}), abi.StatusMalformed, "attributes: malformed"},
		{"proposition id", record([]any{[]any{"a", "k", nil, []any{[]any{[]byte("1234567")}}}}, nil), abi.StatusMalformed, "history: id is not 8 bytes"},
		{"record attribute", record(nil, []any{[]any{"", true, pairs{"a", []any{[]any{}}}}}), abi.StatusMalformed, "record: malformed"},
	}
	fields := []string{
		"kind", "snapshot", "time", "seed", "entropy", "flags", "want", "host", "path", "query", "headers",
		"slot mode", "slots", "attributes", "language", "target", "visitor", "record", "method", "body", "offers",
	}
	for i, field := range fields {
		cases = append(cases, refusal{field + " of another type", withElement(i, true), abi.StatusMalformed, field + ": malformed"})
	}
	checkRefusals(t, cases)
}

// Whatever a message is cut to, it is malformed, and nothing is read beyond.
func TestRequestCut(t *testing.T) {
	b := abi.AppendRequest(nil, typicalRequest())
	var r abi.Request
	for n := range b {
		if s, text := r.Decode(b[:n:n]); s != abi.StatusMalformed || text == "" {
			t.Fatalf("cut to %d of %d: %v %q", n, len(b), s, text)
		}
	}
	if s, text := r.Decode(append(b, 0xc0)); s != abi.StatusMalformed || text != "request: malformed" {
		t.Fatalf("a byte more: %v %q", s, text)
	}
}

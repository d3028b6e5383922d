package hosttest

import (
	"bytes"
	"testing"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/guest"
)

// InProcess is plugin/guest without walls; its responses are the reference.
func InProcess(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
	t.Helper()
	g := guest.New()
	if status, text := g.Configure(settings); status != abi.StatusOK {
		t.Fatal(text)
	}
	if status, text := g.Verify(snapshot); status != abi.StatusOK {
		t.Fatal(text)
	}
	if status, text := g.Load(snapshot); status != abi.StatusOK {
		t.Fatal(text)
	}
	r.Snapshot = g.View().Hash()
	return g.Explain(nil, abi.AppendRequest(nil, r))
}

// Compare puts the whole corpus through an engine. Every response has to be
// that of InProcess byte for byte, a need too, and every answer the expected
// one.
func Compare(t *testing.T, engine Handler) {
	t.Helper()
	compared := 0
	cases := Cases(t)
	for i := range cases {
		t.Run(cases[i].Name, func(t *testing.T) { RunCase(t, &cases[i], both(engine, &compared)) })
	}
	t.Logf("%d cases, %d responses compared", len(cases), compared)
}

// CompareWithAStore does so for the corpus on a host with a store.
func CompareWithAStore(t *testing.T, engine Handler) {
	t.Helper()
	compared := 0
	cases := Cases(t)
	for i := range cases {
		t.Run(cases[i].Name, func(t *testing.T) { AnswersWithAStore(t, &cases[i], both(engine, &compared)) })
	}
	t.Logf("%d cases, %d responses compared", len(cases), compared)
}

// both asks an engine what it asks InProcess, and compares.
func both(engine Handler, compared *int) Handler {
	return func(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
		t.Helper()
		other := *r
		want := InProcess(t, settings, snapshot, &other)
		got := engine(t, settings, snapshot, r)
		if !bytes.Equal(got, want) {
			t.Errorf("the response differs from that in process\n got %q\nwant %q", got, want)
		}
		*compared++
		return got
	}
}

package hosttest_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// explained is an engine that asks for reasons, after it has asked for the page:
// the responses have to be the same but for the trace.
func explained(t *testing.T, traces *int, explain hosttest.Handler) hosttest.Handler {
	return func(tb testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
		if r.Kind != abi.KindPage { // an event has no reasons
			return hosttest.InProcess(tb, settings, snapshot, r)
		}
		other := *r
		page := hosttest.InProcess(tb, settings, snapshot, &other)
		r.Kind = abi.KindExplain
		got := explain(tb, settings, snapshot, r)
		r.Kind = abi.KindPage
		if !host.SameButTrace(page, got) {
			t.Errorf("with reasons the answer is another\n got %q\nwant %q", got, page)
		}
		response, err := abi.DecodeResponse(got)
		if err != nil {
			t.Fatal(err)
		}
		if response.Status != abi.StatusOK {
			return page
		}
		trace, err := abi.DecodeTrace(response.Answer.Trace)
		if err != nil {
			t.Fatal(err)
		}
		if len(trace.Slots) != len(response.Answer.Slots) {
			t.Errorf("%d slots in the trace, %d in the answer", len(trace.Slots), len(response.Answer.Slots))
		}
		*traces++
		return page
	}
}

// TestExplainingChangesNothing asks for the reasons of every request of the
// corpus.
func TestExplainingChangesNothing(t *testing.T) {
	t.Parallel()
	traces := 0
	for _, c := range hosttest.Cases(t) {
		hosttest.RunCase(t, &c, explained(t, &traces, hosttest.InProcess))
	}
	if traces < 100 {
		t.Errorf("%d traces: too few to say anything", traces)
	}
}

// some are every few cases of the corpus: a command is started for each message.
// A host gives an error for a request that is refused, and one host has one
// configuration: what is about limits and pauses is left out.
func some(t *testing.T) []hosttest.Case {
	var out []hosttest.Case
	cases := slices.DeleteFunc(hosttest.Cases(t), func(c hosttest.Case) bool {
		return strings.HasPrefix(c.Name, "limits-") || strings.HasPrefix(c.Name, "paused-")
	})
	for list := range slices.Chunk(cases, 8) {
		out = append(out, list[0])
	}
	return out
}

// TestExplainReactor has the decisions of proffer.wasm explained.
func TestExplainReactor(t *testing.T) {
	h := newHost(t)
	traces := 0
	for _, c := range some(t) {
		if err := h.Swap(t.Context(), c.Snapshot); err != nil {
			t.Fatal(err)
		}
		hosttest.RunCase(t, &c, explained(t, &traces, func(tb testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
			session, err := h.Acquire()
			if err != nil {
				t.Fatal(err)
			}
			defer session.Release()
			hash := session.Snapshot().Hash
			r.Snapshot = hash[:]
			got, err := session.(host.Lease).Explain(t.Context(), abi.AppendRequest(nil, r))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}))
	}
	if traces < 10 {
		t.Errorf("%d traces: too few to say anything", traces)
	}
}

// TestExplainLeavesThePool alone, and refuses what is no request.
func TestExplainLeavesThePool(t *testing.T) {
	h := newHost(t)
	c := hosttest.Cases(t)[0]
	if err := h.Swap(t.Context(), c.Snapshot); err != nil {
		t.Fatal(err)
	}
	session, err := h.Acquire()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Release()
	before := h.Stats()
	hash := session.Snapshot().Hash
	ask := func(request []byte) (*abi.Response, error) {
		b, err := session.(host.Lease).Explain(t.Context(), request)
		if err != nil {
			return nil, err
		}
		return abi.DecodeResponse(b)
	}
	r := abi.Request{Kind: abi.KindExplain, Snapshot: hash[:], Mode: abi.SlotsAsked, HasSlots: true, Slots: []abi.Slot{{Space: []byte("hero"), N: 1}}}
	if out, err := ask(abi.AppendRequest(nil, &r)); err != nil || out.Status != abi.StatusOK || out.Answer.Trace == nil {
		t.Errorf("%v, %+v", err, out)
	}
	r.Snapshot = make([]byte, len(hash))
	if out, err := ask(abi.AppendRequest(nil, &r)); err != nil || out.Status != abi.StatusWrongSnapshot {
		t.Errorf("another snapshot: %v, %+v", err, out)
	}
	for want, request := range map[string][]byte{
		"host: explain: malformed: kind: missing": {0x90},
		"over the limit of 1048576":               make([]byte, abi.MaxRequest+1),
		"the module answers otherwise":            {0x91, 0}, // a ping, which has no reasons
	} {
		if _, err := ask(request); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if after := h.Stats(); after != before {
		t.Errorf("the pool was used: %+v, before %+v", after, before)
	}
}

// TestExplainCommand: the reasons of proffer-command.wasm are those in process,
// byte for byte.
func TestExplainCommand(t *testing.T) {
	r := newRuntime(t)
	if _, err := wasi_snapshot_preview1.Instantiate(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	module, err := r.CompileModule(t.Context(), hosttest.Artefact(t, "proffer-command.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	traces := 0
	for _, c := range some(t) {
		hosttest.RunCase(t, &c, explained(t, &traces, func(tb testing.TB, settings, snapshot []byte, request *abi.Request) []byte {
			other := *request
			want := hosttest.InProcess(tb, settings, snapshot, &other)
			request.Snapshot = snapshot
			message := abi.AppendCommand(nil, settings, abi.AppendRequest(nil, request))
			var stdout bytes.Buffer
			config := wazero.NewModuleConfig().WithName("").WithStdin(bytes.NewReader(message)).WithStdout(&stdout)
			instance, err := r.InstantiateModule(t.Context(), module, config)
			if err != nil {
				t.Fatal(err)
			}
			if err := instance.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(stdout.Bytes(), want) {
				t.Errorf("%s\n got %q\nwant %q", c.Name, stdout.Bytes(), want)
			}
			return stdout.Bytes()
		}))
	}
	if traces < 10 {
		t.Errorf("%d traces: too few to say anything", traces)
	}
}

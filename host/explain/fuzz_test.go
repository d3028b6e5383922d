package explain_test

import (
	"bytes"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/explain"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// FuzzNew gives any bytes for a trace: what a module says is never trusted.
func FuzzNew(f *testing.F) {
	a, err := txtar.ParseFile("testdata/every-reason.txtar")
	if err != nil {
		f.Fatal(err)
	}
	files := map[string][]byte{}
	for _, file := range a.Files {
		files[file.Name] = file.Data
	}
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: files["catalog.yaml"]}})
	if err != nil {
		f.Fatal(err)
	}
	v, err := snapshot.Open(b)
	if err != nil {
		f.Fatal(err)
	}
	d, err := document.Parse(files["request.json"])
	if err != nil {
		f.Fatal(err)
	}
	var asked *abi.Request
	_, answer, err := d.Decide(seal.TestKeyring(), func(r *abi.Request) ([]byte, error) {
		r.Kind, asked = abi.KindExplain, r
		return hosttest.InProcess(f, hosttest.Settings(), b, r), nil
	})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := explain.New(&v, asked, answer); err != nil {
		f.Fatal(err)
	}
	f.Add(answer.Trace)
	f.Fuzz(func(t *testing.T, trace []byte) {
		other := *answer
		other.Trace = append([]byte{}, trace...)
		x, err := explain.New(&v, asked, &other)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := x.Tree(&out); err != nil {
			t.Error(err)
		}
		if _, err := document.JSONWithTrace(&other, x); err != nil {
			t.Error(err)
		}
	})
}

// TestNewRefusesWhatIsNoTrace names what is wrong with an answer.
func TestNewRefusesWhatIsNoTrace(t *testing.T) {
	s := session(t, []byte(pageCatalog))
	v, err := snapshot.Open(s.Snapshot().Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for want, trace := range map[string][]byte{
		"explain: the answer has no trace":         nil,
		"explain: trace: malformed":                {},
		"explain: trace: slots: malformed":         {0x92, 0, 0xc2},
		"explain: trace of 1 slots, answer of 0":   {0x92, 0, 0x91, 0x94, 0, 0, 0, 0},
		"explain: trace: group 0 begins with slot": {0x93, 0, 0x90, 0x91, 0x91, 0},
	} {
		_, err := explain.New(&v, &abi.Request{}, &abi.Answer{Trace: trace})
		if err == nil || !bytes.HasPrefix([]byte(err.Error()), []byte(want)) {
			t.Errorf("%x: %v, want %s", trace, err, want)
		}
	}
}

// TestPausedIsTold: what an operator paused is neither asked nor proposed.
func TestPausedIsTold(t *testing.T) {
	config := abi.DefaultConfig()
	config.Paused = []abi.Paused{
		{Environment: "visitors", Kind: abi.PausedOffer, Name: "city"}, {Environment: "visitors", Kind: abi.PausedSpace, Name: "side"},
	}
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: bytes.Replace([]byte(pageCatalog),
		[]byte("spaces: {"), []byte("spaces: {side: {channel: web}, "), 1)}})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, abi.AppendConfig(nil, config), b)
	x := explained(t, s, []byte(`{"time":"2026-07-10T12:00:00Z","seed":1,"slots":[{"space":"hero","environment":"visitors"},{"space":"side","environment":"visitors"}]}`), nil)
	var out bytes.Buffer
	if err := x.Tree(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"city    (weight 2) an operator has paused it\n", "side #1 keeps the page's own content\n  asks for visitors/side; an operator has paused the space\n"} {
		if !bytes.Contains(out.Bytes(), []byte(want)) {
			t.Errorf("the tree does not say %q:\n%s", want, out.String())
		}
	}
}

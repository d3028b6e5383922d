package embed_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/profferhq/proffer/examples/embed"
	"github.com/profferhq/proffer/host/hosttest"
)

func compile(t testing.TB, file string) *embed.Module {
	t.Helper()
	wasm, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run make wasm", err)
	}
	m, err := embed.Compile(t.Context(), wasm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}

func module(t testing.TB) string {
	t.Helper()
	return filepath.Join(hosttest.OutDir(t), "proffer.wasm")
}

// living is an instance as package hosttest takes one.
type living struct {
	ctx context.Context
	in  *embed.Instance
}

func (l *living) Handle(request []byte) ([]byte, error) { return l.in.Handle(l.ctx, request) }

func (l *living) Memory() (int, error) { return l.in.Memory(), nil }

// TestEngine puts the embedding to the test that every engine can be put to.
func TestEngine(t *testing.T) {
	const bounds = "the embedding sets no bounds: package host does"
	compiled := map[string]*embed.Module{}
	ctx := context.Background()
	hosttest.Run(t, hosttest.Engine{
		Module: module(t),
		Start: func(_ *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
			if compiled[s.Module] == nil {
				compiled[s.Module] = compile(t, s.Module)
			}
			return hosttest.Restarting(func() (*living, error) {
				in, err := compiled[s.Module].Start(ctx, s.Settings, s.Snapshot)
				return &living{ctx, in}, err
			}, func(l *living) {
				if err := l.in.Close(ctx); err != nil {
					t.Error(err)
				}
			})
		},
		NotClaimed: hosttest.NotClaimed{
			"faults/memory": bounds, "faults/loop": bounds, "faults/swap": "an instance keeps its snapshot",
		},
	})
}

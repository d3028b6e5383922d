package jump_test

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/build/jump"
)

// TestHostCallsAgain: a stack may grow and shrink in a call of the host's that a call
// of the host began.
func TestHostCallsAgain(t *testing.T) {
	before := guest(t, "nest", "-buildmode=c-shared")
	after, err := jump.Direct(before)
	if err != nil {
		t.Fatal(err)
	}
	for name, module := range map[string][]byte{"as Go writes it": before, "direct": after, "with checks": jump.Checked(before)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := nest(t, wazero.NewRuntimeConfigInterpreter(), module)
			for _, call := range [...][2]uint64{{5, 0}, {1000, 0}, {5, 0}, {4000, 0}, {7, 3}, {5, 0}, {7, 3}, {2000, 0}, {7, 3}, {7, 0}} {
				got, err := m.ExportedFunction("outer").Call(t.Context(), call[0], call[1])
				if err != nil {
					t.Fatalf("%d frames, %d collections: %.300s", call[0], call[1], err)
				}
				if got[0] != 1 {
					t.Errorf("%d frames, %d collections: what was on the stack is lost", call[0], call[1])
				}
			}
		})
	}
}

// nest starts a guest of which again calls inner.
func nest(t *testing.T, config wazero.RuntimeConfig, module []byte) api.Module {
	t.Helper()
	ctx := t.Context()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	t.Cleanup(func() { _ = r.Close(context.WithoutCancel(ctx)) })
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	again := func(ctx context.Context, m api.Module, depth, collect uint32) uint32 {
		got, err := m.ExportedFunction("inner").Call(ctx, uint64(depth), uint64(collect))
		if err != nil {
			panic(err)
		}
		return uint32(got[0])
	}
	if _, err := r.NewHostModuleBuilder("test").NewFunctionBuilder().WithFunc(again).Export("again").Instantiate(ctx); err != nil {
		t.Fatal(err)
	}
	m, err := r.InstantiateWithConfig(ctx, module, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

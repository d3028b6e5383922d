package host

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

const (
	wasi       = wasi_snapshot_preview1.ModuleName
	schedYield = "sched_yield"
)

// allowed are the imports that a module may have.
var allowed = [...]string{
	schedYield, "proc_exit", "args_get", "args_sizes_get", "environ_get", "environ_sizes_get",
	"clock_time_get", "fd_write", "random_get", "poll_oneoff",
}

type instanceKey struct{}

// tick is the module's sched_yield, which its loops call.
func tick(ctx context.Context, _ api.Module, stack []uint64) {
	if in, ok := ctx.Value(instanceKey{}).(*instance); ok {
		in.watch.tick()
	}
	stack[0] = 0
}

// provideWASI gives r the functions that modules import. They are wazero's,
// but for sched_yield, and patch, if there is one, puts others in their place.
func provideWASI(ctx context.Context, r wazero.Runtime, patch func(wazero.HostModuleBuilder)) error {
	b := r.NewHostModuleBuilder(wasi)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(b)
	b.NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(tick), nil, []api.ValueType{api.ValueTypeI32}).
		Export(schedYield)
	if patch != nil {
		patch(b)
	}
	if _, err := b.Instantiate(ctx); err != nil {
		return fmt.Errorf("provide %s: %w", wasi, err)
	}
	return nil
}

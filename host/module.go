package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host/internal/meter"
	"github.com/profferhq/proffer/plugin/abi"
)

// pageSize is WebAssembly's, in bytes.
const pageSize = 1 << 16

// maxModule is ten times the size that the module may have.
const maxModule = 32 << 20

// module is a compiled module with the runtime that it belongs to.
type module struct {
	runtime  wazero.Runtime
	cache    wazero.CompilationCache // nil: none
	compiled wazero.CompiledModule
	memory   int64 // bytes of linear memory that an instance starts with
}

// loadModule compiles wasm and checks what can be checked without running it.
func loadModule(ctx context.Context, wasm []byte, c *Config, patch func(wazero.HostModuleBuilder)) (*module, error) {
	if len(wasm) > maxModule {
		return nil, fmt.Errorf("module of %d bytes not supported (have up to %d)", len(wasm), maxModule)
	}
	if !c.Interpreter && !compiles(runtime.GOOS, runtime.GOARCH) {
		return nil, fmt.Errorf("no compiler for WebAssembly on %s/%s, and Interpreter is not set", runtime.GOOS, runtime.GOARCH)
	}
	metered, err := meter.Add(wasm, wasi, schedYield, turns)
	if err != nil {
		return nil, err
	}
	m, err := compileCached(ctx, metered, c)
	if err != nil {
		return nil, err
	}
	err = errors.Join(m.check(c), provideWASI(ctx, m.runtime, patch))
	if err != nil {
		return nil, errors.Join(err, m.close(ctx))
	}
	return m, nil
}

// compiles reports whether wazero has a compiler for the platform. (On amd64 it
// needs SSE 4.1, too; where that is missing, compile answers an error.)
func compiles(goos, goarch string) bool {
	switch goos {
	case "linux", "darwin", "freebsd", "netbsd", "windows":
		return goarch == "amd64" || goarch == "arm64"
	case "dragonfly", "solaris", "illumos":
		return goarch == "amd64"
	}
	return false
}

// compileCached compiles with the cache, if there is one, and without it where
// a file in it is damaged.
func compileCached(ctx context.Context, wasm []byte, c *Config) (*module, error) {
	if c.CacheDir == "" {
		return compile(ctx, wasm, c, nil)
	}
	cache, err := openCache(c.CacheDir)
	if err != nil {
		return nil, err
	}
	m, err := compile(ctx, wasm, c, cache)
	if err != nil {
		c.Logger.Warn("module compiled without its cache", "dir", c.CacheDir, "error", err)
		return compile(ctx, wasm, c, nil)
	}
	return m, nil
}

// compile makes a runtime and compiles into it. The compiler panics where it
// does not support the machine.
func compile(ctx context.Context, wasm []byte, c *Config, cache wazero.CompilationCache) (m *module, err error) {
	config := wazero.NewRuntimeConfigCompiler()
	if c.Interpreter {
		config = wazero.NewRuntimeConfig()
	}
	if cache != nil {
		config = config.WithCompilationCache(cache)
	}
	m = &module{cache: cache}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("compile module: panic: %v", r)
		}
		if err != nil {
			err = errors.Join(err, m.close(ctx))
			m = nil
		}
	}()
	m.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	if m.compiled, err = m.runtime.CompileModule(ctx, wasm); err != nil {
		return m, fmt.Errorf("compile module: %w", err)
	}
	return m, nil
}

// openCache opens a directory to which nobody else can write.
func openCache(dir string) (wazero.CompilationCache, error) {
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cache of compiled modules: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("cache of compiled modules: %w", err)
	}
	if others := info.Mode() & fs.FileMode(0o022); others != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("cache of compiled modules: others can write to %s (mode %v)", dir, info.Mode())
	}
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cache of compiled modules: %w", err)
	}
	return cache, nil
}

// close frees the code. No instance may be left.
func (m *module) close(ctx context.Context) error {
	var errs []error
	if m.runtime != nil {
		errs = append(errs, m.runtime.Close(ctx))
	}
	if m.cache != nil {
		errs = append(errs, m.cache.Close(ctx))
	}
	return errors.Join(errs...)
}

// signature is the type of a function.
type signature struct{ params, results []api.ValueType }

func (s signature) String() string {
	return fmt.Sprintf("%s %s", typeNames(s.params), typeNames(s.results))
}

func typeNames(list []api.ValueType) string {
	text := "("
	for i, t := range list {
		if i > 0 {
			text += " "
		}
		text += api.ValueTypeName(t)
	}
	return text + ")"
}

var (
	i32 = []api.ValueType{api.ValueTypeI32}
	i64 = []api.ValueType{api.ValueTypeI64}
)

// exports are the functions that a module must have.
var exports = [...]struct {
	name string
	signature
}{
	{abi.ExportInitialize, signature{}},
	{abi.ExportVersion, signature{nil, i32}},
	{abi.ExportBuffer, signature{i32, i32}},
	{abi.ExportConfigure, signature{i32, i32}},
	{abi.ExportVerify, signature{i32, i32}},
	{abi.ExportLoad, signature{i32, i32}},
	{abi.ExportHandle, signature{i32, i64}},
	{abi.ExportGC, signature{}},
}

// check compares imports, exports and the size of the memory with the
// contract; it reports all that is wrong.
func (m *module) check(c *Config) error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	for _, f := range m.compiled.ImportedFunctions() {
		from, name, _ := f.Import()
		if from != wasi || !slices.Contains(allowed[:], name) {
			wrong("module imports %s.%s, which is not allowed", from, name)
		}
	}
	for _, mem := range m.compiled.ImportedMemories() {
		from, name, _ := mem.Import()
		wrong("module imports the memory %s.%s, which is not allowed", from, name)
	}
	functions := m.compiled.ExportedFunctions()
	for _, want := range exports {
		f := functions[want.name]
		if f == nil {
			wrong("module does not export the function %s", want.name)
			continue
		}
		got := signature{f.ParamTypes(), f.ResultTypes()}
		if !slices.Equal(got.params, want.params) || !slices.Equal(got.results, want.results) {
			wrong("module exports %s as %v, want %v", want.name, got, want.signature)
		}
	}
	mem := m.compiled.ExportedMemories()[abi.ExportMemory]
	if mem == nil {
		wrong("module does not export %s", abi.ExportMemory)
		return errors.Join(errs...)
	}
	m.memory = int64(mem.Min()) * pageSize
	if limit := c.memoryLimit(0); m.memory > limit {
		wrong("module starts with %d bytes of memory, over the limit of %d", m.memory, limit)
	}
	return errors.Join(errs...)
}

package meter_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/host/internal/assemble"
	"github.com/profferhq/proffer/host/internal/meter"
)

var (
	toI32 = assemble.Type{Results: []byte{assemble.I32}}
	yield = assemble.Import{Module: "env", Name: "yield", Type: toI32}
	other = assemble.Import{Module: "env", Name: "other", Type: toI32}
)

const (
	brIf, end, loop, block, drop         = 0x0d, 0x0b, 0x03, 0x02, 0x1a
	localGet, localSet, localTee         = 0x20, 0x21, 0x22
	i32Add, i32Sub, i32Mul               = 0x6a, 0x6b, 0x6c
	callOp, ifOp, elseOp, brTable, empty = 0x10, 0x04, 0x05, 0x0e, 0x40
)

// counting runs n turns of a loop and answers 3 for each.
func counting(export string) assemble.Func {
	return assemble.Func{
		Export: export,
		Type:   assemble.Type{Params: []byte{assemble.I32}, Results: []byte{assemble.I32}},
		Locals: []byte{assemble.I32},
		Body: assemble.Code(loop, empty,
			localGet, 1, assemble.Const(3), i32Add, localSet, 1,
			localGet, 0, assemble.Const(1), i32Sub, localTee, 0, brIf, 0,
			end, localGet, 1),
	}
}

// stacked keeps a value on the operand stack across a loop with a parameter.
func stacked(export string) assemble.Func {
	return assemble.Func{
		Export: export,
		Type:   assemble.Type{Params: []byte{assemble.I32}, Results: []byte{assemble.I32}},
		Body: assemble.Code(assemble.Const(1000), localGet, 0,
			loop, 2, // type 2, that of counting: i32 in, i32 out
			assemble.Const(1), i32Sub, localTee, 0, localGet, 0, brIf, 0,
			end, i32Add),
	}
}

type engine struct {
	mod    api.Module
	yields int
}

func run(t testing.TB, wasm []byte) *engine {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { r.Close(ctx) })
	e := &engine{}
	count := func() int32 { e.yields++; return 7 }
	_, err := r.NewHostModuleBuilder("env").
		NewFunctionBuilder().WithFunc(count).Export("yield").
		NewFunctionBuilder().WithFunc(func() int32 { return 5 }).Export("other").
		Instantiate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if e.mod, err = r.Instantiate(ctx, wasm); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *engine) call(t testing.TB, name string, params ...uint64) uint64 {
	t.Helper()
	res, err := e.mod.ExportedFunction(name).Call(context.Background(), params...)
	if err != nil {
		t.Fatal(err)
	}
	return res[0]
}

func TestYieldsAfterSoManyTurns(t *testing.T) {
	m := assemble.Module{
		Imports: []assemble.Import{other, yield},
		Funcs:   []assemble.Func{counting("count"), stacked("stack")},
		Globals: 2,
		Name:    "guest",
	}.Bytes()
	for _, c := range []struct {
		turns int
		loops []uint64 // turns of one call after the other
		want  int
	}{
		{turns: 10, loops: []uint64{9}, want: 0},
		{turns: 10, loops: []uint64{10}, want: 1},
		{turns: 10, loops: []uint64{4, 5}, want: 0},
		{turns: 10, loops: []uint64{4, 5, 1}, want: 1},
		{turns: 1, loops: []uint64{25}, want: 25},
		{turns: 1000, loops: []uint64{100_000}, want: 100},
	} {
		t.Run(fmt.Sprint(c.turns, c.loops), func(t *testing.T) {
			metered, err := meter.Add(m, "env", "yield", c.turns)
			if err != nil {
				t.Fatal(err)
			}
			e := run(t, metered)
			for i, n := range c.loops {
				name, want := "count", 3*n
				if i%2 == 1 {
					name, want = "stack", 1000
				}
				if got := e.call(t, name, n); got != want {
					t.Errorf("%s(%d) = %d, want %d", name, n, got, want)
				}
			}
			if e.yields != c.want {
				t.Errorf("%d calls of yield, want %d", e.yields, c.want)
			}
		})
	}
}

// every has one instruction of each form around a loop; it answers 42 + 5.
func every() assemble.Module {
	body := assemble.Code(
		block, empty, assemble.Const(0), brTable, 1, 0, 0, end,
		0x43, []byte{0x03, 0x03, 0x03, 0x03}, drop, // f32.const of loops
		0x44, bytes.Repeat([]byte{0x03}, 8), drop,
		assemble.Const64(3), drop,
		0x3f, 0, drop, assemble.Const(0), 0x40, 0, drop,
		assemble.Const(8), assemble.Const(3), 0x36, 2, 3, // i32.store offset=3
		assemble.Const(8), 0x28, 2, 3, drop,
		assemble.Const(8), assemble.Const(3), assemble.Const(3), 0xfc, 11, 0, // memory.fill
		assemble.Const(8), assemble.Const(3), assemble.Const(3), 0xfc, 10, 0, 0, // memory.copy
		0x44, bytes.Repeat([]byte{0}, 8), 0xfc, 3, drop, // i32.trunc_sat_f64_u
		0xd0, 0x70, 0xd1, drop, // ref.null func, ref.is_null
		assemble.Const(1), assemble.Const(2), assemble.Const(1), 0x1c, 1, assemble.I32, drop, // select t
		assemble.Const(3), 0xc0, drop, // i32.extend8_s
		loop, empty, end,
		assemble.Const(1), ifOp, empty, loop, empty, end, elseOp, loop, empty, end, end,
		0x23, 0, 0x24, 0,
		callOp, 0, assemble.Const(42), i32Add,
	)
	return assemble.Module{
		Imports:      []assemble.Import{other, yield},
		Funcs:        []assemble.Func{{Export: "every", Type: toI32, Body: body}},
		Globals:      1,
		Memory:       1,
		MemoryExport: "memory",
	}
}

func TestSkipsImmediates(t *testing.T) {
	metered, err := meter.Add(every().Bytes(), "env", "yield", 1)
	if err != nil {
		t.Fatal(err)
	}
	e := run(t, metered)
	if got := e.call(t, "every"); got != 47 {
		t.Errorf("every() = %d, want 47", got)
	}
	if e.yields != 2 {
		t.Errorf("%d calls of yield, want 2: one for each loop that was entered", e.yields)
	}
}

func TestModuleWithoutLoopsIsLeftAlone(t *testing.T) {
	m := assemble.Module{Funcs: []assemble.Func{{Export: "f", Type: toI32, Body: assemble.Const(1)}}}.Bytes()
	got, err := meter.Add(m, "env", "yield", 10)
	if err != nil || !bytes.Equal(got, m) {
		t.Errorf("Add = %x, %v, want the module itself", got, err)
	}
}

func TestKeepsNameAndDropsOtherCustomSections(t *testing.T) {
	m := assemble.Module{Imports: []assemble.Import{yield}, Funcs: []assemble.Func{counting("count")}, Name: "guest"}.Bytes()
	m = append(m, "\x00\x0c\x0b.debug_line"...)
	got, err := meter.Add(m, "env", "yield", 10)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte(".debug_line")) {
		t.Error("the section .debug_line is still there, with offsets that no longer hold")
	}
	if name := run(t, got).mod.Name(); name != "guest" {
		t.Errorf("the module's name is %q, want %q", name, "guest")
	}
}

func TestRefuses(t *testing.T) {
	counts := []assemble.Func{counting("count")}
	plain := assemble.Module{Imports: []assemble.Import{yield}, Funcs: counts}.Bytes()
	with := func(body ...any) []byte {
		f := assemble.Func{Type: toI32, Body: assemble.Code(body...)}
		return assemble.Module{Imports: []assemble.Import{yield}, Funcs: []assemble.Func{f}}.Bytes()
	}
	wrongType := yield
	wrongType.Type = assemble.Type{}
	for name, c := range map[string]struct {
		wasm  []byte
		turns int
		want  string
	}{
		"no turns":          {plain, 0, "0 turns not supported"},
		"too many turns":    {plain, meter.MaxTurns + 1, "turns not supported"},
		"empty":             {nil, 10, "not a WebAssembly module"},
		"text":              {[]byte("(module)"), 10, "not a WebAssembly module"},
		"component":         {[]byte("\x00asm\x0d\x00\x01\x00"), 10, "not a WebAssembly module of version 1"},
		"cut":               {plain[:len(plain)-3], 10, "ends early"},
		"unknown section":   {append(bytes.Clone(plain), 13, 0), 10, "section 13 not supported"},
		"section twice":     {append(bytes.Clone(plain), 10, 0), 10, "section 10 stands twice"},
		"long number":       {append(bytes.Clone(plain), 0, 0xff, 0xff, 0xff, 0xff, 0xff), 10, "number over 32 bits"},
		"no yield":          {assemble.Module{Imports: []assemble.Import{other}, Funcs: counts}.Bytes(), 10, "1 loops, but does not import env.yield"},
		"yield's type":      {assemble.Module{Imports: []assemble.Import{wrongType}, Funcs: counts}.Bytes(), 10, "not a () i32"},
		"vector":            {with(0xfd, 12), 10, "function 0: at byte 2: instruction 0xfd not supported"},
		"atomic":            {with(0xfe, 0), 10, "instruction 0xfe not supported"},
		"exception":         {with(0x06, 0x40), 10, "instruction 0x6 not supported"},
		"tail call":         {with(0x12, 0), 10, "instruction 0x12 not supported"},
		"unknown bulk":      {with(0xfc, 99), 10, "instruction 0xfc 99 not supported"},
		"long signed":       {with(0x42, bytes.Repeat([]byte{0xff}, 11)), 10, "number over 64 bits"},
		"cut constant":      {with(0x44, 0), 10, "ends early"},
		"unknown type form": {[]byte("\x00asm\x01\x00\x00\x00\x01\x02\x01\x5f"), 10, "form 0x5f is not a function's"},
		"unknown import":    {[]byte("\x00asm\x01\x00\x00\x00\x02\x05\x01\x00\x00\x04\x00"), 10, "kind 4 not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := meter.Add(c.wasm, "env", "yield", c.turns)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Add: %v, want an error with %q", err, c.want)
			}
		})
	}
}

// FuzzAdd demands that Add never panics, and that what was a valid module still
// is one.
func FuzzAdd(f *testing.F) {
	f.Add(assemble.Module{Imports: []assemble.Import{yield}, Funcs: []assemble.Func{counting("count"), stacked("stack")}}.Bytes())
	f.Add(every().Bytes())
	f.Add([]byte("\x00asm\x01\x00\x00\x00"))
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithMemoryLimitPages(4))
	f.Cleanup(func() { r.Close(ctx) })
	f.Fuzz(func(t *testing.T, wasm []byte) {
		metered, err := meter.Add(wasm, "env", "yield", 3)
		if err != nil {
			return
		}
		valid, err := r.CompileModule(ctx, wasm)
		if err != nil {
			return
		}
		valid.Close(ctx)
		got, err := r.CompileModule(ctx, metered)
		if err != nil {
			t.Fatalf("valid before, but not when metered: %v\n%x\n%x", err, wasm, metered)
		}
		got.Close(ctx)
	})
}

package meter_test

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host/internal/assemble"
	"github.com/profferhq/proffer/host/internal/meter"
)

// program writes a random program of nested blocks, loops, ifs and branches.
// Local 0 is how many statements may still run, local 1 a sum of those that
// did.
type program struct {
	t      *rapid.T
	body   []byte
	labels []bool // whether a branch to it needs an i32
	left   int    // statements that may still be written
}

func (p *program) emit(parts ...any) { p.body = append(p.body, assemble.Code(parts...)...) }

// statement counts down, ending the program at 0, and adds to the sum.
func (p *program) statement(id int) {
	p.emit(localGet, 0, 0x45, brIf, leb(len(p.labels)-1)) // i32.eqz, to the outermost block
	p.emit(localGet, 0, assemble.Const(1), i32Sub, localSet, 0)
	p.emit(localGet, 1, assemble.Const(31), i32Mul, assemble.Const(int32(id)), i32Add, localSet, 1)
}

func leb(v int) []byte { return assemble.Const(int32(v))[1:] }

// target draws a label that a branch can have without a value.
func (p *program) target() []byte {
	var plain []int
	for depth := range p.labels {
		if !p.labels[len(p.labels)-1-depth] {
			plain = append(plain, depth)
		}
	}
	return leb(rapid.SampledFrom(plain).Draw(p.t, "target"))
}

// condition is some bit of the sum.
func (p *program) condition() []byte {
	bit := rapid.Int32Range(0, 6).Draw(p.t, "bit")
	return assemble.Code(localGet, 1, assemble.Const(bit), 0x76, assemble.Const(1), 0x71) // shr_u, and
}

// nest opens a label. It begins with a statement even where none is left to be
// written, so that every loop counts down.
func (p *program) nest(open []byte, value bool) {
	p.emit(open)
	p.labels = append(p.labels, value)
	p.statement(len(p.labels))
	p.statements()
}

func (p *program) close(parts ...any) {
	p.labels = p.labels[:len(p.labels)-1]
	p.emit(parts...)
}

func (p *program) statements() {
	for range rapid.IntRange(1, 4).Draw(p.t, "statements") {
		if p.left--; p.left < 0 {
			return
		}
		p.statement(p.left)
		switch rapid.IntRange(0, 8).Draw(p.t, "kind") {
		case 0:
			p.nest(assemble.Code(block, empty), false)
			p.close(end)
		case 1, 2:
			p.nest(assemble.Code(loop, empty), false)
			p.emit(p.condition(), brIf, 0)
			p.close(end)
		case 3: // a loop with a result; to branch to it needs none
			p.nest(assemble.Code(loop, assemble.I32), false)
			p.emit(p.condition(), brIf, 0)
			p.close(localGet, 1, end, localSet, 1)
		case 4: // a loop with a parameter and a result, type 2
			p.nest(assemble.Code(localGet, 1, loop, 2, localSet, 1), true)
			p.emit(localGet, 1, p.condition(), brIf, 0)
			p.close(end, localSet, 1)
		case 5:
			p.nest(assemble.Code(p.condition(), ifOp, empty), false)
			if rapid.Bool().Draw(p.t, "else") {
				p.emit(elseOp)
				p.statements()
			}
			p.close(end)
		case 6:
			p.emit(p.condition(), brIf, p.target())
		case 7:
			p.emit(p.condition(), p.condition(), i32Add, brTable, 2, p.target(), p.target(), p.target())
			return
		case 8:
			p.emit(0x0c, p.target())
			return
		}
	}
}

func (p *program) module() []byte {
	p.nest(assemble.Code(block, empty), false)
	p.close(end, localGet, 1)
	return assemble.Module{
		Imports: []assemble.Import{other, yield},
		Funcs: []assemble.Func{{
			Export: "run",
			Type:   assemble.Type{Params: []byte{assemble.I32}, Results: []byte{assemble.I32}},
			Locals: []byte{assemble.I32},
			Body:   p.body,
		}},
	}.Bytes()
}

// TestProgramsKeepTheirMeaning runs random programs with and without counting,
// in wazero's interpreter and in its compiler.
func TestProgramsKeepTheirMeaning(t *testing.T) {
	ctx := context.Background()
	yields := 0
	var engines []wazero.Runtime
	for _, config := range []wazero.RuntimeConfig{wazero.NewRuntimeConfigInterpreter(), wazero.NewRuntimeConfig()} {
		r := wazero.NewRuntimeWithConfig(ctx, config)
		defer r.Close(ctx)
		_, err := r.NewHostModuleBuilder("env").
			NewFunctionBuilder().WithFunc(func() int32 { yields++; return 7 }).Export("yield").
			NewFunctionBuilder().WithFunc(func() int32 { return 5 }).Export("other").
			Instantiate(ctx)
		if err != nil {
			t.Fatal(err)
		}
		engines = append(engines, r)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := program{t: t, left: 40}
		plain := p.module()
		metered, err := meter.Add(plain, "env", "yield", rapid.IntRange(1, 8).Draw(t, "turns"))
		if err != nil {
			t.Fatal(err)
		}
		steps := rapid.Uint64Range(1, 300).Draw(t, "steps")
		want := uint64(0)
		for i, r := range engines {
			for j, wasm := range [][]byte{plain, metered} {
				m, err := r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithName(""))
				if err != nil {
					t.Fatalf("engine %d, metered %d: %v", i, j, err)
				}
				got, err := m.ExportedFunction("run").Call(ctx, steps)
				m.Close(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if i+j == 0 {
					want = got[0]
				}
				if got[0] != want {
					t.Fatalf("engine %d, metered %d: %d, want %d", i, j, got[0], want)
				}
			}
		}
	})
	if yields < 100 {
		t.Errorf("%d calls of yield in all programs: the generator has lost its loops", yields)
	}
}

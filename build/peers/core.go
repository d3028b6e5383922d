package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/build/jump"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// core is the guest below testdata: the package that decides, in Wasm, without
// messages.
type core struct {
	ctx      context.Context
	view     snapshot.View
	visitors []visitor
	slots    int
	set      api.Function
	run      api.Function
	get      api.Function
	stack    [5]uint64
	n        int      // offers of the last answer
	found    []uint32 // they, where they were asked for
}

func newCore(ctx context.Context, out string, offers []offer, list []visitor) (peer, func(), error) {
	s, err := compiled(offers)
	if err != nil {
		return nil, nil, err
	}
	c := &core{ctx: ctx, visitors: list, slots: slots(offers, list)}
	if c.view, err = snapshot.Open(s); err != nil {
		return nil, nil, err
	}
	wasm, err := buildCore(ctx, out)
	if err != nil {
		return nil, nil, err
	}
	cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(out, "wazero"))
	if err != nil {
		return nil, nil, err
	}
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache))
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	mod, err := r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		return nil, nil, err
	}
	c.set, c.run, c.get = mod.ExportedFunction("visitor"), mod.ExportedFunction("decide"), mod.ExportedFunction("found")
	return c, func() { _ = r.Close(ctx) }, c.load(mod, s)
}

// profile is the one by which the module is compiled.
const profile = "../../plugin/cmd/reactor/default.pgo"

// buildCore compiles the guest as the module is.
func buildCore(ctx context.Context, out string) ([]byte, error) {
	file, err := filepath.Abs(filepath.Join(out, "peers-core.wasm"))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-buildmode=c-shared", "-trimpath", "-pgo="+profile, "-ldflags=-s -w -buildid=", "-o", file, "./testdata/core")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build core: %w\n%s", err, text)
	}
	wasm, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return jump.Direct(wasm)
}

// load hands the snapshot over, and all visitors.
func (c *core) load(mod api.Module, s []byte) error {
	put, open := mod.ExportedFunction("put"), mod.ExportedFunction("open")
	for at := 0; at < len(s); at += 8 {
		var word [8]byte
		copy(word[:], s[at:])
		c.stack[0] = binary.LittleEndian.Uint64(word[:])
		if err := put.CallWithStack(c.ctx, c.stack[:]); err != nil {
			return err
		}
	}
	c.stack = [5]uint64{uint64(len(s)), uint64(c.slots), uint64(len(c.visitors))}
	if err := open.CallWithStack(c.ctx, c.stack[:]); err != nil {
		return err
	}
	if c.stack[0] != 1 {
		return errors.New("the guest refuses the snapshot")
	}
	for i := range c.visitors {
		if err := c.pass(i); err != nil {
			return err
		}
	}
	return nil
}

// pass hands a visitor's fields over.
func (c *core) pass(i int) error {
	v := &c.visitors[i]
	c.stack = [5]uint64{uint64(i), uint64(v.country[0]) | uint64(v.country[1])<<8, 0, uint64(v.basket), uint64(now)}
	if v.member {
		c.stack[2] = 1
	}
	return c.set.CallWithStack(c.ctx, c.stack[:])
}

func (c *core) decide(i int) error {
	c.stack[0] = uint64(i)
	err := c.run.CallWithStack(c.ctx, c.stack[:])
	c.n = int(int32(c.stack[0]))
	return err
}

func (c *core) ask(i int) error {
	if err := errors.Join(c.pass(i), c.decide(i)); err != nil {
		return err
	}
	return c.fetch()
}

// fetch takes the offers of the last answer over.
func (c *core) fetch() error {
	c.found = c.found[:0]
	for k := range c.n {
		c.stack[0] = uint64(k)
		if err := c.get.CallWithStack(c.ctx, c.stack[:]); err != nil {
			return err
		}
		c.found = append(c.found, uint32(c.stack[0]))
	}
	return nil
}

func (c *core) eligible() (codes []string, err error) {
	if c.n == c.slots {
		return nil, fmt.Errorf("%d slots are full: there may be more offers", c.n)
	}
	if err := c.fetch(); err != nil {
		return nil, err
	}
	for _, o := range c.found {
		codes = append(codes, string(c.view.Name(c.view.Offer(o).Code())))
	}
	return codes, nil
}

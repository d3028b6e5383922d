package rig

import (
	"context"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
)

// Middleware is Proffer in this process with a catalog; its Engine is made here.
func Middleware(t *testing.T, text string, c proxy.Config) *proxy.Middleware {
	t.Helper()
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := native.New(hosttest.Settings())
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Swap(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	c.Engine = engine
	return middleware(t, c)
}

func middleware(t testing.TB, c proxy.Config) *proxy.Middleware {
	t.Helper()
	m, err := proxy.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Module is an engine that decides in proffer.wasm, as "proffer serve" does unless
// it is told otherwise.
func Module(t testing.TB, snapshot []byte) *host.Host {
	t.Helper()
	h, err := host.New(t.Context(), hosttest.Artefact(t, "proffer.wasm"), host.Config{
		CacheDir: hosttest.CacheDir(t), Settings: hosttest.Settings(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := h.Swap(t.Context(), snapshot); err != nil {
		t.Fatal(err)
	}
	return h
}

// Memory is the linear memory of an instance of an engine, in bytes.
func Memory(h *host.Host) int {
	s := h.Stats()
	return int(s.Memory) / max(s.Instances, 1)
}

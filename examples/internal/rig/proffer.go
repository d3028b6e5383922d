package rig

import (
	"testing"

	"github.com/profferhq/proffer/catalog"
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
	m, err := proxy.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

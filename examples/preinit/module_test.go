package preinit_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/hosttest"
)

// shop is a catalog of two offers between which chance decides.
func shop(t *testing.T) []byte {
	t.Helper()
	b, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(`catalog: shop
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: "/", slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<i>{{ t }}</i>'}}}
    categories: {all: {offers: {a: {weights: 1, content: {hero: {t: A}}}, b: {weights: 1, content: {hero: {t: B}}}}}}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestModule does with proffer-preinit.wasm what Wizer does, but for the image: the
// module takes its message, or says why not and traps, so that there is none.
func TestModule(t *testing.T) {
	snapshot := shop(t)
	message := func(parts ...[]byte) []byte {
		b := wire.AppendArray(nil, len(parts))
		for _, p := range parts {
			b = wire.AppendBin(b, p)
		}
		return b
	}
	good := message(hosttest.Settings(), snapshot)
	two := wire.AppendArray(nil, 2)
	run := initializer(t)
	for name, c := range map[string]struct {
		message []byte
		want    string // in what it writes; "": it is taken
	}{
		"good":                 {good, ""},
		"without a snapshot":   {wire.AppendNil(wire.AppendBin(two[:1:1], hosttest.Settings())), ""},
		"without settings":     {wire.AppendBin(wire.AppendNil(two[:1:1]), snapshot), ""},
		"more behind":          {append(good[:len(good):len(good)], "more"...), ""},
		"nothing":              {nil, "panic: standard input ends too early"},
		"cut":                  {good[:200], "panic: standard input ends too early"},
		"of one":               {message(snapshot), "panic: standard input does not begin with an array of two"},
		"of a text":            {append(two[:1:1], 0xa1, 'x'), "panic: standard input has a value that is neither bin nor nil"},
		"settings too long":    {append(two[:1:1], 0xc6, 0, 0x10, 0, 1), "panic: standard input has a value that is too long"},
		"snapshot too long":    {append(two[:1:1], 0xc0, 0xc6, 0xff, 0, 0, 0), "panic: standard input has a value that is too long"},
		"no settings":          {message([]byte{1}, snapshot), "panic: configuration: malformed"},
		"a snapshot too short": {message(nil, snapshot[:len(snapshot)-1]), "panic: snapshot: "},
	} {
		written, err := run(c.message)
		if (err == nil) != (c.want == "") || !strings.Contains(written, c.want) {
			t.Errorf("%s: %v, it writes %q, want %q", name, err, written, c.want)
		}
	}
}

// initializer starts an instance for each message and lets it take that.
func initializer(t *testing.T) func(message []byte) (written string, err error) {
	t.Helper()
	cache, err := wazero.NewCompilationCacheWithDir(hosttest.CacheDir(t))
	if err != nil {
		t.Fatal(err)
	}
	r := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfig().WithCompilationCache(cache))
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	wasi_snapshot_preview1.MustInstantiate(t.Context(), r)
	module, err := r.CompileModule(t.Context(), hosttest.Artefact(t, "proffer-preinit.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return func(message []byte) (string, error) {
		var stderr bytes.Buffer
		m, err := r.InstantiateModule(t.Context(), module, wazero.NewModuleConfig().WithName("").
			WithStartFunctions("_initialize").WithStdin(bytes.NewReader(message)).WithStderr(&stderr))
		if err != nil {
			return "", err
		}
		defer m.Close(t.Context())
		_, err = m.ExportedFunction("wizer-initialize").Call(t.Context())
		return stderr.String(), err
	}
}

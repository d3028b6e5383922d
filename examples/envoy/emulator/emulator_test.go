package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

const small = `catalog: small
consent: assumed
environments:
  visitors:
    kind: anonymous
    pages: [{match: /, slots: [hero]}]
    spaces: {hero: {channel: web, fields: {t: text}, render: {html: '<b>{{ t }}</b>'}}}
    categories: {all: {offers: {one: {weights: 1, content: {hero: {t: an offer}}}}}}
`

const (
	slotted = `<!doctype html><p data-offer-space="hero">own</p>`
	filled  = `<!doctype html><p data-offer-space="hero"><b>an offer</b></p>`
)

// TestEmulator takes pages and an endpoint through the emulator, with the
// configuration as bytes and as JSON.
func TestEmulator(t *testing.T) {
	snapshot, err := hosttest.Compile([]catalog.File{{Name: "catalog.yaml", Text: []byte(small)}})
	if err != nil {
		t.Fatal(err)
	}
	c := abi.DefaultConfig()
	c.Keys = []abi.Key{{ID: seal.TestKeyID, Use: abi.UseCookie, Primary: true, Secret: abi.TestSecret()}}
	settings := abi.AppendConfig(nil, c)
	object, err := json.Marshal(map[string]string{
		"snapshot": base64.StdEncoding.EncodeToString(snapshot), "settings": base64.StdEncoding.EncodeToString(settings),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string][]byte{"object": object, "bytes": abi.AppendCommand(nil, settings, snapshot)} {
		t.Run(name, func(t *testing.T) { serve(t, config) })
	}
}

func serve(t *testing.T, config []byte) {
	vm, err := proxytest.NewWasmVMContext(hosttest.Artefact(t, "proffer-proxy-wasm.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := vm.Close(); err != nil {
			t.Error(err)
		}
	}()
	host, reset := proxytest.NewHostEmulator(proxytest.NewEmulatorOption().WithVMContext(vm).WithPluginConfiguration(config))
	defer reset()
	if host.StartVM() != types.OnVMStartStatusOK || host.StartPlugin() != types.OnPluginStartStatusOK {
		t.Fatal("the plugin does not start")
	}
	head := [][2]string{{":status", "200"}, {"content-type", "text/html; charset=utf-8"}, {"content-length", "49"}, {"etag", `"v1"`}}
	ask := func(path string) [][2]string {
		return [][2]string{{":authority", "shop.example"}, {":path", path}, {":method", "GET"}, {"accept-encoding", "gzip"}}
	}
	for at := range len(slotted) + 1 { // cut in two everywhere
		id := host.InitializeHttpContext()
		if host.CallOnRequestHeaders(id, ask("/"), true) != types.ActionContinue || value(host.GetCurrentRequestHeaders(id), "accept-encoding") != "" {
			t.Fatalf("the origin is asked with %q", host.GetCurrentRequestHeaders(id))
		}
		if host.CallOnResponseHeaders(id, head, false) != types.ActionContinue {
			t.Fatal("the head waits")
		}
		var page []byte
		for i, part := range []string{slotted[:at], slotted[at:], ""} {
			if host.CallOnResponseBody(id, []byte(part), i == 2) != types.ActionContinue {
				t.Fatal("the body waits")
			}
			page = append(page, host.GetCurrentResponseBody(id)...)
		}
		got := host.GetCurrentResponseHeaders(id)
		if string(page) != filled || !strings.HasPrefix(value(got, "set-cookie"), "proffer=") || value(got, "content-length") != "" ||
			value(got, "etag") != "" || value(got, "cache-control") != "private, no-store" {
			t.Fatalf("cut at %d the page comes as %q with %q", at, page, got)
		}
		host.CompleteHttpContext(id)
	}
	id := host.InitializeHttpContext()
	host.CallOnRequestHeaders(id, ask("/other"), true)
	host.CallOnResponseHeaders(id, head, false)
	host.CallOnResponseBody(id, []byte(slotted), true)
	if string(host.GetCurrentResponseBody(id)) != slotted || !slices.Equal(host.GetCurrentResponseHeaders(id), head) {
		t.Errorf("a page that is not listed comes as %q", host.GetCurrentResponseBody(id))
	}
	id = host.InitializeHttpContext()
	host.CallOnRequestHeaders(id, ask("/.proffer/offers.js"), true)
	if r := host.GetSentLocalResponse(id); r == nil || r.StatusCode != 200 || len(r.Data) == 0 {
		t.Errorf("the script comes as %+v", r)
	}
	if logs := slices.Concat(host.GetErrorLogs(), host.GetCriticalLogs()); len(logs) > 0 {
		t.Errorf("the log has %q", logs)
	}
}

func value(fields [][2]string, name string) string {
	for _, f := range fields {
		if f[0] == name {
			return f[1]
		}
	}
	return ""
}

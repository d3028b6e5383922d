package proxy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/proxy"
)

// appSnapshot compiles the catalog of the shop's app.
func appSnapshot(t *testing.T) []byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "examples", "shop", "next", "*.yaml"))
	if err != nil || len(paths) < 2 {
		t.Fatalf("files %v, error %v, want several", paths, err)
	}
	var files []catalog.File
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// Nobody is held out, so that every visitor gets offers.
		text = bytes.ReplaceAll(text, []byte("percent: 5}"), []byte("percent: 0.0001}"))
		files = append(files, catalog.File{Name: filepath.Base(path), Text: text})
	}
	b, err := hosttest.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// agreed is a string of the consent framework that agrees to purposes 1, 3 and 4.
const agreed = "CAAAAAAAAAAAAAAAAAAAAAAAALAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// TestShopJSON: the app of the shop fetches what it shows, through the module.
func TestShopJSON(t *testing.T) {
	const home = `{"title":"Wayfern","blocks":[{"kind":"card","offer":null},{"kind":"card"},{"kind":"list","trips":[1,2.50]}]}`
	const trip = `{"trip":{"name":"La Gomera","price":720.00}}`
	m := middleware(t, proxy.Config{Engine: wasmEngine(t, appSnapshot(t))})
	url := reverse(t, m, serve(t, jsonAnswer(home)))
	consent := []string{"Host: app.wayfern.example", "Cookie: euconsent-v2=" + agreed, "Accept: application/json"}
	a := ask(t, url, "GET", "/api/home", consent...)
	var got struct {
		Blocks []struct {
			Offer struct {
				Title, URL string
				From       float64
			}
		}
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Blocks) != 3 {
		t.Fatalf("%v: %s", err, a.body)
	}
	if b := got.Blocks; b[0].Offer.Title == "" || b[0].Offer.From < 390 || b[1].Offer.URL == "" || b[0].Offer == b[1].Offer {
		t.Errorf("offers %+v", b)
	}
	if tail := `,{"kind":"list","trips":[1,2.50]}]}`; !strings.HasPrefix(a.body, `{"title":"Wayfern","blocks":[{"kind":"card","offer":{"title": "`) || !strings.HasSuffix(a.body, tail) {
		t.Errorf("got %s", a.body)
	}
	if len(a.header["Set-Cookie"]) != 1 || a.length != int64(len(a.body)) {
		t.Errorf("header %v, %d bytes", a.header, a.length)
	}
	url = reverse(t, m, serve(t, jsonAnswer(trip)))
	a = ask(t, url, "GET", "/api/trips/la-gomera?x=1", consent...)
	if want := strings.TrimSuffix(trip, "}}") + `,"beside":{"title": "`; !strings.HasPrefix(a.body, want) || !json.Valid([]byte(a.body)) {
		t.Errorf("got %s, want %s…", a.body, want)
	}
	m.expect(t, map[string]float64{"json_answers_total/injected": 2, "slots_total/filled": 3})
}

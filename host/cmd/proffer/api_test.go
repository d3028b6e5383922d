package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/plugin/seal"
)

// called posts a call to a served site and gives the answer.
func called(t *testing.T, s serving, method, text string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+"/.proffer/decide", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// TestServedAPI: a program that shows a peer token asks for a customer, nobody
// else does, and the configured origins' pages may ask.
func TestServedAPI(t *testing.T) {
	keys := newKeys(t)
	settings := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(settings, []byte(`{"cors":{"origins":["https://app.example"],"max_age":60}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, shop(t, keys).URL, shopCatalog, keys, func(c *serveCommand) { c.Config = settings })
	const call, target = `{"path":"/","slots":[{"space":"hero"}]}`, `{"path":"/","slots":[{"space":"hero"}],"target":"1002"}`
	if res, text := called(t, s, http.MethodPost, call); res.StatusCode != http.StatusOK || !strings.Contains(text, `"mode":"anonymous"`) || strings.Contains(text, "propositions") {
		t.Errorf("a stranger: %d %s", res.StatusCode, text)
	}
	for _, token := range []string{"", identityToken(t, keys), peerToken(t, newKeys(t))} {
		res, text := called(t, s, http.MethodPost, target, "Authorization", "Bearer "+token)
		if res.StatusCode != http.StatusForbidden || !strings.Contains(text, `"field":"target"`) || strings.Contains(text, "1002") {
			t.Errorf("no peer's token: %d %s", res.StatusCode, text)
		}
	}
	_, ring, err := live.ServableKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	token, err := seal.AppendPeer(nil, ring, july().Add(time.Hour).Unix()) // by the clock of serve
	if err != nil {
		t.Fatal(err)
	}
	res, text := called(t, s, http.MethodPost, target, "Authorization", "Bearer "+string(token))
	if res.StatusCode != http.StatusOK || !strings.Contains(text, `"mode":"explicit"`) || !strings.Contains(text, `"target":"1002"`) {
		t.Errorf("a peer: %d %s", res.StatusCode, text)
	}
	res, _ = called(t, s, http.MethodOptions, "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Origin") != "https://app.example" || res.Header.Get("Access-Control-Max-Age") != "60" {
		t.Errorf("a preflight: %d %v", res.StatusCode, res.Header)
	}
}

// TestReplayedCalls holds that recorded calls are decided again, byte for byte.
func TestReplayedCalls(t *testing.T) {
	keys, records := newKeys(t), t.TempDir()
	_, ring, err := live.ServableKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	token, err := seal.AppendPeer(nil, ring, july().Add(time.Hour).Unix())
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{} // by interaction
	t.Run("serve", func(t *testing.T) {
		s := serve(t, shop(t, keys).URL, shopCatalog, keys, func(c *serveCommand) { c.Record = records })
		for _, call := range []string{
			`{"slots":[{"space":"hero"},{"space":"hero","n":2}]}`,
			`{"path":"/travel/canada","query":"a=b","language":"fr","slots":[{"space":"hero","themes":["summer"],"attributes":{"basket":12.5}}],"attributes":{"basket":7,"tags":["a",""],"list":[1,2.5]}}`,
			`{"slots":[{"space":"hero"}],"target":{"source":"main","key":"1002"},"consent":true}`,
		} {
			_, text := called(t, s, http.MethodPost, call, "Authorization", "Bearer "+string(token))
			var a struct{ Interaction string }
			if err := json.Unmarshal([]byte(text), &a); err != nil || a.Interaction == "" {
				t.Fatalf("%v: %s", err, text)
			}
			answers[a.Interaction] = text
		}
	})
	for interaction, want := range answers {
		status, out, errs := proffer(t, "", "decide", "--record", records, "--interaction", interaction, "--keys", keys, "--engine", "native")
		if strings.TrimSpace(out) != want || status != 0 {
			t.Errorf("status %d, %s\n got %s\nwant %s", status, errs, out, want)
		}
	}
}

func TestServeRefusesCORS(t *testing.T) {
	keys := newKeys(t)
	for text, want := range map[string]string{
		`{"cors":{"credentials":true}}`:                                "cors.origins is missing",
		`{"cors":{"origins":["*"],"credentials":true}}`:                `CORS.Origins: "*" is a pattern; name each origin`,
		`{"cors":{"origins":["null"]}}`:                                `CORS.Origins: "null" is what sandboxed pages`,
		`{"cors":{"origins":["https://app.example/"]}}`:                "write https://app.example",
		`{"cors":{"origins":["https://app.example"],"max_age":86401}}`: "CORS.MaxAge is 24h0m1s (have 1s..24h0m0s)",
	} {
		settings := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		status, _, errs := proffer(t, "", "serve", "--origin", "http://127.0.0.1:1", "--catalog", catalogFile(t, countCatalog), "--keys", keys,
			"--config", settings, "--engine", "native", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s, want %q", text, status, errs, want)
		}
	}
}

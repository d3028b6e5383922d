package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/seal"
)

const explainRequest = `{"time":"2026-07-10T12:00:00Z","seed":1,"slots":[{"space":"hero"},{"space":"herro"}]}`

// TestExplain: the answer is what it is without reasons, and has them.
func TestExplain(t *testing.T) {
	file := catalogFile(t, smallCatalog)
	ask := func(more ...string) string {
		t.Helper()
		status, out, errs := proffer(t, explainRequest, append([]string{"decide", "--engine", "native", "--catalog", file, "--request", "-"}, more...)...)
		if status != 0 {
			t.Fatalf("%v: status %d: %s", more, status, errs)
		}
		return out
	}
	plain := ask()
	head, ok := strings.CutSuffix(plain, "}\n")
	explained := ask("--explain", "--offer", "one", "--offer", "two")
	if !ok || !strings.HasPrefix(explained, head+`,"trace":{`) {
		t.Fatalf("got %s\nwithout reasons %s", explained, plain)
	}
	var a struct {
		Trace struct {
			Notices []string
			Groups  []struct {
				Offers []struct{ Offer, Reason string }
			}
		}
	}
	if err := json.Unmarshal([]byte(explained), &a); err != nil {
		t.Fatal(err)
	}
	if o := a.Trace.Groups[0].Offers; len(o) != 1 || o[0].Offer != "one" || o[0].Reason != "given" {
		t.Errorf("offers: %+v", o)
	}
	notices := strings.Join(a.Trace.Notices, "\n")
	for _, s := range []string{`no environment has a space "herro" (did you mean "hero"?)`, `no environment that answers has an offer "two"`} {
		if !strings.Contains(notices, s) {
			t.Errorf("the notices do not say %q: %s", s, notices)
		}
	}
	tree := ask("--tree")
	for _, s := range []string{"A new visitor\n", "note: slot herro #1 is unknown", "hero #1 shows one, rank 1, weight 2\n", "    one  rank 1, weight 2: shown in hero #1\n"} {
		if !strings.Contains(tree, s) {
			t.Errorf("the tree does not say %q: %s", s, tree)
		}
	}
}

// TestExplainPage asks the operators' address why, as a browser does.
func TestExplainPage(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys.json")
	status, out, errs := proffer(t, "", "keys", "new")
	if status != 0 {
		t.Fatal(errs)
	}
	if err := os.WriteFile(keys, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	snapshot, err := loadCatalog(catalogFile(t, smallCatalog), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	file, list := config.Default(), config.TestKeys()
	e, err := openEngine(t.Context(), &engineOptions{Engine: "native"}, file.Settings(list), snapshot)
	if err != nil {
		t.Fatal(err)
	}
	_, ring, err := live.ServableKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service.ExplainPage(e, func() *seal.Keyring { return ring }, "", &file))
	defer server.Close()
	get := func(r *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		b, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("status %d, %v: %s", r.StatusCode, err, b)
		}
		return string(b)
	}
	if page := get(http.Get(server.URL + "/explain")); !strings.Contains(page, "Describe a visitor") {
		t.Errorf("the form: %s", page)
	}
	page := get(http.PostForm(server.URL+"/explain", url.Values{"by": {"fields"}, "path": {"/"}}))
	if !strings.Contains(page, "rank 1, weight 2: shown in hero #1") {
		t.Errorf("the explanation: %s", page)
	}
}

func TestExplainFlags(t *testing.T) {
	file := catalogFile(t, smallCatalog)
	for says, more := range map[string][]string{
		"give one":         {"--explain", "--tree"},
		"give --explain":   {"--offer", "one"},
		"over the limit":   append(strings.Split(strings.Repeat("--offer one ", 201), " ")[:402], "--tree"),
		"slots is missing": {"--tree"},
	} {
		status, out, errs := proffer(t, "{}", append([]string{"decide", "--engine", "native", "--catalog", file, "--request", "-"}, more...)...)
		usage := exitUsage
		if says == "slots is missing" {
			usage = exitRefused
		}
		if status != usage || !strings.Contains(errs, says) || out != "" {
			t.Errorf("%.2v: status %d, %q, want %q", more, status, errs, says)
		}
	}
}

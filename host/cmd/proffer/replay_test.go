package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/record"
)

// onBoth are the flags of the two engines.
func onBoth(t *testing.T) map[string][]string {
	t.Helper()
	hosttest.Artefact(t, "proffer.wasm")
	return map[string][]string{
		"native": {"--engine", "native"},
		"wasm":   {"--wasm", filepath.Join(hosttest.OutDir(t), "proffer.wasm")},
	}
}

// recordShop walks through the shop with a recorder and gives its directory and
// the keys. Strangers, a customer and a pause are in it, two catalogs, and one
// who is asked about by a proxy in front.
func recordShop(t *testing.T) (dir, keys string) {
	t.Helper()
	keys, dir = newKeys(t), filepath.Join(t.TempDir(), "records")
	site := shop(t, keys)
	config := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(config, []byte(`{"peers":["127.0.0.1"],"country_header":"X-Country","prefix":"/-/"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	catalog := t.TempDir()
	if err := os.CopyFS(catalog, os.DirFS(shopCatalog)); err != nil {
		t.Fatal(err)
	}
	t.Run("serve", func(t *testing.T) { // until its end all is written
		s := serve(t, site.URL, catalog, keys, func(c *serveCommand) { c.Record, c.Config = dir, config })
		me := person(t)
		for _, path := range []string{"/", "/", "/about", "/travel?q=a%20b&r=%22%3C"} {
			get(t, me, s.url+path)
		}
		for _, headers := range []map[string]string{
			{"Accept-Language": "fr-CH, en;q=0.5", "X-Country": "FR", "X-Forwarded-Proto": "https"},
			{"Sec-GPC": "1", "User-Agent": "Mozilla/5.0 \"é\""},
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range headers {
				r.Header.Set(name, value)
			}
			body(t, r)
		}
		if _, err := me.PostForm(s.url+"/login", url.Values{"customer": {"1002"}, "next": {"/"}}); err != nil {
			t.Fatal(err)
		}
		if status, got := post(t, s.admin+"/v1/pause", asJSON, `{"environment":"customers","kind":"space","name":"hero"}`); status != http.StatusOK {
			t.Fatalf("pause: status %d, %s", status, got)
		}
		get(t, me, s.url+"/")
		if err := os.WriteFile(filepath.Join(catalog, "more.yaml"), []byte("environments: {visitors: {categories: {more: {offers: {extra: {weights: 1}}}}}}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.out.wait(t, `(?s)swapped in.*swapped in`)
		get(t, me, s.url+"/")
		if _, metrics := post(t, s.admin+"/metrics", "", ""); !strings.Contains(metrics, "\nproffer_records_dropped_total 0\n") {
			t.Error("records were dropped")
		}
	})
	return dir, keys
}

// TestReplay holds that a recorded request is answered by the same bytes again,
// on both engines.
func TestReplay(t *testing.T) {
	dir, keys := recordShop(t)
	list, err := record.List(dir, 100)
	if err != nil {
		t.Fatal(err)
	}
	snapshots, pauses, customers, lookups := map[string]bool{}, 0, 0, 0
	for engine, flags := range onBoth(t) {
		for i, e := range list {
			if engine == "wasm" && i > 0 {
				break // the rest below: starting the module is slow
			}
			args := append([]string{"decide", "--record", dir, "--interaction", e.Interaction, "--keys", keys}, flags...)
			status, out, errs := proffer(t, "", args...)
			if status != 0 || errs != "" || !strings.Contains(out, `"interaction":"`+e.Interaction+`"`) {
				t.Errorf("%s: %s%s: status %d, %s%s", engine, e.Host, e.Path, status, errs, out)
			}
			snapshots[e.Snapshot] = true
			if strings.Contains(out, `"mode":"explicit"`) {
				customers++
			}
			f, err := record.Find(dir, e.Interaction)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(f.Document), `"paused":[{`) {
				pauses++
			}
			if strings.Contains(string(f.Document), `"country_header":"x-country"`) {
				lookups++
			}
		}
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, name := range files { // the other way: all that one holds at once
			args := append([]string{"decide", "--request", name, "--catalog", filepath.Join(filepath.Dir(name), "snapshot"), "--keys", keys}, flags...)
			status, out, errs := proffer(t, "", args...)
			if status != 0 || errs != "" {
				t.Errorf("%s: %s: status %d, %s", engine, name, status, errs)
			}
			lines += strings.Count(out, "\n")
		}
		if lines != len(list) {
			t.Errorf("%s: %d answers by files, want %d", engine, lines, len(list))
		}
	}
	if len(list) < 8 || len(snapshots) != 2 || pauses == 0 || customers == 0 || lookups == 0 {
		t.Errorf("%d records, %d snapshots, %d paused, %d customers, %d settings: the walk misses something", len(list), len(snapshots), pauses, customers, lookups)
	}
	status, out, errs := proffer(t, "", "records", dir, "-n", "3")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); status != 0 || len(lines) != 3 || !strings.Contains(lines[0], list[0].Interaction) {
		t.Errorf("status %d: %s%s", status, errs, out)
	}
}

// TestRecordRefuses holds that a bound which the recorder does not take is no
// start.
func TestRecordRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"record":{"days":8}}`:        "days 8 is not in 1..7",
		`{"record":{"sample":2}}`:      "sample 2 is not above 0 and at most 1",
		`{"record":{"max_bytes":1}}`:   "max_bytes 1 is below 1048576",
		`{"record":{"share":0.5}}`:     `unknown field "share"`,
		`{"record":{"sample":"half"}}`: "record.sample",
	} {
		config := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		status, _, errs := proffer(t, "", "serve", "--engine", "native", "--origin", "http://127.0.0.1:1", "--config", config,
			"--catalog", catalogFile(t, smallCatalog), "--keys", newKeys(t), "--record", t.TempDir())
		if status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s", text, status, errs)
		}
	}
}

// TestReplayTells holds that an answer which is not the recorded one is told.
func TestReplayTells(t *testing.T) {
	dir, keys := recordShop(t)
	list, err := record.List(dir, 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, error %v", list, err)
	}
	f, err := record.Find(dir, list[0].Interaction)
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Parse(f.Document)
	if err != nil {
		t.Fatal(err)
	}
	response := hex.EncodeToString(d.Recorded.Response)
	wrong := sha256.Sum256(d.Recorded.Response)
	for name, c := range map[string]struct {
		text   string
		args   []string
		status int
		says   string
	}{
		"another response": {
			strings.Replace(string(f.Document), response, hex.EncodeToString(wrong[:]), 1),
			[]string{"--catalog", f.SnapshotFile, "--keys", keys}, 1, "the response differs from the recorded one",
		},
		"another request": {
			strings.Replace(string(f.Document), `"time":"2026`, `"time":"2027`, 1),
			[]string{"--catalog", f.SnapshotFile, "--keys", keys}, 1, "the response differs from the recorded one",
		},
		"other keys": {
			string(f.Document), []string{"--catalog", f.SnapshotFile, "--keys", newKeys(t)}, 1, "the response differs from the recorded one",
		},
		"keys that are gone": {string(f.Document), []string{"--catalog", f.SnapshotFile}, 1, "recorded under the cookie key with id 1"},
		"another catalog":    {string(f.Document), []string{"--catalog", shopCatalog, "--keys", keys}, 0, "not compared"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"decide", "--engine", "native", "--request", "-"}, c.args...)
			status, _, errs := proffer(t, c.text, args...)
			if status != c.status || !strings.Contains(errs, c.says) {
				t.Errorf("status %d, want %d; %s", status, c.status, errs)
			}
		})
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no such interaction": {[]string{"--record", dir, "--interaction", strings.Repeat("0", 32)}, 1, "not found"},
		"no interaction":      {[]string{"--record", dir}, 2, "go together"},
		"no directory":        {[]string{"--interaction", list[0].Interaction}, 2, "go together"},
		"both":                {[]string{"--record", dir, "--interaction", "0", "--request", "-"}, 2, "one of --request and --record"},
		"no catalog":          {[]string{"--request", "-"}, 2, "--catalog"},
		"nothing":             {nil, 2, "one of --request and --record"},
	} {
		t.Run(name, func(t *testing.T) {
			status, _, errs := proffer(t, "{}", append([]string{"decide", "--engine", "native"}, c.args...)...)
			if status != c.status || !strings.Contains(errs, c.says) {
				t.Errorf("status %d, want %d; %s", status, c.status, errs)
			}
		})
	}
}

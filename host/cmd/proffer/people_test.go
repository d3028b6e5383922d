package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

const peopleCatalog = `catalog: small
consent: assumed
people: [main]
environments:
  customers:
    kind: identified
    people: main
    target: {country: string}
    spaces: {hero: {channel: web}}
`

func TestPeople(t *testing.T) {
	const anna = `{"key":"anna","attributes":{"country":"FR"},"cookies":["000102030405060708090a0b0c0d0e0f"]}` + "\n"
	dir := t.TempDir()
	store := "file:" + filepath.Join(dir, "store")
	file := filepath.Join(dir, "people.jsonl")
	keys := filepath.Join(dir, "keys.json")
	made, err := config.NewKeys()
	for name, text := range map[string][]byte{file: []byte(anna + `{"key":"bert"}`), keys: made} {
		if err == nil {
			err = os.WriteFile(name, text, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	status, out, errs := proffer(t, "", "people", "import", file, "--source", "main", "--store", store, "--keys", keys, "--catalog", catalogFile(t, peopleCatalog))
	if want := "2 people of source main, with 1 cookies and 2 links\n"; status != 0 || out != want {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	if status, out, errs := proffer(t, "", "people", "show", "anna", "--source", "main", "--store", store); status != 0 || out != anna {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	linked(t, filepath.Join(dir, "store"), keys)
	if status, out, errs := proffer(t, strings.Replace(anna, "FR", "DE", 1), "people", "import", "-", "--source", "main", "--store", store, "--quiet"); status != 0 || errs != "" {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if _, out, _ := proffer(t, "", "people", "show", "anna", "--source", "main", "--store", store); !strings.Contains(out, `"DE"`) {
		t.Errorf("after another import: %s", out)
	}
}

// linked holds the links of an import to the keys of a file.
func linked(t *testing.T, dir, keys string) {
	t.Helper()
	list, err := config.LoadKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := config.Keyring(list)
	if err != nil {
		t.Fatal(err)
	}
	p, err := people.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	id, mac, _ := ring.Primary(seal.UseCookie)
	key, ok, err := p.OfLink("main", id, visitor.LinkHash(mac, []byte("main"), []byte("bert")))
	if key != "bert" || !ok || err != nil {
		t.Errorf("the link is of %q, %v, %v", key, ok, err)
	}
}

func TestPeopleRefusals(t *testing.T) {
	store := "file:" + t.TempDir()
	for name, c := range map[string]struct {
		in   string
		args []string
		want int
		says string
	}{
		"no source":     {"", []string{"import", "-", "--store", store}, 2, "--source"},
		"another store": {"", []string{"import", "-", "--source", "main", "--store", "nats://x"}, 1, `--store "nats://x" is not file:DIR`},
		"no file":       {"", []string{"import", filepath.Join(t.TempDir(), "none"), "--source", "main", "--store", store}, 1, "no such file"},
		"a wrong line":  {"{}\n", []string{"import", "-", "--source", "main", "--store", store}, 1, "standard input:1:1: key is missing"},
		"not declared": {`{"key":"x","attributes":{"age":1}}`, []string{"import", "-", "--source", "main", "--store", store, "--catalog", catalogFile(t, peopleCatalog)},
			1, "attributes.age is no target attribute"},
		"no import":    {"", []string{"show", "x", "--source", "other", "--store", store}, 1, `no import of source "other"`},
		"bad source":   {"", []string{"show", "x", "--source", "../main", "--store", store}, 1, "cannot name a source"},
		"public keys":  {"", []string{"import", "-", "--source", "main", "--store", store, "--keys", catalogFile(t, "{}")}, 1, "no keys"},
		"unknown flag": {"", []string{"import", "-", "--sauce", "main", "--store", store}, 2, "unknown flag"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := proffer(t, c.in, append([]string{"people"}, c.args...)...)
			if status != c.want || !strings.Contains(errs, c.says) || out != "" {
				t.Errorf("status %d, %s%s\nwant %d, %s", status, out, errs, c.want, c.says)
			}
		})
	}
	if status, _, errs := proffer(t, `{"key":"x"}`, "people", "import", "-", "--source", "main", "--store", store); status != 0 {
		t.Fatal(errs)
	}
	if status, _, errs := proffer(t, "", "people", "show", "y", "--source", "main", "--store", store); status != 1 || !strings.Contains(errs, `source main has no person with the key "y"`) {
		t.Errorf("status %d, %s", status, errs)
	}
}

// TestProgress runs an import's words past a clock.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := newProgress(&out)
	p.now = func() time.Time { return now }
	at := func(second float64, half people.Progress) {
		now = time.Unix(0, int64(second*1e9))
		p.show(half)
	}
	at(0, people.Progress{Lines: 1000, Done: 1000, Total: 100_000})
	at(9, people.Progress{Lines: 10_000, Done: 40_000, Total: 100_000})
	at(10, people.Progress{Lines: 21_000, Done: 51_000, Total: 100_000})
	at(11, people.Progress{Writing: true, Total: 500_000})
	at(21, people.Progress{Writing: true, Lines: 400_000, Done: 400_000, Total: 500_000})
	if want := "reading 51%  21000 lines  2000/s  10s left\nwriting 80%  400000 entries  40000/s  3s left\n"; out.String() != want {
		t.Errorf("got %q\nwant %q", out.String(), want)
	}
	out.Reset()
	p = newProgress(&out)
	p.now, p.terminal, p.every = func() time.Time { return now }, true, time.Second
	at(0, people.Progress{})
	at(2, people.Progress{Lines: 8000})
	at(4, people.Progress{Lines: 8000, Done: 50, Total: 100})
	p.end()
	if want := "\rreading  8000 lines  4000/s\rreading [##########          ] 50%  8000 lines  2000/s  4s left\r"; !strings.HasPrefix(out.String(), want) || !strings.HasSuffix(out.String(), "\r") {
		t.Errorf("got %q\nwant %q…", out.String(), want)
	}
}

// TestPeopleInterrupted says how to go on.
func TestPeopleInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	i := people.Import{Dir: t.TempDir(), Source: "main", Name: "in", Input: strings.NewReader(`{"key":"x"}`)}
	if _, err := i.Do(ctx); err == nil || err.Error() != "people: stopped: context canceled" {
		t.Errorf("got %v", err)
	}
}

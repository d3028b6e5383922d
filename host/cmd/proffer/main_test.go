package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/seal"
)

const smallCatalog = `catalog: small
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    spaces:
      hero:
        channel: web
        fields: {title: {type: text, required: true}}
        render: {html: '<b>{{ title }}</b>'}
        store: {visitor: {visits: 'target.visits + (interaction.new_visit ? 1 : 0)'}}
    pages: [{match: "/", slots: [hero]}]
    categories:
      all: {offers: {one: {weights: [{value: 2}], content: {hero: {title: Hello}}}}}
`

// catalogFile writes a catalog into a directory of its own.
func catalogFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func proffer(t *testing.T, in string, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(args, streams{strings.NewReader(in), &o, &e})
	return status, o.String(), e.String()
}

func TestDecide(t *testing.T) {
	file := catalogFile(t, smallCatalog)
	in := `{"time":"2026-07-10T12:00:00Z","seed":1,"slots":[{"space":"hero"}]}` + "\n" +
		`{"time":"2026-07-10T12:00:00Z","seed":1,"slots":[{"space":"nowhere"}]}` + "\n"
	status, out, errs := proffer(t, in, "decide", "--engine", "native", "--catalog", file, "--request", "-")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("got %d answers: %s", len(lines), out)
	}
	var a struct {
		Slots []struct {
			Offer *string
			HTML  string
		}
		Visitor struct{ New bool }
	}
	if err := json.Unmarshal([]byte(lines[0]), &a); err != nil {
		t.Fatal(err)
	}
	if a.Slots[0].Offer == nil || *a.Slots[0].Offer != "one" || a.Slots[0].HTML != "<b>Hello</b>" || !a.Visitor.New {
		t.Errorf("got %s", lines[0])
	}
	if !strings.Contains(lines[1], `"offer":null`) || !strings.Contains(lines[1], `"environment":null`) {
		t.Errorf("an unknown space: got %s", lines[1])
	}
	again, repeated, _ := proffer(t, in, "decide", "--engine", "native", "--catalog", file, "--request", "-")
	if again != 0 || repeated != out {
		t.Error("the same documents have other answers")
	}
}

func TestDecideTakesOneDocumentOverLines(t *testing.T) {
	file := catalogFile(t, smallCatalog)
	status, out, errs := proffer(t, "{\n \"slots\": [\n {\"space\": \"hero\"} ]\n}\n", "decide", "--engine", "native", "--catalog", file, "--request", "-")
	if status != 0 || strings.Count(out, "\n") != 1 {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}

func TestRefusals(t *testing.T) {
	file := catalogFile(t, smallCatalog)
	broken := catalogFile(t, strings.Replace(smallCatalog, "spaces:", "spacs:", 1))
	for name, c := range map[string]struct {
		in   string
		args []string
		want int
		says string
	}{
		"no command":        {"", nil, 2, "expected one of"},
		"unknown flag":      {"", []string{"catalog", "check", "--loud", file}, 2, "unknown flag"},
		"missing catalog":   {"", []string{"catalog", "check", filepath.Join(t.TempDir(), "none")}, 1, "no such file"},
		"broken catalog":    {"", []string{"catalog", "check", broken}, 1, `did you mean "spaces"?`},
		"unknown field":     {`{"slots":[{"space":"hero"}],"sloots":1}`, []string{"decide", "--engine", "native", "--catalog", file, "--request", "-"}, 1, `unknown field "sloots"`},
		"not JSON":          {`slots`, []string{"decide", "--engine", "native", "--catalog", file, "--request", "-"}, 1, "not valid JSON"},
		"no slots":          {`{}`, []string{"decide", "--engine", "native", "--catalog", file, "--request", "-"}, 1, "slots is missing"},
		"no module":         {`{}`, []string{"decide", "--wasm", filepath.Join(t.TempDir(), "none.wasm"), "--catalog", file, "--request", "-"}, 1, "--engine native"},
		"long token":        {"", []string{"token", "identity", "--key", "k", "--ttl", "25h"}, 1, "--ttl"},
		"serve bad origin":  {"", []string{"serve", "--origin", "here", "--catalog", file, "--keys", file}, 1, "--origin"},
		"serve broken keys": {"", []string{"serve", "--origin", "http://127.0.0.1:1", "--catalog", file, "--keys", file}, 1, "keys:"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := proffer(t, c.in, c.args...)
			if status != c.want || !strings.Contains(errs, c.says) || out != "" && c.want != 0 {
				t.Errorf("status %d, want %d; stderr %q, want %q in it; stdout %q", status, c.want, errs, c.says, out)
			}
		})
	}
}

func TestServeRefusesTheTestKey(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys.json")
	text := `{"keys":[{"id":0,"use":"cookie","key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}]}`
	if err := os.WriteFile(keys, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := proffer(t, "", "serve", "--engine", "native", "--origin", "http://127.0.0.1:1", "--catalog", catalogFile(t, smallCatalog), "--keys", keys)
	if status != 1 || !strings.Contains(errs, "published test key") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// TestServeNeedsConsent: it does not start in front of visitors where nothing says
// whether they agree.
func TestServeNeedsConsent(t *testing.T) {
	text := strings.Replace(smallCatalog, "consent: assumed\n", "", 1)
	status, _, errs := proffer(t, "", "serve", "--engine", "native", "--origin", "http://127.0.0.1:1", "--catalog", catalogFile(t, text), "--keys", newKeys(t))
	if status != 1 || !strings.Contains(errs, "write \"consent: {cookie: NAME, value: VALUE}\"") {
		t.Errorf("status %d, %s", status, errs)
	}
}

// newKeys writes what "proffer keys new" prints into a file.
func newKeys(t *testing.T) string {
	t.Helper()
	status, out, errs := proffer(t, "", "keys", "new")
	if status != 0 {
		t.Fatal(errs)
	}
	name := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(name, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestBuildIsDeterministicAndServesAsCatalog(t *testing.T) {
	file, dir := catalogFile(t, smallCatalog), t.TempDir()
	first, second := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	status, out, errs := proffer(t, "", "catalog", "build", file, "-o", first)
	if status != 0 || !strings.Contains(out, "1 offers") {
		t.Fatalf("status %d: %s%s", status, out, errs)
	}
	if status, _, errs := proffer(t, "", "catalog", "build", file, "-o", second); status != 0 {
		t.Fatal(errs)
	}
	a, _ := os.ReadFile(first)
	b, _ := os.ReadFile(second)
	if len(a) == 0 || !bytes.Equal(a, b) {
		t.Error("two builds differ")
	}
	doc := `{"slots":[{"space":"hero"}]}`
	if status, out, errs := proffer(t, doc, "decide", "--engine", "native", "--catalog", first, "--request", "-"); status != 0 || !strings.Contains(out, `"one"`) {
		t.Errorf("a snapshot as catalog: status %d: %s%s", status, out, errs)
	}
	a[len(a)-9] ^= 1
	if err := os.WriteFile(second, a, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := proffer(t, doc, "decide", "--engine", "native", "--catalog", second, "--request", "-"); status != 1 || !strings.Contains(errs, "hash") {
		t.Errorf("a damaged snapshot: status %d: %s", status, errs)
	}
}

func TestIdentityToken(t *testing.T) {
	keys := newKeys(t)
	status, out, errs := proffer(t, "", "token", "identity", "--keys", keys, "--key", "1001", "--attribute", "country=FR", "--attribute", "segments=a,b")
	if status != 0 {
		t.Fatal(errs)
	}
	list, err := config.LoadKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := config.Keyring(list)
	if err != nil {
		t.Fatal(err)
	}
	token, verified := seal.VerifyToken(nil, ring, []byte(strings.TrimSpace(out)), time.Now().UnixMilli())
	if verified != seal.Valid || string(token.Key) != "1001" || string(token.Source) != "main" {
		t.Fatalf("got %+v, %s", token, verified)
	}
	var got []string
	for {
		name, value, ok := token.Attributes.Next(nil)
		if !ok {
			break
		}
		got = append(got, string(name)+"="+string(value))
	}
	if strings.Join(got, " ") != "country=FR segments=a segments=b" {
		t.Errorf("got %v", got)
	}
}

func TestHelpNamesEveryCommand(t *testing.T) {
	status, out, errs := proffer(t, "", "--help")
	for _, want := range []string{"serve", "decide", "catalog check", "catalog build", "keys new", "keys rotate", "records", "token identity", "token peer", "catalog init", "catalog inspect", "catalog diff", "catalog fmt", "catalog schema", "events tail", "events export", "events import", "events report", "people import", "people export", "people erase", "visitor export", "visitor erase"} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d: %q is not in %s%s", status, want, out, errs)
		}
	}
}

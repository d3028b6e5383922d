package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// clubCatalog has a place for members, who are linked by their cookie, and one
// for everybody that counts the visits.
const clubCatalog = `catalog: club
consent: assumed
environments:
  members:
    kind: identified
    spaces: {member: {channel: web, fields: {title: text}, identification: {implicit: true}}}
    categories: {all: {offers: {m: {weights: 1, content: {member: {title: Member}}}}}}
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    spaces: {hero: {channel: web, fields: {title: text}, store: {visitor: {visits: target.visits + 1}}}}
    categories: {all: {offers: {v: {weights: 1, content: {hero: {title: '{{ target.visits }}'}}}}}}
`

// browser keeps a visitor's cookie between visits.
type browser struct {
	catalog, cookie string
	visits          int
}

// seen is what a visit showed.
type seen struct {
	id     string
	stored string // visits before this one
	member string // how the members' place knew who it is; empty if it did not
	key    byte   // id of the key that has signed the cookie
}

// visit decides a page an hour later than the last one, and keeps the cookie.
func (b *browser) visit(t *testing.T, keys, target string) seen {
	t.Helper()
	b.visits++
	doc := map[string]any{
		"time": july().Add(time.Duration(b.visits) * time.Hour).Format(time.RFC3339), "seed": b.visits,
		"slots": []map[string]any{{"space": "hero"}, {"space": "member"}},
	}
	if target != "" {
		doc["target"] = target
	}
	if b.cookie != "" {
		doc["cookies"] = map[string]string{"proffer": b.cookie}
	}
	in, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	status, out, errs := proffer(t, string(in), "decide", "--engine", "native", "--catalog", b.catalog, "--keys", keys, "--request", "-")
	if status != 0 {
		t.Fatal(errs)
	}
	var a struct {
		Slots []struct {
			Mode    string
			Content struct{ Title string }
		}
		Visitor    struct{ ID string }
		SetCookies []string `json:"set_cookies"`
	}
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	if len(a.SetCookies) != 1 {
		t.Fatalf("cookies %q", a.SetCookies)
	}
	pair, _, _ := strings.Cut(a.SetCookies[0], ";")
	b.cookie = strings.TrimPrefix(pair, "proffer=")
	raw, err := base64.RawURLEncoding.DecodeString(b.cookie)
	if err != nil {
		t.Fatal(err)
	}
	return seen{a.Visitor.ID, a.Slots[0].Content.Title, a.Slots[1].Mode, raw[1]}
}

// rotate takes one step, which must succeed, and says what it wrote.
func rotate(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := proffer(t, "", append([]string{"keys", "rotate"}, args...)...)
	if status != 0 {
		t.Fatal(errs)
	}
	return out
}

// copied is a copy of a keys file, as a process has it that did not get the
// new one yet.
func copied(t *testing.T, keys string) string {
	t.Helper()
	b, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// later makes a keys file's promotion one of long ago.
func later(t *testing.T, keys string) {
	t.Helper()
	b, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`"until": "[^"]*"`).ReplaceAll(b, []byte(`"until": "2020-01-01T00:00:00Z"`))
	if err := os.WriteFile(keys, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRotationLosesNobody: who comes back between two steps keeps id, data and
// link through all of them, wherever in the fleet the visit is answered. Who
// logs in after the promotion keeps them for good.
func TestRotationLosesNobody(t *testing.T) {
	catalog, keys := catalogFile(t, clubCatalog), newKeys(t)
	b := browser{catalog: catalog}
	first := b.visit(t, keys, "anna")
	if first.member != "explicit" || first.stored != "0" || first.key != 1 {
		t.Fatalf("first visit: %+v", first)
	}
	visits := 0
	same := func(when, keys, target, member string, key byte) {
		t.Helper()
		visits++
		want := seen{first.id, string(rune('0' + visits)), member, key}
		if got := b.visit(t, keys, target); got != want {
			t.Fatalf("%s: %+v, want %+v", when, got, want)
		}
	}
	before := copied(t, keys)
	if out := rotate(t, "prepare", keys); !strings.Contains(out, "Added cookie key 2. Key 1 still signs.") || !strings.Contains(out, "takes it over and logs") {
		t.Errorf("prepare said %s", out)
	}
	same("prepared", keys, "", "implicit", 1)
	same("where it is not known yet", before, "", "implicit", 1)
	prepared := copied(t, keys)
	if out := rotate(t, "promote", keys); !strings.Contains(out, "cookie key 2 signs") || !strings.Contains(out, "retire "+keys+" --use cookie --id 1") {
		t.Errorf("promote said %s", out)
	}
	same("promoted", keys, "", "implicit", 2)
	same("where the old key still signs", prepared, "", "implicit", 1)
	same("promoted, and again", keys, "", "implicit", 2)
	same("promoted, the old key's link", keys, "anna", "explicit", 2)
	if status, _, errs := proffer(t, "", "keys", "rotate", "retire", keys, "--id", "1"); status != 1 || !strings.Contains(errs, "retire it then") {
		t.Errorf("retired at once: %d, %s", status, errs)
	}
	later(t, keys)
	if out := rotate(t, "retire", keys, "--id", "1"); !strings.Contains(out, "Dropped cookie key 1. No cookie under it is left.") {
		t.Errorf("retire said %s", out)
	}
	same("retired", keys, "", "implicit", 2)
	same("retired, and logged in", keys, "anna", "explicit", 2)
}

// TestRetiredKeyLosesOldLinks holds what the command says of a dropped cookie
// key: who has come back keeps everything until the next login, and who has not
// is a stranger.
func TestRetiredKeyLosesOldLinks(t *testing.T) {
	catalog, keys := catalogFile(t, clubCatalog), newKeys(t)
	back, away := browser{catalog: catalog}, browser{catalog: catalog}
	first, other := back.visit(t, keys, "anna"), away.visit(t, keys, "ben")
	rotate(t, "prepare", keys)
	rotate(t, "promote", keys)
	if got := back.visit(t, keys, ""); got != (seen{first.id, "1", "implicit", 2}) {
		t.Fatalf("back: %+v", got)
	}
	leaked := copied(t, keys)
	if out := rotate(t, "retire", leaked, "--id", "1", "--now"); !strings.Contains(out, "Who has a cookie under it is a stranger now.") {
		t.Errorf("retire said %s", out)
	}
	later(t, keys)
	if out := rotate(t, "retire", keys, "--id", "1"); !strings.Contains(out, "begins\nas a new visitor at the next login") {
		t.Errorf("retire said %s", out)
	}
	for _, file := range []string{keys, leaked} {
		b, a := back, away
		if got := b.visit(t, file, ""); got != (seen{first.id, "2", "implicit", 2}) {
			t.Errorf("not logged in: %+v", got)
		}
		if got := b.visit(t, file, "anna"); got.id == first.id || got.stored != "0" || got.member != "explicit" {
			t.Errorf("logged in: %+v", got)
		}
		if got := a.visit(t, file, ""); got.id == other.id || got.stored != "0" || got.member != "" {
			t.Errorf("away: %+v", got)
		}
	}
}

// TestRotationOfIdentityKeys: a token of either key is good until its key goes.
func TestRotationOfIdentityKeys(t *testing.T) {
	keys := newKeys(t)
	before := copied(t, keys)
	for _, step := range []string{"prepare", "promote"} {
		if out := rotate(t, step, keys, "--use", "identity"); !strings.Contains(out, "The site's software") {
			t.Errorf("%s said %s", step, out)
		}
	}
	old, fresh := identityToken(t, before), identityToken(t, keys)
	if !strings.HasPrefix(old, "p1.1.") || !strings.HasPrefix(fresh, "p1.2.") {
		t.Fatalf("signed %.5s and %.5s", old, fresh)
	}
	for file, want := range map[string][2]string{before: {"explicit", ""}, keys: {"explicit", "explicit"}} {
		if got := [2]string{recognised(t, file, old), recognised(t, file, fresh)}; got != want {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
	if out := rotate(t, "retire", keys, "--use", "identity", "--id", "1", "--now"); !strings.Contains(out, "What it has signed is refused.") {
		t.Errorf("retire said %s", out)
	}
	if got := recognised(t, keys, old); got != "" {
		t.Errorf("a token of a dropped key: %s", got)
	}
}

func identityToken(t *testing.T, keys string) string {
	t.Helper()
	status, out, errs := proffer(t, "", "token", "identity", "--keys", keys, "--key", "1001")
	if status != 0 {
		t.Fatal(errs)
	}
	return strings.TrimSpace(out)
}

// recognised says how a token's bearer is identified; empty for nobody.
func recognised(t *testing.T, keys, token string) string {
	t.Helper()
	in := `{"slots":[{"space":"member"}],"cookies":{"proffer_identity":"` + token + `"}}`
	status, out, errs := proffer(t, in, "decide", "--engine", "native", "--catalog", catalogFile(t, clubCatalog), "--keys", keys, "--request", "-")
	if status != 0 {
		t.Fatal(errs)
	}
	var a struct{ Slots []struct{ Mode string } }
	if err := json.Unmarshal([]byte(out), &a); err != nil || len(a.Slots) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	return a.Slots[0].Mode
}

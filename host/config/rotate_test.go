package config_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
)

// rotated is when the tests rotate.
var rotated = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

// keysFile writes a keys file of entries without secrets, which are made up.
func keysFile(t *testing.T, entries ...string) string {
	t.Helper()
	list := make([]string, len(entries))
	for i, e := range entries {
		secret := make([]byte, abi.SecretSize)
		secret[0], secret[1] = 1, byte(i)
		list[i] = fmt.Sprintf(`{%s,"key":"%s"}`, e, base64.RawURLEncoding.EncodeToString(secret))
	}
	name := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(name, []byte(`{"keys":[`+strings.Join(list, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// summary is the keys of a file that loads: "cookie 1, cookie 2 signs".
func summary(t *testing.T, name string) string {
	t.Helper()
	keys, err := config.LoadKeys(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, k := range keys {
		s := fmt.Sprintf("%s %d", k.Use, k.ID)
		if k.Primary {
			s += " signs"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// TestRotation goes through the steps, and holds after each what the file says.
func TestRotation(t *testing.T) {
	name := keysFile(t, `"id":1,"use":"cookie"`, `"id":1,"use":"identity","primary":true`)
	r := config.Rotation{File: name, Use: abi.UseCookie, Now: rotated}
	before, _ := config.LoadKeys(name)
	if id, signs, err := r.Prepare(); id != 2 || signs != 1 || err != nil {
		t.Fatalf("prepared %d, %d signs, %v", id, signs, err)
	}
	if got := summary(t, name); got != "cookie 1 signs, identity 1 signs, cookie 2" {
		t.Fatalf("prepared: %s", got)
	}
	if id, signed, err := r.Promote(); id != 2 || signed != 1 || err != nil {
		t.Fatalf("promoted %d, %d signed, %v", id, signed, err)
	}
	if got := summary(t, name); got != "cookie 1, identity 1 signs, cookie 2 signs" {
		t.Fatalf("promoted: %s", got)
	}
	r.Now = rotated.Add(config.CookieLife - time.Second)
	if _, err := r.Retire(1, false); err == nil || !strings.Contains(err.Error(), "signed until 2026-07-10") || !strings.Contains(err.Error(), "2027-08-14") {
		t.Errorf("retired too soon: %v", err)
	}
	r.Now = rotated.Add(config.CookieLife)
	if signed, err := r.Retire(1, false); !signed || err != nil {
		t.Fatalf("retired: %v, %v", signed, err)
	}
	if got := summary(t, name); got != "identity 1 signs, cookie 2 signs" {
		t.Fatalf("retired: %s", got)
	}
	after, _ := config.LoadKeys(name)
	if after[0].Secret != before[1].Secret || after[1].Secret == before[0].Secret || after[1].Secret == [32]byte{} {
		t.Error("a secret that was not to change has, or the new key is the old one")
	}
}

// TestRotationOfTokens: a token lives a day, so its key can go after two.
func TestRotationOfTokens(t *testing.T) {
	name := keysFile(t, `"id":1,"use":"identity","until":"2026-07-08T12:00:00Z"`, `"id":2,"use":"identity","primary":true`)
	r := config.Rotation{File: name, Use: abi.UseIdentity, Now: rotated.Add(-time.Second)}
	if _, err := r.Retire(1, false); err == nil {
		t.Error("retired within two days")
	}
	r.Now = rotated
	if signed, err := r.Retire(1, false); !signed || err != nil {
		t.Errorf("after two days: %v, %v", signed, err)
	}
}

// TestRotationRefuses: a wrong step says what is wrong and changes nothing.
func TestRotationRefuses(t *testing.T) {
	prepare := func(r config.Rotation) error { _, _, err := r.Prepare(); return err }
	promote := func(r config.Rotation) error { _, _, err := r.Promote(); return err }
	retire := func(id int) func(config.Rotation) error {
		return func(r config.Rotation) error { _, err := r.Retire(id, false); return err }
	}
	many := []string{`"id":1,"use":"cookie","primary":true`}
	for i := range 15 {
		many = append(many, fmt.Sprintf(`"id":%d,"use":"cookie"`, 100+i))
	}
	one, two := []string{`"id":1,"use":"cookie","primary":true`}, []string{`"id":1,"use":"cookie","primary":true`, `"id":2,"use":"cookie","next":true`}
	for name, c := range map[string]struct {
		keys []string
		step func(config.Rotation) error
		want string
	}{
		"prepared twice":        {two, prepare, "cookie key 2 is prepared already"},
		"no room":               {many, prepare, "16 cookie keys"},
		"no key of the use":     {[]string{`"id":1,"use":"peer"`}, prepare, "no cookie key"},
		"the test key":          {[]string{`"id":0,"use":"cookie"`}, prepare, "published test key"},
		"nothing prepared":      {one, promote, "no cookie key is prepared"},
		"the key that signs":    {two, retire(1), "cookie key 1 signs"},
		"the only key":          {[]string{`"id":1,"use":"cookie"`}, retire(1), "cookie key 1 signs"},
		"no key of that id":     {two, retire(3), "no cookie key has the id 3"},
		"no id":                 {two, retire(0), "cookie key 2 is prepared and has not signed yet"},
		"nobody knows how long": {[]string{`"id":1,"use":"cookie"`, `"id":2,"use":"cookie","primary":true`}, retire(1), "does not say since when"},
		"a clock that is wrong": {[]string{`"id":1,"use":"cookie","until":"2099-01-01T00:00:00Z"`, `"id":2,"use":"cookie","primary":true`}, retire(1), "signed until 2099-01-01"},
		"not a time":            {[]string{`"id":1,"use":"cookie","until":"yesterday"`, `"id":2,"use":"cookie","primary":true`}, prepare, `until "yesterday"`},
		"primary and until":     {[]string{`"id":1,"use":"cookie","until":"2026-01-01T00:00:00Z","primary":true`}, prepare, "more than one of primary, next and until"},
		"primary and next":      {[]string{`"id":1,"use":"cookie","next":true,"primary":true`}, prepare, "more than one of primary, next and until"},
		"what it does not know": {[]string{`"id":1,"use":"cookie","primary":true,"note":"mine"`}, prepare, "unknown field"},
		"an unknown use":        {[]string{`"id":1,"use":"cookies"`}, prepare, "cookie, identity or peer"},
	} {
		t.Run(name, func(t *testing.T) {
			file := keysFile(t, c.keys...)
			before, _ := os.ReadFile(file)
			err := c.step(config.Rotation{File: file, Use: abi.UseCookie, Now: rotated})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), file) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if after, _ := os.ReadFile(file); string(after) != string(before) {
				t.Errorf("the file has changed to %s", after)
			}
			if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestRotationIDs: ids go on counting, and begin again behind 255.
func TestRotationIDs(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want int
	}{
		{[]string{`"id":7,"use":"cookie"`}, 8},
		{[]string{`"id":9,"use":"cookie","primary":true`, `"id":3,"use":"cookie"`, `"id":200,"use":"peer"`}, 10},
		{[]string{`"id":255,"use":"cookie","primary":true`, `"id":1,"use":"cookie"`, `"id":2,"use":"cookie"`}, 3},
	} {
		r := config.Rotation{File: keysFile(t, c.keys...), Use: abi.UseCookie, Now: rotated}
		if id, _, err := r.Prepare(); id != c.want || err != nil {
			t.Errorf("got %d, %v, want %d", id, err, c.want)
		}
	}
}

// TestRetireNamed: a prepared key has signed nothing and goes at once; one that
// has leaked, too.
func TestRetireNamed(t *testing.T) {
	name := keysFile(t, `"id":1,"use":"cookie","primary":true`, `"id":2,"use":"cookie","next":true`, `"id":3,"use":"cookie","until":"2026-07-10T11:00:00Z"`)
	r := config.Rotation{File: name, Use: abi.UseCookie, Now: rotated}
	if signed, err := r.Retire(2, false); signed || err != nil {
		t.Errorf("a prepared key: %v, %v", signed, err)
	}
	if signed, err := r.Retire(3, true); !signed || err != nil {
		t.Errorf("at once: %v, %v", signed, err)
	}
	if got := summary(t, name); got != "cookie 1 signs" {
		t.Errorf("left: %s", got)
	}
}

// TestRotationKeepsTheFilePrivate: whatever happens, nobody but its owner reads
// it, and a name that leads to it still does.
func TestRotationKeepsTheFilePrivate(t *testing.T) {
	name := keysFile(t, `"id":1,"use":"cookie"`)
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(name, link); err != nil {
		t.Fatal(err)
	}
	r := config.Rotation{File: link, Use: abi.UseCookie, Now: rotated}
	if _, _, err := r.Prepare(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(name)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if info, err = os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is now %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(name+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Promote(); err == nil || !strings.Contains(err.Error(), "keys.json.new is there") {
		t.Errorf("while somebody else changes it: %v", err)
	}
	if err := os.Remove(name + ".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Promote(); err == nil || !strings.Contains(err.Error(), "make it 0600") {
		t.Errorf("a file that others can read: %v", err)
	}
}

package pagecase

import (
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// Time is that of all cases.
var Time = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

// least is how many cases there are at least: fewer mean that they were not found.
const least = 20

// Settings are the published test key for every use, and fixed time, seed and
// entropy, so that a page has one answer.
func Settings(paused ...abi.Paused) []byte {
	c := abi.DefaultConfig()
	for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
		c.Keys = append(c.Keys, abi.Key{ID: seal.TestKeyID, Use: use, Primary: true, Secret: abi.TestSecret()})
	}
	Fix(c, paused)
	return abi.AppendConfig(nil, c)
}

// Fix gives a configuration what all cases have.
func Fix(c *abi.Config, paused []abi.Paused) {
	c.Paused = paused
	c.Fixed = &abi.Fixed{Time: Time.UnixMilli(), Seed: 1, Entropy: [abi.EntropySize]byte{1, 2, 3}}
}

// Case is one of them.
type Case struct {
	*txtar.Archive
	File     string
	Snapshot []byte
	Paused   []abi.Paused
}

// Run runs a test for each case of a directory.
func Run(t *testing.T, dir string, test func(t *testing.T, c *Case)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(names) < least {
		t.Fatalf("%d cases in %s: %v", len(names), dir, err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { test(t, read(t, name)) })
	}
}

func read(t *testing.T, name string) *Case {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := &Case{Archive: archive, File: name}
	var files []catalog.File
	for _, f := range archive.Files {
		switch f.Name {
		case "catalog.yaml":
			files = append(files, catalog.File{Name: f.Name, Text: f.Data})
		case "paused":
			for line := range strings.Lines(string(f.Data)) {
				env, code, _ := strings.Cut(strings.TrimSpace(line), " ")
				c.Paused = append(c.Paused, abi.Paused{Environment: env, Kind: abi.PausedOffer, Name: code})
			}
		}
	}
	if c.Snapshot, err = hosttest.Compile(files); err != nil {
		t.Fatal(err)
	}
	return c
}

var token = regexp.MustCompile(`\$token\(([^)]*)\)`)

// Fill puts the visitor's cookie and identity tokens into a request.
func Fill(t testing.TB, request, cookie string) string {
	t.Helper()
	return token.ReplaceAllStringFunc(strings.ReplaceAll(request, "$cookie", cookie), func(s string) string {
		form, err := url.ParseQuery(token.FindStringSubmatch(s)[1])
		if err != nil {
			t.Fatal(err)
		}
		var attributes []seal.Attribute
		for name, values := range form {
			if rest, ok := strings.CutPrefix(name, "a."); ok {
				attributes = append(attributes, seal.Attribute{Name: rest, Value: values[0]})
			}
		}
		b, err := seal.AppendToken(nil, seal.TestKeyring(), form.Get("source"), form.Get("key"), Time.Unix()+3600, attributes)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	})
}

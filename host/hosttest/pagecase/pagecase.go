package pagecase

import (
	"embed"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
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
	File     string // its name in testdata
	Snapshot []byte
	Paused   []abi.Paused
}

//go:embed testdata/*.txtar
var testdata embed.FS

// Run runs a test for each case.
func Run(t *testing.T, test func(t *testing.T, c *Case)) {
	t.Helper()
	names, err := fs.Glob(testdata, "testdata/*.txtar")
	if err != nil || len(names) < least {
		t.Fatalf("%d cases: %v", len(names), err)
	}
	for _, name := range names {
		file := path.Base(name)
		t.Run(strings.TrimSuffix(file, ".txtar"), func(t *testing.T) { test(t, read(t, name, file)) })
	}
}

func read(t *testing.T, name, file string) *Case {
	t.Helper()
	text, err := testdata.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := &Case{Archive: txtar.Parse(text), File: file}
	var files []catalog.File
	for _, f := range c.Files {
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
	model, diags := author.Parse(files)
	snapshot, more := compile.Compile(model)
	if diags = append(diags, more...); diags.HasErrors() {
		t.Fatal(diags)
	}
	c.Snapshot = snapshot
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

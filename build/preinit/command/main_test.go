package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestSettings: what the module follows comes into an image, and nothing is left out
// without a word.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	f := files{keys: filepath.Join(dir, "keys.json"), config: filepath.Join(dir, "proffer.json")}
	text, err := config.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(f.keys, string(text))
	write(f.config, `{"prefix":"/own/","cors":{"origins":["https://app.example"],"credentials":true}}`)
	b, err := f.settings()
	if err != nil {
		t.Fatal(err)
	}
	c, status, why := abi.DecodeConfig(b)
	if status != abi.StatusOK {
		t.Fatal(why)
	}
	if c.Prefix != "/own/" || len(c.CORS.Origins) != 1 || !c.CORS.Credentials || c.CORS.MaxAge == 0 {
		t.Errorf("%+v", c)
	}
	for _, key := range []string{`"limits":{}`, `"Store":{}`, `"jwt":{"cookie":"c"}`, `"peers":["10.0.0.1"]`} {
		write(f.config, "{"+key+"}")
		if _, err := f.settings(); err == nil || !strings.Contains(err.Error(), "no effect") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
)

func TestPausedFile(t *testing.T) {
	want := []abi.Paused{
		{Environment: "visitors", Kind: abi.PausedOffer, Name: `été "1"`},
		{Environment: "customers", Kind: abi.PausedSpace, Name: "hero"},
	}
	name := filepath.Join(t.TempDir(), "paused.json")
	if _, err := config.LoadPaused(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: got %v", err)
	}
	if err := os.WriteFile(name, config.PausedJSON(append(want, want[0])), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := config.LoadPaused(name); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, error %v", got, err)
	}
	if got, err := config.ParsePaused(config.PausedJSON(nil)); err != nil || len(got) > 0 {
		t.Errorf("no pauses: got %v, error %v", got, err)
	}
}

func TestParsePausedRefuses(t *testing.T) {
	one := `{"environment":"e","kind":"offer","name":"%d"},`
	var many strings.Builder
	for i := range config.MaxPaused + 1 {
		fmt.Fprintf(&many, one, i)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":       {``, "EOF"},
		"kind":        {`{"paused":[{"environment":"e","kind":"category","name":"n"}]}`, `pause 1: kind "category" is not offer or space`},
		"environment": {`{"paused":[{"kind":"offer","name":"n"}]}`, "pause 1: environment is missing"},
		"name":        {`{"paused":[{"environment":"e","kind":"space"}]}`, "pause 1: name is missing"},
		"unknown":     {`{"pause":[]}`, `unknown field "pause"`},
		"many":        {`{"paused":[` + strings.TrimSuffix(many.String(), ",") + `]}`, "257 pauses, more than 256"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := config.ParsePaused([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, error %v, want %q", got, err, c.want)
			}
		})
	}
}

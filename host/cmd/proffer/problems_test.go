package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestProblemsAsJSON(t *testing.T) {
	broken := strings.NewReplacer("channel: web", "chanel: web", "value: 2", "value: 0", "target.visits + ", "target.visit + ").Replace(smallCatalog)
	for _, c := range []struct {
		name, catalog string
		status        int
		codes         []string
	}{
		{"nothing", smallCatalog, 0, []string{}},
		{"a warning", strings.Replace(smallCatalog, "value: 2", "value: 0", 1), 0, []string{"weight-not-positive"}},
		{"of reader and compiler", broken, 1, []string{"unknown-key", "bad-expression", "weight-not-positive"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := catalogFile(t, c.catalog)
			for _, args := range [][]string{{"check"}, {"build", "-o", filepath.Join(t.TempDir(), "out")}} {
				status, out, errs := proffer(t, "", append(append([]string{"catalog"}, args...), "--json", file)...)
				var list []struct{ Code string }
				if err := json.Unmarshal([]byte(out), &list); err != nil || list == nil {
					t.Fatalf("%v: %s%s", err, out, errs)
				}
				codes := []string{}
				for _, p := range list {
					codes = append(codes, p.Code)
				}
				if status != c.status || strings.Join(codes, " ") != strings.Join(c.codes, " ") {
					t.Errorf("%s: status %d, codes %v, want %d, %v", args[0], status, codes, c.status, c.codes)
				}
				if built := args[0] == "build" && status == 0; built != strings.Contains(errs, "1 offers") || !built && errs != "" {
					t.Errorf("%s: on standard error %q", args[0], errs)
				}
			}
		})
	}
}

func TestProblemsAreCounted(t *testing.T) {
	text := strings.NewReplacer("channel: web", "chanel: web", "value: 2", "value: 0").Replace(smallCatalog)
	status, out, errs := proffer(t, "", "catalog", "check", catalogFile(t, text))
	if status != 1 || out != "" || !strings.HasSuffix(errs, "\n1 error, 1 warning\n") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	if status, out, errs := proffer(t, "", "catalog", "check", catalogFile(t, smallCatalog)); status != 0 || out+errs != "" {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
}

func TestUnreadableHasNoList(t *testing.T) {
	status, out, errs := proffer(t, "", "catalog", "check", "--json", filepath.Join(t.TempDir(), "none"))
	if status != 1 || out != "" || !strings.Contains(errs, "no such file") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
}

func TestHelpOfCheckTellsTheFormat(t *testing.T) {
	_, out, _ := proffer(t, "", "catalog", "check", "--help")
	for _, want := range []string{"--json", "end_column", "2 for a wrong command line"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
}

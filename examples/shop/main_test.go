package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun starts the shop on a free port, reads a page, and stops it.
func TestRun(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys.json")
	text := `{"keys":[{"id":1,"use":"identity","key":"` + strings.Repeat("A", 43) + `","primary":true}]}`
	if err := os.WriteFile(keys, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	code := make(chan int, 1)
	var stderr bytes.Buffer
	go func() { code <- run(ctx, []string{"--listen", "127.0.0.1:0", "--key-file", keys}, stdout, &stderr) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "shop: ")
	if !ok {
		t.Fatalf("stdout %q, want an address", line)
	}
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err := errors.Join(err, r.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("wayfern")) {
		t.Errorf("status %d, want the home page", r.StatusCode)
	}
	cancel()
	if got := <-code; got != exitOK || stderr.Len() > 0 {
		t.Errorf("exit code %d, stderr %q, want 0 and nothing", got, &stderr)
	}
}

func TestRunRefused(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(broken, []byte(`{"keys":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		args []string
		code int
		text string
	}{
		{"help", []string{"--help"}, exitOK, "-key-file"},
		{"unknown flag", []string{"--port", "1"}, exitUsage, "not defined: -port"},
		{"argument", []string{"serve"}, exitUsage, `unexpected argument "serve"`},
		{"no such key file", []string{"--key-file", broken + "x"}, exitRefused, "no such file"},
		{"no key in it", []string{"--key-file", broken}, exitRefused, "no primary key for identity"},
		{"no such address", []string{"--listen", "127.0.0.1:99999"}, exitRefused, "invalid port"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if got := run(t.Context(), c.args, &stdout, &stderr); got != c.code {
				t.Errorf("exit code %d, want %d", got, c.code)
			}
			if !strings.Contains(stderr.String(), c.text) || stdout.Len() > 0 {
				t.Errorf("stderr %q, stdout %q, want %q in stderr alone", &stderr, &stdout, c.text)
			}
		})
	}
}

package meter

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Version is that of a Go module that the tests in this directory are built with.
func Version(b *testing.B, path string) string {
	b.Helper()
	const form = "{{if .Replace}}{{.Replace.Version}}{{else}}{{.Version}}{{end}}"
	return strings.TrimSpace(said(b, "go", "list", "-m", "-f", form, path))
}

var number = regexp.MustCompile(`\d+([.-]\d+)+`)

// Program is a program with the version that it tells when it is asked so.
func Program(b *testing.B, program string, args ...string) string {
	b.Helper()
	text := said(b, program, args...)
	version := number.FindString(text)
	if version == "" {
		b.Fatalf("%s tells no version: %s", program, text)
	}
	return filepath.Base(program) + " " + version
}

func said(b *testing.B, program string, args ...string) string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), program, args...)
	cmd.Dir = os.Getenv("PWD") // where the test began, wherever it has gone since
	text, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v: %s", program, err, text)
	}
	return string(text)
}

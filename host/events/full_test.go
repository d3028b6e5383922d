//go:build linux || darwin

package events_test

import (
	"errors"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/events"
)

// A disk that takes a part of a line: who waits is told, nothing torn stays, and
// when there is room again all goes on. The limit of a file's size stands for the
// disk.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	registry := prometheus.NewRegistry()
	l := open(t, events.Config{Dir: dir, Registerer: registry})
	first := event(events.Accepted, 1, noon)
	if err := l.Commit(t.Context(), bytesOf(lineOf(&first))); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	const room = 1000
	limit := before
	limit.Cur = room
	var lines [][]byte
	for n := range 20 {
		e := event(events.Accepted, 2+n, noon)
		lines = append(lines, []byte(lineOf(&e)))
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	failed := l.Commit(t.Context(), lines)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(failed, syscall.EFBIG) {
		t.Errorf("got %v", failed)
	}
	if n := counted(t, registry, "proffer_events_lost_total", "write"); n != 20 {
		t.Errorf("%v lost, want 20", n)
	}
	if got := written(t, dir)["2026-07-10-001.jsonl"]; got != jsonOf([]events.Event{first}) {
		t.Errorf("left is %q", got)
	}
	if err := l.Commit(t.Context(), lines); err != nil {
		t.Errorf("with room again: %v", err)
	}
	closing(t, l)
	if got := written(t, dir)["2026-07-10-001.jsonl"]; strings.Count(got, "\n") != 21 {
		t.Errorf("written is %q", got)
	}
}

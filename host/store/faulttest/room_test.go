//go:build linux || darwin

package faulttest_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/faulttest"
)

// recovered is within what time a store works again when there is room.
const recovered = 5 * time.Second

// roomEnv marks the process of its own in which TestRoom works.
const roomEnv = "PROFFER_TEST_ROOM"

// TestRoom fills the disk fifty times, for which the limit of a file's size stands:
// who waits is told, what does not wait is kept in memory and then shed, with a
// count; all is still read, and with room again everything goes on.
func TestRoom(t *testing.T) {
	if os.Getenv(roomEnv) == "" {
		// The limit holds for the whole process, also for what go test writes.
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRoom$")
		cmd.Env = append(os.Environ(), roomEnv+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	registry := prometheus.NewRegistry()
	s := open(t, bolt.Config{Dir: dir, Pending: 64, Delay: time.Millisecond, Registerer: registry})
	var all, before faulttest.Promises // before: those up to the last cycle, of which nothing waits
	var lines bytes.Buffer
	append := func(first, steps int) (failed, durable int) {
		had := [...]int{all.Failed(), all.Durable()}
		script := faulttest.Script{First: first, Workers: 2, Steps: steps, Promises: io.MultiWriter(&all, &lines)}
		script.Run(t.Context(), s)
		return all.Failed() - had[0], all.Durable() - had[1]
	}
	for cycle := range 50 {
		fill(t, func() {
			if failed, durable := append(4*cycle, 80); durable > 0 || failed == 0 {
				t.Errorf("cycle %d, full: %d durable, %d failed", cycle, durable, failed)
			}
			if err := faulttest.Check(t.Context(), s, &before); err != nil {
				t.Errorf("cycle %d, full: %v", cycle, err)
			}
		})
		began := time.Now()
		// What does not wait may be shed until somebody waits, or the writer tries again.
		if failed, durable := append(4*cycle+2, 8); durable != 8 {
			t.Errorf("cycle %d, with room again: %d durable, %d failed", cycle, durable, failed)
		}
		if d := time.Since(began); d > recovered {
			t.Errorf("cycle %d: works again after %v, want %v", cycle, d, recovered)
		}
		lines.WriteTo(&before)
	}
	if n := counted(t, registry, "proffer_store_refused_total", "full"); n == 0 {
		t.Error("nothing was shed, or not counted")
	}
	closing(t, s)
	all.Closed()
	s = open(t, bolt.Config{Dir: dir})
	defer s.Close()
	if err := faulttest.Check(t.Context(), s, &all); err != nil {
		t.Error(err)
	}
}

// fill does something while there is no room for anything but the file's heads.
func fill(t *testing.T, do func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	defer limit(t, syscall.RLIMIT_FSIZE, heads*page)()
	do()
}

// limit sets one of the process's limits, and gives what sets it back.
func limit(t *testing.T, resource int, n uint64) (restore func()) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(resource, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: n, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := syscall.Setrlimit(resource, &before); err != nil {
			t.Fatal(err)
		}
	}
}

// counted is the value of a counter with a label.
func counted(t *testing.T, from prometheus.Gatherer, name, label string) float64 {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == name && m.Label[0].GetValue() == label {
				return m.Counter.GetValue()
			}
		}
	}
	t.Fatalf("no %s of %s", name, label)
	return 0
}

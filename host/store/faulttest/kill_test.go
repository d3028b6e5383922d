//go:build linux || darwin

package faulttest_test

import (
	"bufio"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/faulttest"
)

var cycles = flag.Int("cycles", 100, "how often the process is killed")

const (
	workers = 4
	ready   = 2 * time.Second // after a crash
)

// TestKill kills a process at any moment while it appends, and looks at what it
// left. A directory sees ten crashes.
func TestKill(t *testing.T) {
	r := random(t)
	var dir string
	var promises *faulttest.Promises
	durable, slowest := 0, time.Duration(0)
	for cycle := range *cycles {
		if cycle%10 == 0 {
			dir, promises = t.TempDir(), new(faulttest.Promises)
		}
		before := promises.Durable()
		kill(t, dir, cycle*workers, r, promises)
		durable += promises.Durable() - before
		began := time.Now()
		s := open(t, bolt.Config{Dir: dir})
		slowest = max(slowest, time.Since(began))
		if err := faulttest.Check(t.Context(), s, promises); err != nil {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
		closing(t, s)
		if err := faulttest.CheckFiles(dir); err != nil {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
	}
	if slowest > ready {
		t.Errorf("ready after %v, want %v", slowest, ready)
	}
	if durable < *cycles {
		t.Errorf("%d durable changes in %d cycles: it was killed too early to say anything", durable, *cycles)
	}
	t.Logf("%d cycles, %d durable changes acknowledged, 0 lost; ready after at most %v", *cycles, durable, slowest)
}

// kill runs the script in a process and kills that after some promises, or, every
// eighth time, while it starts.
func kill(t *testing.T, dir string, first int, r *rand.Rand, promises *faulttest.Promises) {
	t.Helper()
	cmd := child(t, "append", dir, first)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for w := range workers {
		promises.Started(first + w)
	}
	after := r.IntN(400)
	if r.IntN(8) == 0 {
		after = -1
		moment := time.AfterFunc(time.Duration(r.IntN(40_000))*time.Microsecond, func() { cmd.Process.Kill() })
		defer moment.Stop()
	}
	hear(t, cmd, out, after, promises)
}

// hear reads what a process promises, and kills it after some of that. What is in
// the pipe by then counts.
func hear(t *testing.T, cmd *exec.Cmd, out io.Reader, after int, promises *faulttest.Promises) {
	t.Helper()
	lines := bufio.NewReader(out)
	for n := 0; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err := promises.Read(line); err != nil {
			t.Error(err)
		}
		if n == after {
			cmd.Process.Kill()
		}
		if err != nil {
			break
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process ended by itself")
	} else if exit, ok := err.(*exec.ExitError); !ok || exit.Exited() {
		t.Errorf("the process ended by itself: %v\n%s", err, cmd.Stderr)
	}
}

// appends is the process that is killed.
func appends(dir string, first int) error {
	s, err := bolt.Open(bolt.Config{Dir: dir, Delay: 5 * time.Millisecond})
	if err != nil {
		return err
	}
	script := faulttest.Script{First: first, Workers: workers, Promises: os.Stdout}
	script.Run(ctx, s)
	return nil
}

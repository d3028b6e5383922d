//go:build linux || darwin

package faulttest_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/faulttest"
)

// TestSecond starts a second process on a directory: it says why it cannot, and the
// first does not notice.
func TestSecond(t *testing.T) {
	dir := t.TempDir()
	first := child(t, "append", dir, 0)
	out, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if _, err := lines.Peek(1); err != nil { // it has the directory
		t.Fatal(err)
	}
	for range 3 {
		refused(t, child(t, "append", dir, workers), "in use by another process", dir)
	}
	var promises faulttest.Promises
	hear(t, first, lines, 500, &promises)
	s := open(t, bolt.Config{Dir: dir})
	defer s.Close()
	if err := faulttest.Check(t.Context(), s, &promises); err != nil {
		t.Error(err)
	}
}

// refused runs a process that has to say something and to end with the code 1.
func refused(t *testing.T, cmd *exec.Cmd, says ...string) {
	t.Helper()
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("got %v, want the code 1", err)
	}
	said := cmd.Stderr.(*bytes.Buffer).String()
	for _, want := range says {
		if !strings.Contains(said, want) {
			t.Errorf("it says %q, want %q in that", said, want)
		}
	}
}

// TestReadOnly opens a directory in which nothing can be written.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	closing(t, open(t, bolt.Config{Dir: dir}))
	// Root may write everywhere; who is not root has to get there first.
	for path, mode := range map[string]os.FileMode{filepath.Dir(dir): 0o755, dir: 0o555, filepath.Join(dir, "LOCK"): 0o444, filepath.Join(dir, stateName): 0o444} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	refused(t, child(t, "read only", dir, 0), dir, "permission denied")
	refused(t, child(t, "read only", filepath.Join(dir, "none"), 0), dir, "permission denied")
}

func readsOnly(dir string, _ int) error {
	if os.Getuid() == 0 {
		const nobody = 65534
		if err := syscall.Setuid(nobody); err != nil {
			return err
		}
	}
	_, err := bolt.Open(bolt.Config{Dir: dir})
	return err
}

// TestDescriptors takes a process all descriptors: a store that is open goes on, one
// that is not says so.
func TestDescriptors(t *testing.T) {
	cmd := child(t, "descriptors", t.TempDir(), 0)
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %s", err, cmd.Stderr)
	}
}

func lacksDescriptors(dir string, _ int) error {
	s, err := bolt.Open(bolt.Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{}); err != nil {
		return err
	}
	_, err = bolt.Open(bolt.Config{Dir: dir + "/second"})
	if err == nil {
		return errors.New("opened without a descriptor")
	}
	os.Remove(dir + "/second")
	if !errors.Is(err, syscall.EMFILE) || !strings.Contains(err.Error(), "second") {
		return fmt.Errorf("opened without a descriptor: %w", err)
	}
	var p faulttest.Promises
	script := faulttest.Script{Workers: workers, Steps: 40, Promises: &p}
	script.Run(ctx, s)
	if n := p.Failed(); n > 0 || p.Durable() == 0 {
		return fmt.Errorf("%d durable, %d failed", p.Durable(), n)
	}
	return errors.Join(faulttest.Check(ctx, s, &p), s.Close())
}

// TestTerm ends a process as a service is ended, under load: nothing fails, and
// everything is there that was taken in.
func TestTerm(t *testing.T) {
	dir := t.TempDir()
	cmd := child(t, "drain", dir, 0)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var promises faulttest.Promises
	lines, began := bufio.NewReader(out), time.Time{}
	for n := 0; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		if err := promises.Read(line); err != nil {
			t.Error(err)
		}
		if n == 500 {
			cmd.Process.Signal(syscall.SIGTERM)
			began = time.Now()
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, cmd.Stderr)
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("ended after %v, want 10 s", d)
	}
	if n := promises.Failed(); n > 0 {
		t.Errorf("%d failed", n)
	}
	promises.Closed()
	s := open(t, bolt.Config{Dir: dir})
	defer s.Close()
	if err := faulttest.Check(t.Context(), s, &promises); err != nil {
		t.Error(err)
	}
}

// drains is a process that ends when it is asked to.
func drains(dir string, first int) error {
	asked, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := bolt.Open(bolt.Config{Dir: dir})
	if err != nil {
		return err
	}
	script := faulttest.Script{First: first, Workers: workers, Promises: os.Stdout}
	script.Run(asked, s)
	return s.Close()
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/faulttest"
)

// What the processes on the file system are given by their environment.
const (
	dirEnv   = "POWERCUT_DIR"
	firstEnv = "POWERCUT_FIRST" // number of the first worker
)

// workload is how much a process appends.
type workload struct{ workers, steps int }

// work is that process. It says what it was promised to the file system.
func (w workload) work(dir string, first int) error {
	promised, err := os.OpenFile(filepath.Join(dir, promises), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer promised.Close()
	s, err := bolt.Open(bolt.Config{Dir: dir, Delay: time.Millisecond, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	script := faulttest.Script{First: first, Workers: w.workers, Steps: w.steps, Promises: promised}
	script.Run(context.Background(), s)
	return s.Close()
}

// run lets processes work on a new file system with a fault, one after the other,
// and gives the trace, and whether the fault came to pass. Without one they must not
// fail.
func (w workload) run(ctx context.Context, tmp string, f fault, processes int) (t trace, hit bool, err error) {
	dir, err := os.MkdirTemp(tmp, "powercut-")
	if err != nil {
		return nil, false, err
	}
	defer os.Remove(dir)
	m, err := mount(dir, f)
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, m.server.Unmount()) }()
	for i := range processes {
		err := w.process(ctx, dir, i*w.workers, m.recorder)
		if err != nil && (f == (fault{}) || errors.Is(err, errStuck) || ctx.Err() != nil) {
			return nil, false, err
		}
	}
	return m.trace, m.done > f.at, nil
}

// patience is how long a process may take, which takes a second.
const patience = time.Minute

var errStuck = errors.New("the process is stuck")

func (w workload) process(ctx context.Context, dir string, first int, r *recorder) error {
	limited, stop := context.WithTimeout(ctx, patience)
	defer stop()
	cmd := exec.CommandContext(limited, os.Args[0])
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) }
	cmd.Env = append(os.Environ(), dirEnv+"="+dir, firstEnv+"="+strconv.Itoa(first))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	r.watch(cmd.Process)
	err := cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if limited.Err() != nil {
		return fmt.Errorf("%w\n%s", errStuck, stderr.Bytes())
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, stderr.Bytes())
	}
	return nil
}

// asked reports whether this is such a process, and then is it.
func (w workload) asked() (bool, error) {
	dir := os.Getenv(dirEnv)
	if dir == "" {
		return false, nil
	}
	first, err := strconv.Atoi(os.Getenv(firstEnv))
	return true, errors.Join(err, w.work(dir, first))
}

// Command measure measures the edges of examples, one after the other, by their
// benchmarks, puts the figures into examples/internal/matrix/testdata/measured.json,
// and has the table of examples/README.md written from them. It is run at the
// project's root, by "make matrix", which installs and builds what the edges need.
//
// An edge that cannot be measured keeps its old figures; the others go on, and the
// exit code is 1. The machine should do nothing else meanwhile.
//
// Where to look next: examples/internal/meter, which the benchmarks use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/profferhq/proffer/examples/internal/matrix"
)

// options say what is measured, and how.
type options struct {
	root     string   // the project's
	file     string   // of the figures
	edges    []string // all, if there are none
	samples  int
	patience time.Duration
}

func main() {
	o := options{root: ".", file: filepath.Join(dir, "testdata", "measured.json")}
	names := flag.String("edges", "", "measure these alone, by their names, with commas between")
	flag.IntVar(&o.samples, "samples", 2000, "how many pages of each edge are timed")
	flag.DurationVar(&o.patience, "patience", 4*time.Minute, "how long one edge may take")
	flag.Parse()
	o.edges = strings.FieldsFunc(*names, func(r rune) bool { return r == ',' || r == ' ' })
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, &o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

// dir is the directory of package matrix.
var dir = filepath.Join("examples", "internal", "matrix")

// run measures and has the table written, also where an edge has failed.
func run(ctx context.Context, o *options) error {
	chosen, err := choose(o.edges)
	if err != nil {
		return err
	}
	return errors.Join(measure(ctx, o, chosen, os.Stdout, os.Stderr), write(ctx))
}

// measure puts the figures of edges into the file. Of one that fails it says so, and
// goes on.
func measure(ctx context.Context, o *options, edges []matrix.Edge, out, errs io.Writer) error {
	all, err := matrix.ReadMeasured(o.file)
	if err != nil {
		return err
	}
	failed := 0
	for i := range edges {
		e := &edges[i]
		began := time.Now()
		f, err := edge(ctx, o, e)
		if err == nil {
			all[e.Name] = f
			err = all.Write(o.file) // at once: what comes later may fail
		}
		if err != nil {
			failed++
			fmt.Fprintf(errs, "measure: %s was not measured, its old figures stay: %v\n", e.Name, err)
			continue
		}
		fmt.Fprintf(out, "%s: %.0f µs (%.0f to %.0f), %d bytes, %s; took %v\n", e.Name, f.Median, f.Low, f.High, f.Memory, f.Engine, time.Since(began).Round(time.Second))
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d edges were not measured", failed, len(edges))
	}
	return nil
}

// choose are the edges of these names, all if there are none.
func choose(names []string) ([]matrix.Edge, error) {
	if len(names) == 0 {
		return matrix.Edges, nil
	}
	var out []matrix.Edge
	for _, name := range names {
		i := slices.IndexFunc(matrix.Edges, func(e matrix.Edge) bool { return e.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no edge is called %q", name)
		}
		out = append(out, matrix.Edges[i])
	}
	return out, nil
}

// edge runs the benchmark of one.
func edge(ctx context.Context, o *options, e *matrix.Edge) (f matrix.Figures, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.patience)
	defer cancel()
	temp, err := os.MkdirTemp("", "measure")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	file := filepath.Join(temp, e.Name+".json")
	cmd := exec.CommandContext(ctx, "go", "test", "-tags", "edges", "-run", "^$", "-bench", "^"+e.Bench.Func()+"$",
		"-benchtime", fmt.Sprintf("%dx", o.samples), "-count", "1", "-timeout", o.patience.String(), ".")
	cmd.Dir = filepath.Join(o.root, filepath.FromSlash(e.Bench.Dir()))
	cmd.Env = append(os.Environ(), matrix.FileVariable+"="+file)
	if said, err := together(cmd); err != nil {
		return f, fmt.Errorf("%w: %s", err, said)
	}
	return matrix.ReadFigures(file)
}

// together runs a program, and ends all that it has started and left behind.
func together(cmd *exec.Cmd) ([]byte, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	end := func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	cmd.Cancel, cmd.WaitDelay = end, 10*time.Second
	said, err := cmd.CombinedOutput()
	if cmd.Process != nil {
		_ = end()
	}
	return said, err
}

// write has the package's test write the table.
func write(ctx context.Context) error {
	said, err := exec.CommandContext(ctx, "go", "test", "-count", "1", "-run", "^TestTable$", "./"+filepath.ToSlash(dir), "-update").CombinedOutput()
	if err != nil {
		return fmt.Errorf("the table: %w: %s", err, said)
	}
	return nil
}

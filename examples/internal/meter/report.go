package meter

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/examples/internal/matrix"
)

// Report tells an edge's figures as those of the benchmark, and writes them to the
// file of examples/internal/matrix if there is one. engine is the program that was
// measured with its version, memory the linear memory of one instance in bytes.
func Report(b *testing.B, engine string, memory int, t Times) {
	b.Helper()
	low, median, high := quartiles(t.With)
	_, without, _ := quartiles(t.Without)
	f := matrix.Figures{
		Engine: engine, Memory: memory, Samples: len(t.With),
		Low: micros(low), Median: micros(median), High: micros(high), Without: micros(without),
		Date: time.Now().UTC().Format(time.DateOnly), Machine: machine(),
	}
	b.ReportMetric(f.Median, "µs/decision")
	b.ReportMetric(f.Without, "µs/without")
	b.ReportMetric(float64(memory), "B/instance")
	if file := os.Getenv(matrix.FileVariable); file != "" {
		if err := f.Write(file); err != nil {
			b.Fatal(err)
		}
	}
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// machine is what everything ran on.
func machine() string {
	cpu := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", cpu, runtime.NumCPU(), runtime.GOOS, runtime.Version())
}

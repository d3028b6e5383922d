package bolt_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
)

// disk is one whose file takes nothing while it fails: its descriptor is another one
// then.
type disk struct {
	t    *testing.T
	file *os.File // state.db
	good int      // a descriptor of it that stays
}

func (d *disk) open(name string, flag int, mode os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, flag, mode)
	if err == nil && strings.HasSuffix(name, "state.db") {
		d.file = f
	}
	return f, err
}

// fail makes every write fail.
func (d *disk) fail() { d.become(d.file.Name(), os.O_RDONLY) }

// become makes the store's descriptor one of another file, or of the same that does
// something else.
func (d *disk) become(name string, flag int) {
	d.t.Helper()
	if d.good == 0 {
		var err error
		if d.good, err = syscall.Dup(int(d.file.Fd())); err != nil {
			d.t.Fatal(err)
		}
		d.t.Cleanup(func() { syscall.Close(d.good) })
	}
	f, err := os.OpenFile(name, flag, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Dup3(int(f.Fd()), int(d.file.Fd()), syscall.O_CLOEXEC); err != nil {
		d.t.Fatal(err)
	}
}

func (d *disk) mend() {
	d.t.Helper()
	if err := syscall.Dup3(d.good, int(d.file.Fd()), syscall.O_CLOEXEC); err != nil {
		d.t.Fatal(err)
	}
}

// A disk that takes nothing: what is not durable waits in memory up to the bound and is
// refused then, what is durable fails; all is served from memory;
// when it works again everything that was taken in is there, in the file too, without a restart.
func TestFailingDisk(t *testing.T) {
	c, d := newClock(), &disk{t: t}
	var log lines
	registry := prometheus.NewPedanticRegistry()
	dir := t.TempDir()
	s := openAt(t, bolt.Config{
		Dir: dir, Clock: c.Now, Pending: 64, Delay: time.Millisecond, OpenFile: d.open,
		Logger: slog.New(slog.NewTextHandler(&log, nil)), Registerer: registry,
	})
	durable := shown(1000, 1, c.Now())
	durable.Durable = true
	put(t, s, durable)
	taken := 0
	for round := range 50 {
		d.fail()
		refused := error(nil)
		for n := 1; refused == nil; n++ {
			if refused = s.Append(context.Background(), shown(n, 100+round, c.Now())); refused == nil {
				taken = max(taken, n)
			}
		}
		if !errors.Is(refused, store.ErrFull) {
			t.Fatalf("Append: %v, want %v", refused, store.ErrFull)
		}
		again := shown(1000, 100+round, c.Now())
		again.Durable = true
		if err := s.Append(context.Background(), again); !errors.Is(err, syscall.EBADF) {
			t.Fatalf("durable Append: %v, want %v", err, syscall.EBADF)
		}
		if n, _ := s.Waiting(); n > 64 {
			t.Fatalf("%d wait, want 64 at most", n)
		}
		if got := history(t, s, 1000); got != 1+round {
			t.Fatalf("what was refused is there: %d propositions, want %d", got, 1+round)
		}
		d.mend()
		if err := s.Append(context.Background(), again); err != nil {
			t.Fatalf("when it works again: %v", err)
		}
	}
	if n, bytes := s.Waiting(); n != 0 || bytes != 0 {
		t.Errorf("%d wait, %d bytes", n, bytes)
	}
	if n := strings.Count(log.String(), "cannot be written"); n < 1 || n > 50 {
		t.Errorf("%d times in the log, want once for each time that it failed:\n%s", n, log.String())
	}
	families, err := registry.Gather()
	if err != nil || len(families) != 6 {
		t.Errorf("%d families of metrics, %v", len(families), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, bolt.Config{Dir: dir, Clock: c.Now})
	for n := range taken {
		if got := history(t, s, n+1); got != 50 {
			t.Errorf("visitor %d has %d propositions, want 50", n+1, got)
		}
	}
}

// A disk that is full says so. Its pages that were free were written before, so that
// the file need not grow: their writing is what fails.
func TestFullDisk(t *testing.T) {
	c, d := newClock(), &disk{t: t}
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now, OpenFile: d.open})
	for round := range 4 {
		for n := range 200 {
			put(t, s, shown(n, round, c.Now()))
		}
		if err := s.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	d.become("/dev/full", os.O_RDWR)
	change := shown(1, 10, c.Now())
	change.Durable = true
	for range 3 {
		if err := s.Append(context.Background(), change); !errors.Is(err, store.ErrFull) || !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("Append: %v, want %v", err, store.ErrFull)
		}
	}
	d.mend()
	put(t, s, change)
}

// The writer recovers by itself within the longest pause and some.
func TestDiskRecoversAlone(t *testing.T) {
	c, d := newClock(), &disk{t: t}
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now, Delay: time.Millisecond, OpenFile: d.open})
	d.fail()
	put(t, s, shown(1, 1, c.Now()))
	if err := s.Sync(); err == nil {
		t.Fatal("the disk takes it")
	}
	d.mend()
	start := time.Now()
	for s.Filed() == 0 {
		if time.Since(start) > bolt.LastPause+3*time.Second {
			t.Fatal("not written after 5 s")
		}
		runtime.Gosched()
	}
}

// A transaction that fails in the middle of several changes loses none of them and
// tears none: a file whose writes fail holds the last whole transaction.
func TestFailureIsWhole(t *testing.T) {
	c, d := newClock(), &disk{t: t}
	dir := t.TempDir()
	s := openAt(t, bolt.Config{Dir: dir, Clock: c.Now, OpenFile: d.open})
	put(t, s, shown(1, 1, c.Now()))
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	before := read(t, dir+"/state.db")
	d.fail()
	put(t, s, shown(1, 2, c.Now()))
	put(t, s, shown(2, 2, c.Now()))
	if err := s.Sync(); err == nil {
		t.Fatal("the disk takes it")
	}
	if read(t, dir+"/state.db") != before {
		t.Fatal("the file is not as it was")
	}
	put(t, s, shown(1, 3, c.Now()))
	if history(t, s, 1) != 3 || history(t, s, 2) != 1 {
		t.Fatal("memory has not what was taken in")
	}
	d.mend()
	if err := s.Sync(); err != nil || s.Filed() != 2 {
		t.Fatalf("%d rows in the file, %v", s.Filed(), err)
	}
}

// What cannot be written until the end is told.
func TestCloseTellsLosses(t *testing.T) {
	c, d := newClock(), &disk{t: t}
	s := openAt(t, bolt.Config{Dir: t.TempDir(), Clock: c.Now, OpenFile: d.open})
	d.fail()
	put(t, s, shown(1, 1, c.Now()))
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), "1 changes are lost") {
		t.Fatalf("Close: %v", err)
	}
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

package events_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/events"
)

// counted is a counter of a registry, by its one label.
func counted(t testing.TB, r *prometheus.Registry, name, label string) float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && m.GetLabel()[0].GetValue() == label {
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no counter %s of %s", name, label)
	return 0
}

func TestLogWritesFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "here")
	registry := prometheus.NewRegistry()
	l := open(t, events.Config{Dir: dir, Registerer: registry})
	list := []events.Event{
		event(events.Shown, 1, noon), event(events.Clicked, 1, noon.Add(time.Second)),
		event(events.Seen, 2, noon.Add(12*time.Hour)), event(events.Rejected, 1, noon.Add(2*time.Second)),
	}
	list[0].Interaction, list[0].Rank, list[0].Mode, list[0].Fallback = strings.Repeat("a", 32), 2, "implicit", true
	for i := range list {
		line := []byte(lineOf(&list[i]))
		l.Put([][]byte{line})
		clear(line) // it is the caller's again
	}
	l.Put(nil)
	closing(t, l)
	want := map[string]string{
		"2026-07-10-001.jsonl": jsonOf([]events.Event{list[0], list[1], list[3]}),
		"2026-07-11-001.jsonl": jsonOf(list[2:3]),
	}
	if got := written(t, dir); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for name := range want {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if n := counted(t, registry, "proffer_events_total", "clicked"); n != 1 {
		t.Errorf("%v clicks counted", n)
	}
	l.Put([][]byte{[]byte(lineOf(&list[0]))})
	if n := counted(t, registry, "proffer_events_lost_total", "queue"); n != 1 {
		t.Errorf("after the end %v were lost", n)
	}
	if err := l.Commit(t.Context(), nil); !errors.Is(err, events.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestConfigRefuses(t *testing.T) {
	_, err := events.Open(events.Config{MaxBytes: 1, KeepDays: -2, Queue: 1, Delay: time.Minute})
	for _, want := range []string{"no directory", "max_bytes is 1 ", "keep_days is -2", "queue is 1 ", "delay is 1m"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	save(t, filepath.Dir(file), "file", "")
	if _, err := events.Open(events.Config{Dir: file}); err == nil {
		t.Error("a file is no directory")
	}
}

func TestOneLogADirectory(t *testing.T) {
	dir := t.TempDir()
	l := open(t, events.Config{Dir: dir})
	if _, err := events.Open(events.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another proffer") {
		t.Errorf("a second one: %v", err)
	}
	closing(t, l)
	closing(t, open(t, events.Config{Dir: dir}))
}

// Files are as large as they may be, no line is torn between two, and the next
// log writes on where there is room.
func TestRotation(t *testing.T) {
	dir := t.TempDir()
	const max = 4 << 10
	n := 0
	for range 3 {
		l := open(t, events.Config{Dir: dir, MaxBytes: max})
		for range 50 {
			n++
			e := event(events.Seen, n, noon)
			if err := l.Commit(t.Context(), bytesOf(lineOf(&e))); err != nil {
				t.Fatal(err)
			}
		}
		closing(t, l)
	}
	got, skipped := read(t, dir)
	if len(got) != n || skipped.Lines != 0 {
		t.Errorf("%d events, %+v, want %d", len(got), skipped, n)
	}
	for i, text := range got {
		if want := fmt.Sprintf("%016x", i+1); !strings.Contains(text, want) {
			t.Errorf("event %d is %s", i, text)
		}
	}
	files := written(t, dir)
	if len(files) < 5 || len(files) > 8 {
		t.Errorf("%d files", len(files))
	}
	for name, text := range files {
		if len(text) > max || !strings.HasSuffix(text, "\n") {
			t.Errorf("%s has %d bytes and ends with %q", name, len(text), text[len(text)-10:])
		}
	}
}

func TestRetention(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"2026-07-07-001.jsonl", "2026-07-07-import-002.jsonl", "2026-07-08-001.jsonl", "2026-07-09-001.jsonl",
		"2020-01-01.jsonl", "2020-01-01-0001.jsonl", "2020-01-01-000.jsonl", "notes-2020-01-01-001.jsonl", "2020-13-01-001.jsonl",
	} {
		save(t, dir, name, "")
	}
	now := noon
	l := open(t, events.Config{Dir: dir, KeepDays: 2, Clock: func() time.Time { return now }})
	if got := len(written(t, dir)); got != 7 {
		t.Errorf("at the start %d files are left", got)
	}
	closing(t, l)
	// The day changes under a running log.
	days := make(chan time.Time, 1)
	days <- noon
	l = open(t, events.Config{Dir: dir, KeepDays: 2, Clock: func() time.Time {
		at := <-days
		days <- at
		return at
	}})
	<-days
	days <- noon.AddDate(0, 0, 1)
	e := event(events.Shown, 1, noon.AddDate(0, 0, 1))
	if err := l.Commit(t.Context(), bytesOf(lineOf(&e))); err != nil {
		t.Fatal(err)
	}
	closing(t, l)
	got := written(t, dir)
	if _, ok := got["2026-07-08-001.jsonl"]; ok || len(got) != 7 {
		t.Errorf("on the next day there are %v", got)
	}
}

// What a crash leaves of a last line is passed over, and gone with the next
// start.
func TestTornLine(t *testing.T) {
	dir := t.TempDir()
	first, second, third := event(events.Shown, 1, noon), event(events.Seen, 1, noon), event(events.Clicked, 1, noon)
	whole := jsonOf([]events.Event{first, second})
	torn := whole + strings.TrimSuffix(jsonOf([]events.Event{third}), "\n")
	for cut := len(whole) + 1; cut < len(torn); cut += 17 {
		save(t, dir, "2026-07-10-001.jsonl", torn[:cut])
		if got, skipped := read(t, dir); len(got) != 2 || skipped.Lines != 0 {
			t.Fatalf("cut at %d: %q, %+v", cut, got, skipped)
		}
		l := open(t, events.Config{Dir: dir})
		if got := written(t, dir)["2026-07-10-001.jsonl"]; got != whole {
			t.Fatalf("cut at %d: mended to %q", cut, got)
		}
		l.Put(bytesOf(lineOf(&third)))
		closing(t, l)
		if got := written(t, dir)["2026-07-10-001.jsonl"]; got != torn+"\n" {
			t.Fatalf("cut at %d: written on to %q", cut, got)
		}
	}
	long := strings.Repeat("x", 10000)
	save(t, dir, "2026-07-10-001.jsonl", long)
	closing(t, open(t, events.Config{Dir: dir}))
	if got := written(t, dir)["2026-07-10-001.jsonl"]; got != "" {
		t.Errorf("a file of one torn line: %d bytes", len(got))
	}
}

// safe is a buffer that a log may write to.
type safe struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// A queue that is full loses what comes, whole, and says so once a minute; who
// waits is told.
func TestQueueIsBounded(t *testing.T) {
	var said safe
	registry := prometheus.NewRegistry()
	const size = 4 << 10
	// The writer asks for the time before it writes: so it can be held.
	hold, entered := make(chan struct{}), make(chan struct{}, 1)
	var mu sync.Mutex
	held := false
	l := open(t, events.Config{Dir: t.TempDir(), Queue: size, Registerer: registry, Delay: time.Nanosecond,
		Logger: slog.New(slog.NewTextHandler(&said, nil)),
		Clock: func() time.Time {
			mu.Lock()
			stop := held
			held = false
			mu.Unlock()
			if stop {
				entered <- struct{}{}
				<-hold
			}
			return noon
		}})
	mu.Lock()
	held = true
	mu.Unlock()
	e := event(events.Seen, 1, noon)
	line := lineOf(&e)
	l.Put(bytesOf(line))
	<-entered
	room := size / (len(line) + 1)
	for range room + 10 {
		l.Put(bytesOf(line))
	}
	if err := l.Commit(t.Context(), bytesOf(line)); !errors.Is(err, events.ErrFull) {
		t.Errorf("got %v", err)
	}
	close(hold)
	closing(t, l)
	if lost, kept := counted(t, registry, "proffer_events_lost_total", "queue"), counted(t, registry, "proffer_events_total", "seen"); lost != 10 || int(kept) != room+1 {
		t.Errorf("%v lost and %v written of %d", lost, kept, room+11)
	}
	if got := said.String(); strings.Count(got, "events are lost") != 2 || !strings.Contains(got, "queue=1 ") || !strings.Contains(got, "queue=9 ") {
		t.Errorf("said %q, want the first at once and the others at the end", got)
	}
}

func TestMalformedLinesAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	dir := t.TempDir()
	l := open(t, events.Config{Dir: dir, Registerer: registry})
	e := event(events.Accepted, 1, noon)
	if err := l.Commit(t.Context(), bytesOf("nothing", lineOf(&e), "proffer-event/1 e=shown")); err != nil {
		t.Fatal(err)
	}
	if got, _ := read(t, dir); len(got) != 1 {
		t.Errorf("got %q", got)
	}
	closing(t, l)
	if n := counted(t, registry, "proffer_events_lost_total", "malformed"); n != 2 {
		t.Errorf("%v lost", n)
	}
}

// Who waits is answered after the disk has it, and the next waiter's line is
// there too.
func TestCommitsTogether(t *testing.T) {
	dir := t.TempDir()
	l := open(t, events.Config{Dir: dir})
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			e := event(events.Accepted, i, noon)
			if err := l.Commit(t.Context(), bytesOf(lineOf(&e))); err != nil {
				t.Error(err)
			}
			if got := written(t, dir)["2026-07-10-001.jsonl"]; !strings.Contains(got, e.Proposition) {
				t.Errorf("%s was promised and is not there", e.Proposition)
			}
		})
	}
	all.Wait()
	closing(t, l)
	if got, _ := read(t, dir); len(got) != 64 {
		t.Errorf("%d events", len(got))
	}
}

// A directory that is gone is an error for who waits, and a loss for who does
// not; when it is back, all is well.
func TestDirectoryGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "events")
	registry := prometheus.NewRegistry()
	l := open(t, events.Config{Dir: dir, Registerer: registry})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	e := event(events.Accepted, 1, noon)
	if err := l.Commit(t.Context(), bytesOf(lineOf(&e), lineOf(&e))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if n := counted(t, registry, "proffer_events_lost_total", "write"); n != 2 {
		t.Errorf("%v lost", n)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context(), bytesOf(lineOf(&e))); err != nil {
		t.Errorf("back again: %v", err)
	}
	closing(t, l)
	if got, _ := read(t, dir); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestCommitGivesUp(t *testing.T) {
	l := open(t, events.Config{Dir: t.TempDir()})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := event(events.Accepted, 1, noon)
	for range 100 { // the two ends may come together
		if err := l.Commit(ctx, bytesOf(lineOf(&e))); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	closing(t, l)
}

// A line with more than an event says keeps nothing of it: no visitor, no
// cookie, no key.
func TestFilesNameNoVisitor(t *testing.T) {
	dir := t.TempDir()
	l := open(t, events.Config{Dir: dir})
	e := event(events.Shown, 1, noon)
	secrets := []string{"0123456789abcdef0123456789abcdef", "cookiebody", "keykeykey", "192.0.2.7"}
	l.Put(bytesOf(
		lineOf(&e)+"&visitor="+secrets[0]+"&cookie=proffer%3D"+secrets[1]+"&k="+secrets[2]+"&u="+secrets[3]+"&a="+secrets[0][:16],
		"proffer-event/1 e=erased&t=1&a="+secrets[0][:16], lineOf(&e)+"&i="+secrets[0]+secrets[2], strings.Replace(lineOf(&e), "o=", "o=%3D"+secrets[1]+"%20", 1),
	))
	closing(t, l)
	got := written(t, dir)["2026-07-10-001.jsonl"]
	if got != jsonOf([]events.Event{e}) {
		t.Errorf("the file holds %q", got)
	}
	for _, s := range append(secrets, secrets[0][:16]) {
		if strings.Contains(got, s) {
			t.Errorf("%s is in %q", s, got)
		}
	}
}

// With a store, files have the aliases that it gives, and say who was erased.
func TestFilesNameSubjects(t *testing.T) {
	dir := t.TempDir()
	l := open(t, events.Config{Dir: dir, Subjects: true})
	list := []events.Event{event(events.Shown, 1, noon), event(events.Accepted, 2, noon), erased("8899aabbccddeeff", noon)}
	list[0].Subject = "8899aabbccddeeff"
	for i := range list {
		l.Put(bytesOf(lineOf(&list[i])))
	}
	closing(t, l)
	if got := written(t, dir)["2026-07-10-001.jsonl"]; got != jsonOf(list) {
		t.Errorf("the file holds %q", got)
	}
}

// BenchmarkPut is what a page pays for its three events.
func BenchmarkPut(b *testing.B) {
	l := open(b, events.Config{Dir: b.TempDir()})
	var lines [][]byte
	for n := range 3 {
		e := event(events.Shown, n, noon)
		e.Interaction, e.Rank, e.Mode = strings.Repeat("a", 32), 1, "anonymous"
		lines = append(lines, []byte(lineOf(&e)))
	}
	b.ReportAllocs()
	for b.Loop() {
		l.Put(lines)
	}
	b.StopTimer()
	closing(b, l)
}

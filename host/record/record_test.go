package record_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/plugin/abi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRecord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "records")
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	first := decide(t, e, 1, nil)
	settings, status, text := abi.DecodeConfig(first.snapshot.Settings)
	if status != abi.StatusOK {
		t.Fatal(text)
	}
	settings.Paused = []abi.Paused{{Environment: "visitors", Kind: abi.PausedOffer, Name: "one"}}
	if err := e.Reconfigure(t.Context(), abi.AppendConfig(nil, settings)); err != nil {
		t.Fatal(err)
	}
	second := decide(t, e, 2, with(first.cookie(t)))
	put(w, first, second)
	w.Flush()
	if got := kept(t, dir); !slices.Equal(got, []string{second.id(), first.id()}) {
		t.Fatalf("got %v", got)
	}
	for i, d := range []decision{first, second} {
		f, err := record.Find(dir, d.id())
		if err != nil {
			t.Fatal(err)
		}
		if f.Host != "shop.example" || f.Path != []string{"/1", "/2"}[i] || f.Time != noon.Add(time.Duration(i+1)*time.Millisecond) {
			t.Errorf("entry %+v", f.Entry)
		}
		doc, err := document.Parse(f.Document)
		if err != nil {
			t.Fatal(err)
		}
		if got := abi.AppendRequest(nil, doc.Request(d.snapshot.Hash[:])); !bytes.Equal(got, d.request) {
			t.Errorf("another request\n got %q\nwant %q", got, d.request)
		}
		sum := sha256.Sum256(d.response)
		if !bytes.Equal(doc.Recorded.Response, sum[:]) || len(doc.Paused) != i || len(doc.Recorded.Visitors) != 1 {
			t.Errorf("recorded %+v, paused %v", doc.Recorded, doc.Paused)
		}
		if b, err := os.ReadFile(f.SnapshotFile); err != nil || !bytes.Equal(b, d.snapshot.Bytes) {
			t.Errorf("the snapshot has %d bytes, want %d; error %v", len(b), len(d.snapshot.Bytes), err)
		}
	}
	secret := abi.TestSecret()
	if err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v: others can read it", name, info.Mode())
		}
		if !info.IsDir() {
			b, err := os.ReadFile(name)
			if err != nil || bytes.Contains(b, secret[:]) {
				t.Errorf("%s holds a secret, or error %v", name, err)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if _, err := record.Find(dir, strings.Repeat("0", 32)); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if _, err := record.Find(dir, "x"); err == nil || errors.Is(err, record.ErrNotFound) {
		t.Errorf("no id: got %v", err)
	}
	if got, err := record.List(dir, 1); err != nil || len(got) != 1 || got[0].Interaction != second.id() {
		t.Errorf("the newest one: %v, error %v", got, err)
	}
	if got := w.Stats(); got != (record.Stats{Kept: 2}) {
		t.Errorf("stats %+v", got)
	}
}

// TestRecordLeavesOut holds that nothing is kept without consent, nor what no
// document says.
func TestRecordLeavesOut(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	put(w,
		decide(t, e, 1, func(r *abi.Request) { r.Flags |= abi.FlagConsentRefused }),
		decide(t, e, 2, func(r *abi.Request) { r.Flags |= abi.FlagNoStore }),
		decide(t, e, 3, func(r *abi.Request) { r.Entropy = nil }),
		decide(t, e, 4, func(r *abi.Request) { r.Query = []byte("\xff") }),
	)
	w.Flush()
	if got := kept(t, dir); len(got) > 0 {
		t.Errorf("kept %v", got)
	}
	if got := w.Stats(); got != (record.Stats{Unsaid: 1}) {
		t.Errorf("stats %+v", got)
	}
}

// TestSample holds that the share is kept, and the same one everywhere.
func TestSample(t *testing.T) {
	const calls = 600
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	writers := []*record.Writer{
		writer(t, record.Config{Dir: dirs[0], Sample: 0.25}),
		writer(t, record.Config{Dir: dirs[1], Sample: 0.25}),
		writer(t, record.Config{Dir: dirs[2], Sample: 0.5}),
	}
	e := engine(t, "shop")
	for i := range uint64(calls) {
		d := decide(t, e, i, nil)
		for _, w := range writers {
			put(w, d)
		}
	}
	var lists [3][]string
	for i, w := range writers {
		w.Flush()
		lists[i] = kept(t, dirs[i])
	}
	if !slices.Equal(lists[0], lists[1]) {
		t.Error("two edges keep other interactions")
	}
	if n := len(lists[0]); n < calls/8 || n > calls/2 { // 11 standard deviations
		t.Errorf("%d of %d kept, want a quarter", n, calls)
	}
	for _, id := range lists[0] {
		if !slices.Contains(lists[2], id) {
			t.Errorf("%s is in the smaller sample alone", id)
		}
	}
}

// files are the files of records and the snapshots.
func files(t *testing.T, dir string) (records, snapshots []string) {
	t.Helper()
	for list, pattern := range map[*[]string]string{&records: "*/*.jsonl", &snapshots: "*/snapshot"} {
		var err error
		if *list, err = filepath.Glob(filepath.Join(dir, pattern)); err != nil {
			t.Fatal(err)
		}
	}
	return records, snapshots
}

// TestSize holds that files stay within the bound, and that the newest records
// are kept.
func TestSize(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir, MaxBytes: record.MinMaxBytes})
	e := engine(t, "shop")
	var last []string
	for i := range uint64(2000) {
		d := decide(t, e, i, func(r *abi.Request) { r.Query = bytes.Repeat([]byte("q"), 500) })
		put(w, d)
		w.Flush()
		if i >= 1900 {
			last = append(last, d.id())
		}
	}
	total := int64(0)
	records, _ := files(t, dir)
	for _, name := range records {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if w.Stats().Kept != 2000 || total > record.MinMaxBytes+record.MinMaxBytes/4 || total < record.MinMaxBytes/2 || len(records) < 4 {
		t.Errorf("%d bytes in %d files, stats %+v", total, len(records), w.Stats())
	}
	slices.Reverse(last)
	if got := kept(t, dir); len(got) < 100 || !slices.Equal(got[:100], last) {
		t.Error("the newest are not there")
	}
}

// TestAge holds that records go after their days, and snapshots with them.
func TestAge(t *testing.T) {
	dir := t.TempDir()
	c := &clock{now: noon}
	w := writer(t, record.Config{Dir: dir, Days: 2, Clock: c.tell})
	old, young := engine(t, "old"), engine(t, "young")
	step := func(e int, d decision, records, snapshots int) {
		t.Helper()
		put(w, d)
		w.Flush()
		gotRecords, gotSnapshots := files(t, dir)
		if len(gotRecords) != records || len(gotSnapshots) != snapshots {
			t.Errorf("step %d: %d files and %d snapshots, want %d and %d", e, len(gotRecords), len(gotSnapshots), records, snapshots)
		}
	}
	step(1, decide(t, old, 1, nil), 1, 1)
	step(2, decide(t, old, 2, nil), 1, 1)
	c.add(61 * time.Minute)
	step(3, decide(t, old, 3, nil), 2, 1)
	step(4, decide(t, young, 4, nil), 3, 2)
	step(5, decide(t, old, 5, nil), 4, 2)
	c.add(47 * time.Hour)
	step(6, decide(t, young, 6, nil), 4, 2) // the first two are gone
	c.add(2 * time.Hour)
	last := decide(t, young, 7, nil)
	step(7, last, 2, 1)
	w.Close()
	records, _ := files(t, dir)
	if err := os.Rename(records[0], filepath.Join(filepath.Dir(records[0]), "20991231T000000.000Z.jsonl")); err != nil {
		t.Fatal(err)
	}
	c.add(49 * time.Hour)
	writer(t, record.Config{Dir: dir, Days: 2, Clock: c.tell}) // prunes when it starts
	if records, snapshots := files(t, dir); len(records)+len(snapshots) > 0 {
		t.Errorf("left are %v and %v", records, snapshots)
	}
}

// TestFull holds that a disk that stands still costs records and no time.
func TestFull(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	d := decide(t, engine(t, "shop"), 1, nil)
	unlock, err := record.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	const more = 200
	for range record.MaxQueue + more {
		put(w, d)
	}
	dropped := w.Stats().Dropped
	unlock()
	w.Flush()
	if got := w.Stats(); dropped == 0 || dropped > more || got.Kept+got.Dropped != record.MaxQueue+more {
		t.Errorf("%d dropped under the lock; then %+v", dropped, got)
	}
}

// TestFails holds that a failure is counted, and that recording goes on when it
// is over.
func TestFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "records")
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	put(w, decide(t, e, 1, nil))
	w.Flush()
	if got := w.Stats(); got != (record.Stats{Failed: 1}) {
		t.Errorf("stats %+v", got)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d := decide(t, e, 2, nil)
	put(w, d)
	w.Flush()
	if got := kept(t, dir); !slices.Equal(got, []string{d.id()}) {
		t.Errorf("kept %v", got)
	}
}

// TestTornLine holds that a line which a crash cut off harms no other.
func TestTornLine(t *testing.T) {
	dir := t.TempDir()
	w := writer(t, record.Config{Dir: dir})
	e := engine(t, "shop")
	first, second := decide(t, e, 1, nil), decide(t, e, 2, nil)
	put(w, first)
	w.Close()
	records, _ := files(t, dir)
	b, err := os.ReadFile(records[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(records[0], append(b, b[:len(b)/2]...), 0o600); err != nil {
		t.Fatal(err)
	}
	w = writer(t, record.Config{Dir: dir})
	put(w, second)
	w.Flush()
	if got := kept(t, dir); !slices.Equal(got, []string{second.id(), first.id()}) {
		t.Errorf("got %v", got)
	}
	// Nobody knows whom it names, so whoever is erased takes it along.
	if n, err := w.Erase([abi.VisitorSize]byte([]byte("nobody has this!"))); n != 0 || err != nil {
		t.Errorf("%d erased, error %v", n, err)
	}
	if left, err := os.ReadFile(records[0]); err != nil || !bytes.Equal(left, b) {
		t.Errorf("%d bytes are left, want %d; error %v", len(left), len(b), err)
	}
}

// TestPanic holds that a mistake of ours costs one record and not the process.
func TestPanic(t *testing.T) {
	d := decide(t, engine(t, "shop"), 1, nil)
	line, err := record.LineWithout(d.request, d.response)
	if string(line) != "before" || err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("got %s, error %v", line, err)
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		config record.Config
		want   string
	}{
		"no directory": {record.Config{}, "no directory"},
		"sample":       {record.Config{Dir: "x", Sample: 1.5}, "sample 1.5"},
		"bytes":        {record.Config{Dir: "x", MaxBytes: 1000}, "max_bytes 1000"},
		"days":         {record.Config{Dir: "x", Days: 8}, "days 8 is not in 1..7"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := record.New(c.config); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

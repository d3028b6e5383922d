package events_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/host/events"
)

func imported(t testing.TB, dir, log string) events.Imported {
	t.Helper()
	got, err := events.Import(dir, "log", strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// quoted is a text in JSON as many times.
func quoted(text string, times int) string {
	for range times {
		b, err := json.Marshal(map[string]string{"log": text})
		if err != nil {
			panic(err)
		}
		text = string(b)
	}
	return text
}

func TestImportFindsLines(t *testing.T) {
	e := event(events.Shown, 1, noon)
	e.Interaction, e.Rank, e.Mode, e.Fallback = strings.Repeat("b", 32), 3, "explicit", true
	line := lineOf(&e)
	for name, text := range map[string]string{
		"bare":             line,
		"behind a date":    "2026/07/10 12:00:00 [info] wasm: " + line,
		"in quotes":        `level=info msg="` + line + `" host=shop.example`,
		"CRLF":             line + "\r",
		"in JSON":          quoted(line, 1),
		"in JSON in JSON":  quoted("info "+line+" end", 2),
		"thrice":           quoted(line, 3),
		"slash escaped":    strings.Replace(quoted(line, 1), "/1 ", `\/1 `, 1),
		"ampersands plain": strings.ReplaceAll(quoted(line, 1), `\u0026`, "&"),
		"capital escapes":  strings.ReplaceAll(strings.ReplaceAll(quoted(line, 1), `\u0026`, `\U0026`), "=", `\u003D`),
		"in brackets":      "[" + line + "]",
		"a file's":         strings.TrimSuffix(jsonOf([]events.Event{e}), "\n"),
		"before words":     "proffer-event proffer-event/2 x proffer-event/11 " + line,
	} {
		dir := t.TempDir()
		if got := imported(t, dir, text+"\n"); got.Events != 1 || got.Added != 1 || got.Skipped.Lines != 0 || got.Unfinished {
			t.Errorf("%s: %s: %+v", name, text, got)
		}
		if got := written(t, dir)["2026-07-10-import-001.jsonl"]; got != jsonOf([]events.Event{e}) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// Events with an alias, and those of erased subjects, come as they are, from a log
// and from files.
func TestImportSubjects(t *testing.T) {
	e, gone := event(events.Shown, 1, noon), erased("8899aabbccddeeff", noon)
	e.Subject = gone.Subject
	want := jsonOf([]events.Event{e, gone})
	for name, log := range map[string]string{"lines": "x " + lineOf(&e) + ", " + quoted(lineOf(&gone), 1) + "\n", "files": want} {
		dir := t.TempDir()
		if got := imported(t, dir, log); got.Added != 2 || got.Skipped.Lines != 0 {
			t.Errorf("%s: %+v", name, got)
		}
		if got := written(t, dir)["2026-07-10-import-001.jsonl"]; got != want {
			t.Errorf("%s: got %q", name, got)
		}
		if got := imported(t, dir, log); got.Added != 0 || got.Known != 2 {
			t.Errorf("%s again: %+v", name, got)
		}
	}
}

func TestImportCounts(t *testing.T) {
	dir := t.TempDir()
	a, b, c := event(events.Shown, 1, noon), event(events.Seen, 1, noon), event(events.Clicked, 1, noon.AddDate(0, 0, 1))
	log := strings.Join([]string{
		"nothing to see", lineOf(&a), "", "x " + lineOf(&b) + ", " + lineOf(&a), "proffer-event/1 e=seen&t=1",
		strings.Repeat("y", 2<<20) + lineOf(&c), `{"time":"2026-07-10T12:00:00Z","level":"INFO","msg":"other"}`,
		`{"time":"then","proposition":"1"}`, quoted(lineOf(&c), 1), "",
	}, "\n")
	got := imported(t, dir, log)
	if got.Lines != 9 || got.Events != 4 || got.Added != 3 || got.Known != 1 || got.Skipped.Lines != 3 || got.Unfinished ||
		!strings.HasPrefix(got.Skipped.First, "log:5: ") {
		t.Errorf("got %+v", got)
	}
	again := imported(t, dir, log)
	if again.Added != 0 || again.Known != 4 || len(written(t, dir)) != 2 {
		t.Errorf("again: %+v, %d files", again, len(written(t, dir)))
	}
	if rest, err := filepath.Glob(filepath.Join(dir, ".import-*")); err != nil || rest != nil {
		t.Errorf("left are %v, %v", rest, err)
	}
}

// The end of a log that breaks off in the middle of a line is read the next time.
func TestImportUnfinished(t *testing.T) {
	e := event(events.Clicked, 1, noon)
	line := lineOf(&e)
	whole := []string{line, quoted(line, 1), strings.TrimSuffix(jsonOf([]events.Event{e}), "\n")}
	for i, text := range whole {
		dir := t.TempDir()
		for cut := range len(strings.TrimSuffix(text, `"}`)) {
			if got := imported(t, dir, text[:cut]); got.Added != 0 || got.Skipped.Lines != 0 {
				t.Fatalf("%s: %+v", text[:cut], got)
			}
		}
		if got := imported(t, dir, text+"\n"); got.Added != 1 {
			t.Errorf("%d: %+v", i, got)
		}
	}
}

// What an import that broke off has left is not in the way, and a proxy's files
// are known.
func TestImportBesideALog(t *testing.T) {
	dir := t.TempDir()
	a, b := event(events.Shown, 1, noon), event(events.Seen, 1, noon)
	l := open(t, events.Config{Dir: dir})
	if err := l.Commit(t.Context(), bytesOf(lineOf(&a))); err != nil {
		t.Fatal(err)
	}
	save(t, dir, ".import-2026-07-10", "left")
	if got := imported(t, dir, lineOf(&a)+"\n"+lineOf(&b)+"\n"); got.Added != 1 || got.Known != 1 {
		t.Errorf("got %+v", got)
	}
	if err := l.Commit(t.Context(), bytesOf(lineOf(&b))); err != nil {
		t.Fatal(err)
	}
	closing(t, l)
	want := map[string]string{
		"2026-07-10-001.jsonl":        jsonOf([]events.Event{a, b}),
		"2026-07-10-import-001.jsonl": jsonOf([]events.Event{b}),
	}
	if got := written(t, dir); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
}

func TestImportOfTooManyDays(t *testing.T) {
	var log strings.Builder
	for n := range 3700 {
		e := event(events.Shown, n, noon.AddDate(0, 0, n))
		log.WriteString(lineOf(&e) + "\n")
	}
	dir := t.TempDir()
	if _, err := events.Import(dir, "log", strings.NewReader(log.String())); err == nil || !strings.Contains(err.Error(), "3660 days") {
		t.Errorf("got %v", err)
	}
	if got := written(t, dir); len(got) != 0 {
		t.Errorf("%d files in spite of the error", len(got))
	}
}

// Whatever parts of a log are read, in whichever order and how often: every
// event is there once.
func TestImportIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var all []string
		want := map[string]bool{}
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			e := random(r)
			all = append(all, quoted(lineOf(&e), r.IntN(3)))
			want[string(e.AppendJSON(nil))] = true
		}
		dir, err := os.MkdirTemp("", "events")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		added := 0
		for range rapid.IntRange(1, 2).Draw(t, "parts") {
			part := slices.Clone(all)
			r.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
			added += importedIn(t, dir, part[:r.IntN(len(part)+1)])
		}
		added += importedIn(t, dir, all)
		if got := importedIn(t, dir, all); got != 0 || added != len(want) {
			t.Fatalf("%d and then %d added, want %d and 0", added, got, len(want))
		}
		p, err := events.Days("", "", time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := events.Read(dir, p, func(e *events.Event) error {
			text := string(e.AppendJSON(nil))
			if !want[text] {
				t.Fatalf("%s is not in the log, or twice in the files", text)
			}
			delete(want, text)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(want) > 0 {
			t.Fatalf("missing are %v", want)
		}
	})
}

func importedIn(t *rapid.T, dir string, log []string) int {
	got, err := events.Import(dir, "log", strings.NewReader(strings.Join(log, "\n")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return got.Added
}

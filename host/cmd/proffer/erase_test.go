package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asCommand makes the test's process the command itself, so that it can be killed.
const asCommand = "PROFFER_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	lookupWait = time.Minute
	if os.Getenv(asCommand) != "" {
		os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
	}
	os.Exit(m.Run())
}

// child is "proffer serve" in a process of its own. It is killed at the end.
func child(t *testing.T, args ...string) (s serving, kill func()) {
	t.Helper()
	out := &output{wrote: make(chan struct{}, 1)}
	c := exec.CommandContext(t.Context(), os.Args[0], append([]string{"serve", "--engine", "native", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...)...)
	c.Env = append(os.Environ(), asCommand+"=1")
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	kill = func() {
		if ended {
			return
		}
		ended = true
		_ = c.Process.Signal(syscall.SIGKILL)
		_ = c.Wait() // it says that it was killed
	}
	t.Cleanup(kill)
	m := out.wait(t, `pages=(\S+) admin=(\S+)`)
	return serving{m[1], m[2], out}, kill
}

// marks are what can be recognised of somebody; they are found as bytes, hex digits
// and base64.
func marks(ids, words []string) canaries {
	out := canaries{}
	for _, id := range ids {
		b, err := hex.DecodeString(id)
		if err != nil {
			panic(err)
		}
		out["id "+id] = b
	}
	for _, w := range words {
		out[w] = []byte(w)
	}
	return out
}

// inFiles are the marks that files below some directories hold, with the files.
func inFiles(t *testing.T, c canaries, dirs ...string) map[string][]string {
	t.Helper()
	out, read := map[string][]string{}, 0
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(name)
			for _, mark := range c.found(b) {
				out[mark] = append(out[mark], filepath.Base(name))
			}
			read++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 4 {
		t.Fatalf("only %d files below %q", read, dirs)
	}
	return out
}

// TestErasedEverywhere holds that nothing of who was erased is in any file, whatever
// was kept of them and wherever, after the process was killed (T26).
func TestErasedEverywhere(t *testing.T) {
	dir, keys := t.TempDir(), newKeys(t)
	store, records, events := filepath.Join(dir, "store"), filepath.Join(dir, "records"), filepath.Join(dir, "events")
	settings := filepath.Join(dir, "config.json")
	if err := os.WriteFile(settings, []byte(`{"store":{"outbox_bytes":1048576}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	const listed = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
	importPeople(t, store, personLine("telltale-anna", "telltale-motto", listed), personLine("bert", "plain-motto"))
	args := []string{"--origin", lifeSite(t), "--catalog", catalogFile(t, lifeCatalog), "--keys", keys, "--record", records, "--events", events}
	s, kill := child(t, args...)
	open := func() *device { return newDevice(t, s, keys, time.Now) }
	anna, phone, carl, bert, dora := open(), open(), open(), open(), open()
	all := []*device{anna, phone, carl, bert, dora}
	for _, b := range all { // before there was a store
		b.page("/first")
	}
	recorded(t, s, len(all))
	kill()
	args = append(args, "--store", "file:"+store, "--config", settings)
	s, kill = child(t, args...)
	for _, b := range all {
		b.url = s.url
		b.Jar.SetCookies(b.at(), []*http.Cookie{b.cookie()})
		b.page("/second")
	}
	carl.page("/telltale-carl")
	bert.page("/bert")
	bert.logIn("bert")
	bert.sees("/bert", "four known plain-motto")
	for _, b := range []*device{anna, phone} {
		b.logIn("telltale-anna")
		offer, accept := b.page("/telltale-page")
		if !strings.Contains(offer, "known telltale-motto") || accept == "" {
			t.Fatalf("anna is shown %q", offer)
		}
		b.post(accept)
		b.page("/telltale-page")
	}
	gone := marks([]string{anna.id(), phone.id(), carl.id(), listed}, []string{"telltale-anna", "telltale-motto", "telltale-carl"})
	stays := marks([]string{bert.id()}, []string{"plain-motto"})

	status, held, errs := heldBy(t, s, keys, "people", "export", "telltale-anna", "--source", "main")
	if lines := strings.Count(held, "\n"); status != 0 || lines != 4 {
		t.Fatalf("export: status %d, %d lines, %s%s", status, lines, held, errs)
	}
	for _, want := range []string{anna.id(), phone.id(), listed, "telltale-anna", "telltale-motto", `"accepted"`, `"requests":[`} {
		if !strings.Contains(held, want) {
			t.Errorf("the export does not say %q: %s", want, held)
		}
	}
	_, berts, _ := heldBy(t, s, keys, "visitor", "export", bert.id())
	if _, of, _ := heldBy(t, s, keys, "visitor", "export", carl.id()); !strings.Contains(of, `"last":"/telltale-carl"`) {
		t.Errorf("of carl: %s", of)
	}
	before := inFiles(t, gone, store, records, events)
	if len(before) != len(gone) {
		t.Fatalf("in the files are %v, want all of %d", before, len(gone))
	}

	forgotten := marks([]string{dora.id()}, nil)
	if in := inFiles(t, forgotten, store, records); len(in["id "+dora.id()]) < 2 {
		t.Fatalf("dora is in %v", in)
	}
	was := dora.id()
	dora.forgets() // from free pages a little later
	if in := inFiles(t, forgotten, events, records); len(in) > 0 {
		t.Errorf("dora is left in %v", in)
	}
	if status, _, _ := heldBy(t, s, keys, "visitor", "export", was); status != 1 {
		t.Error("dora is held")
	}
	gone["id "+was] = forgotten["id "+was] // with the next erasure at the latest

	begun := time.Now()
	for _, who := range [][]string{{"people", "erase", "telltale-anna", "--source", "main"}, {"visitor", "erase", carl.id()}} {
		if status, out, errs := heldBy(t, s, keys, who...); status != 0 || !strings.HasPrefix(out, "erased, in events ") {
			t.Fatalf("status %d, %s%s", status, out, errs)
		}
	}
	took := time.Since(begun)
	t.Logf("a person with two visitors, and a visitor, erased in %v", took)
	if took > time.Minute {
		t.Errorf("erasing took %v", took)
	}
	kill()
	if left := inFiles(t, gone, store, records, events); len(left) > 0 {
		t.Errorf("left in the files: %v", left)
	}
	if left := inFiles(t, stays, store, records, events); len(left) != len(stays) {
		t.Errorf("of bert are left: %v", left)
	}
	s, _ = child(t, args...)
	for name, b := range map[string]*device{"anna": anna, "phone": phone, "carl": carl} {
		old := b.id()
		back := b.replayed(s)
		back.sees("/back", "one stranger none")
		if back.id() == old {
			t.Errorf("%s has the old id", name)
		}
	}
	if _, again, _ := heldBy(t, s, keys, "visitor", "export", bert.id()); again != berts || berts == "" {
		t.Errorf("of bert: %s, was %s", again, berts)
	}
	if status, _, errs := heldBy(t, s, keys, "visitor", "export", carl.id()); status != 1 || !strings.Contains(errs, "nothing is held of visitor "+carl.id()) {
		t.Errorf("of carl: status %d, %s", status, errs)
	}
	if _, r := get(t, http.DefaultClient, s.admin+"/readyz"); r.StatusCode != http.StatusOK {
		t.Errorf("ready: %d", r.StatusCode)
	}
	if left := inFiles(t, gone, store, records, events); len(left) > 0 {
		t.Errorf("back in the files: %v", left)
	}
	erasedAliases(t, held, store)
}

// recorded waits until so many requests are in files.
func recorded(t *testing.T, s serving, n int) {
	t.Helper()
	want := fmt.Sprintf("proffer_records_kept_total %d\n", n)
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); {
		if text, _ := get(t, http.DefaultClient, s.admin+"/metrics"); strings.Contains(text, want) {
			return
		}
	}
	t.Fatalf("in a minute there was no %q", want)
}

// erasedAliases holds that the outbox tells which alias is nobody any more.
func erasedAliases(t *testing.T, exported, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for line := range strings.Lines(exported) {
		var h struct {
			Alias string `json:"alias"`
		}
		if err := json.Unmarshal([]byte(line), &h); err != nil {
			t.Fatal(err)
		}
		if h.Alias != "" && strings.Contains(string(b), "e=erased&t=") && strings.Contains(string(b), "&a="+h.Alias) {
			told++
		}
	}
	if told != 3 {
		t.Errorf("the outbox tells of %d aliases, want those of the person and two visitors", told)
	}
}

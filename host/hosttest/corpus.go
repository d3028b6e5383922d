package hosttest

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

//go:embed testdata/*.txtar
var testdata embed.FS

// Case is one file of the corpus.
type Case struct {
	Name     string
	Snapshot []byte
	Stored   []byte   // the same catalog with "history: store" in every environment
	Requests []string // documents
	Answers  []string // one for each request
}

// Handler answers one request on a snapshot. The request's Snapshot is unset:
// the handler names the resident one or sends the bytes inline.
type Handler func(t testing.TB, settings, snapshot []byte, request *abi.Request) []byte

// Settings is the configuration under which the corpus runs: the published
// test key for every use.
func Settings() []byte {
	c := abi.DefaultConfig()
	for _, use := range []string{abi.UseCookie, abi.UseIdentity, abi.UsePeer} {
		c.Keys = append(c.Keys, abi.Key{ID: seal.TestKeyID, Use: use, Primary: true, Secret: abi.TestSecret()})
	}
	c.CountryHeader, c.DeviceHeader = "x-country", "x-device"
	return abi.AppendConfig(nil, c)
}

// settingsFor are Settings with a document's pauses.
func settingsFor(d *document.Document) ([]byte, error) {
	c, status, text := abi.DecodeConfig(Settings())
	if status != abi.StatusOK {
		return nil, errors.New(text)
	}
	c, err := d.Config(c)
	if err != nil {
		return nil, err
	}
	return abi.AppendConfig(nil, c), nil
}

// Cases are all cases of the corpus, compiled.
func Cases(t testing.TB) []Case {
	t.Helper()
	names, err := fs.Glob(testdata, "testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var out []Case
	for _, name := range names {
		b, err := testdata.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parse(strings.TrimSuffix(path.Base(name), ".txtar"), b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, c)
	}
	return out
}

func parse(name string, b []byte) (Case, error) {
	c := Case{Name: name}
	var files []catalog.File
	for _, f := range txtar.Parse(b).Files {
		switch {
		case strings.HasSuffix(f.Name, ".yaml"):
			files = append(files, catalog.File{Name: f.Name, Text: f.Data})
		case f.Name == "request.json":
			c.Requests = lines(f.Data)
		case f.Name == "answer.json":
			c.Answers = lines(f.Data)
		default:
			return c, fmt.Errorf("unknown file %q", f.Name)
		}
	}
	snapshot, err := Compile(files)
	c.Snapshot = snapshot
	if err == nil {
		c.Stored, err = compileStored(files)
	}
	if err == nil && len(c.Requests) == 0 {
		err = fmt.Errorf("no request.json")
	}
	return c, err
}

func lines(b []byte) []string {
	var out []string
	for _, l := range strings.Split(string(b), "\n") {
		if strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}

// Compile makes a snapshot of a catalog's files; its errors are one error.
func Compile(files []catalog.File) ([]byte, error) {
	c, diags := author.Parse(files)
	return finish(files, c, diags)
}

// compileStored is Compile of the catalog whose histories are in a store, where
// visitors are kept as long as a cookie is.
func compileStored(files []catalog.File) ([]byte, error) {
	c, diags := author.Parse(files)
	for _, e := range c.Environments {
		e.HistoryStore.On = true
	}
	c.Retention.Visitors.MS = 395 * 24 * 60 * 60 * 1000
	return finish(files, c, diags)
}

func finish(files []catalog.File, c *catalog.Catalog, diags catalog.Diagnostics) ([]byte, error) {
	var b []byte
	if !diags.HasErrors() {
		var more catalog.Diagnostics
		b, more = compile.Compile(c)
		diags = append(diags, more...)
	}
	if diags.HasErrors() {
		var text bytes.Buffer
		if err := author.Write(&text, files, diags); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("catalog:\n%s", text.String())
	}
	return b, nil
}

// RunCase answers every request of a case and reports where an answer is not the
// expected one. It gives the responses' bytes, for comparing engines.
func RunCase(t *testing.T, c *Case, engine Handler) [][]byte {
	t.Helper()
	got, responses := Answers(t, c, engine)
	for i := range got {
		want := "(no answer in the file)"
		if i < len(c.Answers) {
			want = c.Answers[i]
		}
		if got[i] != want {
			t.Errorf("request %d: %s\n got %s\nwant %s", i+1, c.Requests[i], got[i], want)
		}
	}
	if len(c.Answers) > len(got) {
		t.Errorf("%d answers for %d requests", len(c.Answers), len(got))
	}
	return responses
}

// Answers are the JSON answers of an engine to a case's requests, and the
// responses that they are made of. In a document "$cookie" stands for the value
// of the visitor cookie that an earlier answer set last, "$events" for the second
// cookie's, and "$click", "$seen", "$accept" and "$reject" for the tickets of the
// last page's first slot.
func Answers(t testing.TB, c *Case, engine Handler) (answers []string, responses [][]byte) {
	t.Helper()
	return answersOn(t, c, c.Snapshot, engine)
}

// AnswersWithAStore are the JSON answers where every history is in a store that
// the host has.
func AnswersWithAStore(t testing.TB, c *Case, engine Handler) (answers []string) {
	t.Helper()
	answers, _ = answersOn(t, c, c.Stored, NewStore(c.Stored).Handler(engine))
	return answers
}

func answersOn(t testing.TB, c *Case, snapshot []byte, engine Handler) (answers []string, responses [][]byte) {
	t.Helper()
	var m memory
	for _, line := range c.Requests {
		answer, response := answerOne(t, c, snapshot, engine, m.fill(line), &m)
		answers = append(answers, answer)
		responses = append(responses, response)
	}
	return answers, responses
}

func answerOne(t testing.TB, c *Case, snapshot []byte, engine Handler, line string, m *memory) (answer string, response []byte) {
	t.Helper()
	d, err := document.Parse([]byte(line))
	if err != nil {
		return "error: " + err.Error(), nil
	}
	if !d.HasTime || !d.HasSeed {
		t.Fatalf("%s: a case needs time and seed: %s", c.Name, line)
	}
	settings, err := settingsFor(d)
	if err != nil {
		return "error: " + err.Error(), nil
	}
	answer, response, err = ask(d, m, func(r *abi.Request) ([]byte, error) {
		return engine(t, settings, snapshot, r), nil
	})
	if err != nil {
		return "error: " + err.Error(), response
	}
	return answer, response
}

// ask puts a document to a module, and what is answered into the memory.
func ask(d *document.Document, m *memory, handle func(*abi.Request) ([]byte, error)) (answer string, response []byte, err error) {
	var b []byte
	if d.Event != nil {
		var r *abi.Reply
		if response, r, err = d.Reply(handle); err != nil {
			return "", response, err
		}
		m.set(r.Cookies)
		b, err = document.ReplyJSON(r)
		return string(b), response, err
	}
	var a *abi.Answer
	if response, a, err = d.Decide(seal.TestKeyring(), handle); err != nil {
		return "", response, err
	}
	m.set(a.Cookies)
	m.see(a.Slots)
	b, err = document.JSON(a)
	return string(b), response, err
}

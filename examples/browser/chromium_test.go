//go:build edges

package browser_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
)

// object is what a test asks of drive.mjs.
type object = map[string]any

// chromium is the process that drives it.
type chromium struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	err bytes.Buffer
}

// startChromium runs a browser until the test ends.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	dir := filepath.Join(hosttest.OutDir(t), "browser")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "playwright-core")); err != nil {
		t.Fatalf("%v: run make edges, which installs it", err)
	}
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: run make edges, which installs it", err)
	}
	c := &chromium{cmd: exec.Command("node", "drive.mjs", dir, program)}
	c.cmd.Stderr = &c.err
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewReader(out)
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatalf("%v: run make edges, which installs Node", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.in.Close(), c.cmd.Wait()); err != nil {
			t.Errorf("drive.mjs ends with %v and writes %s", err, c.err.Bytes())
		}
	})
	return c
}

// ask asks for one thing; into is where the answer goes, or nil.
func (c *chromium) ask(t *testing.T, what object, into any) {
	t.Helper()
	line, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		t.Fatalf("drive.mjs: %v: %s", err, c.err.Bytes())
	}
	answer, err := c.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("drive.mjs: %v: %s", err, c.err.Bytes())
	}
	var a struct {
		Value json.RawMessage
		Error string
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		t.Fatalf("drive.mjs answers %s", answer)
	}
	if a.Error != "" {
		t.Fatalf("%.300s: %s", line, a.Error)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(a.Value, into); err != nil {
		t.Fatalf("drive.mjs answers %s: %v", answer, err)
	}
}

// tab is one page of the browser.
type tab struct {
	*testing.T
	chromium *chromium
	name     string
	base     string // where its site is
	quiet    bool   // nobody runs scripts on it
}

// open is a page of somebody whom the site has not seen. Options are Playwright's
// for a context; scripts run in each document before its own.
func (c *chromium) open(t *testing.T, name, base string, options object, scripts ...string) *tab {
	t.Helper()
	p := &tab{T: t, chromium: c, name: name, base: base}
	if options == nil {
		options = object{}
	}
	p.quiet = options["javaScriptEnabled"] == false
	c.ask(t, object{"do": "open", "page": name, "options": options, "script": strings.Join(scripts, "\n")}, nil)
	return p
}

// another is one more page of the same browser.
func (p *tab) another(name string) *tab {
	p.Helper()
	q := *p
	q.name = name
	p.chromium.ask(p.T, object{"do": "tab", "page": name, "of": p.name}, nil)
	return &q
}

// do asks for something about the page.
func (p *tab) do(what string, more object, into any) {
	p.Helper()
	ask := object{"do": what, "page": p.name}
	for k, v := range more {
		ask[k] = v
	}
	p.chromium.ask(p.T, ask, into)
}

// visit goes to a page by its address and looks whether all is well.
func (p *tab) visit(path string) notes {
	p.Helper()
	p.do("goto", object{"url": p.base + path}, nil)
	return p.clean(path)
}

// click clicks, and looks whether all is well on the page to which that leads.
func (p *tab) click(selector string) notes {
	p.Helper()
	p.do("click", object{"selector": selector, "leads": true}, nil)
	return p.clean(selector)
}

// press clicks on what leads nowhere.
func (p *tab) press(selector string) notes {
	p.Helper()
	p.do("click", object{"selector": selector}, nil)
	return p.clean(selector)
}

// text is the text of the first element that a selector finds, "" if there is
// none.
func (p *tab) text(selector string) string {
	p.Helper()
	var all []string
	p.do("text", object{"selector": selector}, &all)
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// says holds that an element's text begins as it should.
func (p *tab) says(what, selector, begins string) {
	p.Helper()
	if got := p.text(selector); !strings.HasPrefix(got, begins) {
		p.Errorf("%s: %s says %q, want %q", what, selector, got, begins)
	}
}

// eval is the value of an expression in the page.
func (p *tab) eval(script string, into any) {
	p.Helper()
	p.do("eval", object{"script": script}, into)
}

// path is the page's address without its site.
func (p *tab) path() string {
	p.Helper()
	var u string
	p.do("url", nil, &u)
	return strings.TrimPrefix(u, p.base)
}

// notes are what was noticed of a page since they were last read.
type notes struct {
	Console, Errors, Dialogs, Popups, Failed []string
	Requests                                 []struct{ Method, URL, Type string }
	Answers                                  []struct {
		Status int
		URL    string
	}
}

// clean waits until the page has nothing more to do, holds that nothing went
// wrong, and gives what happened.
func (p *tab) clean(what string) notes {
	p.Helper()
	n, faults := p.faults()
	for _, f := range faults {
		p.Errorf("%s, %s: %s", p.name, what, f)
	}
	return n
}

// faults are what went wrong on a page: a word on the console, a failed request,
// one to another site, a violation of the page's policy, something that moved.
func (p *tab) faults() (n notes, list []string) {
	p.Helper()
	p.do("settle", nil, nil)
	p.do("notes", nil, &n)
	for kind, texts := range map[string][]string{
		"console": n.Console, "error": n.Errors, "dialog": n.Dialogs, "window": n.Popups, "failed request": n.Failed,
	} {
		for _, text := range texts {
			list = append(list, kind+": "+text)
		}
	}
	for _, r := range n.Requests {
		if !strings.HasPrefix(r.URL, p.base+"/") {
			list = append(list, "request to another site: "+r.Method+" "+r.URL)
		}
	}
	if p.quiet {
		return n, list
	}
	var moved struct {
		Shift               float64
		Shifted, Violations []string
	}
	p.eval(`({shift: __shift, shifted: __shifted, violations: __violations})`, &moved)
	if moved.Shift != 0 {
		list = append(list, fmt.Sprintf("layout shift of %g: %q", moved.Shift, moved.Shifted))
	}
	for _, v := range moved.Violations {
		list = append(list, "violation of the policy: "+v)
	}
	return n, list
}

// shot keeps a picture of the page.
func (p *tab) shot(name string) {
	p.Helper()
	dir := filepath.Join(hosttest.OutDir(p.T), "browser", "shots")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.Fatal(err)
	}
	p.do("shot", object{"file": filepath.Join(dir, name+".png")}, nil)
}

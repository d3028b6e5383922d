package inject_test

import (
	"bytes"
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/plugin/inject"
)

// failer is a test, or one of rapid's.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// node is a value of a body as encoding/json reads it, and where it stands.
type node struct {
	from, to int
	kind     byte // '{', '[', or 0
	names    []string
	values   []*node
}

// tree reads a body with encoding/json.
func tree(t failer, body []byte) *node {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	token := func() (json.Token, int, int) {
		from := int(d.InputOffset())
		tok, err := d.Token()
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		to := int(d.InputOffset())
		for strings.IndexByte(" \t\r\n,:", body[from]) >= 0 {
			from++
		}
		return tok, from, to
	}
	var value func(tok json.Token, from, to int) *node
	value = func(tok json.Token, from, to int) *node {
		n := &node{from: from, to: to}
		delim, ok := tok.(json.Delim)
		if !ok {
			return n
		}
		n.kind = byte(delim)
		for {
			tok, from, to := token()
			if end, ok := tok.(json.Delim); ok && (end == '}' || end == ']') {
				n.to = to
				return n
			}
			if n.kind == '{' {
				n.names = append(n.names, tok.(string))
				tok, from, to = token()
			}
			n.values = append(n.values, value(tok, from, to))
		}
	}
	return value(token())
}

// edit is one change of a body.
type edit struct {
	from, to, path int
	text           string
	first          bool
}

// find is where a path leads in a tree.
func (n *node) find(path string) (e edit, ok bool) {
	steps := strings.Split(path, ".")
	for i, step := range steps {
		var next *node
		switch n.kind {
		case '{':
			for k, name := range n.names {
				if name == step {
					next = n.values[k]
				}
			}
			if next != nil || i < len(steps)-1 {
				break
			}
			name := `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(step) + `":`
			e = edit{from: n.from + 1, text: name, first: true}
			if len(n.values) > 0 {
				e = edit{from: n.values[len(n.values)-1].to, text: "," + name}
			}
			e.to = e.from
			return e, true
		case '[':
			if k, err := strconv.Atoi(step); err == nil && strconv.Itoa(k) == step && k >= 0 && k < len(n.values) {
				next = n.values[k]
			}
		}
		if next == nil {
			return e, false
		}
		n = next
	}
	return edit{from: n.from, to: n.to}, true
}

// expected is what becomes of a body, by encoding/json. No two paths may have
// one place.
func expected(t failer, body []byte, paths, values [][]byte) (string, uint64) {
	t.Helper()
	root := tree(t, bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	skip := len(body) - len(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	var edits []edit
	for i, path := range paths {
		if e, ok := root.find(string(path)); ok && values[i] != nil {
			e.text += string(values[i])
			e.path = i
			edits = append(edits, e)
		}
	}
	sort.SliceStable(edits, func(i, j int) bool { return edits[i].from < edits[j].from })
	var out strings.Builder
	out.Write(body[:skip])
	at, opened, written := 0, -1, uint64(0)
	for _, e := range edits {
		if e.from < at {
			continue
		}
		out.Write(body[skip+at : skip+e.from])
		if e.first && opened == e.from {
			out.WriteByte(',')
		}
		if e.first {
			opened = e.from
		}
		out.WriteString(e.text)
		at = e.to
		written |= 1 << e.path
	}
	out.Write(body[skip+at:])
	return out.String(), written
}

// spliceJSON is what becomes of a body, by the injector.
func spliceJSON(j *inject.JSON, body []byte, paths, values [][]byte) (out string, written uint64, ok bool) {
	ok = j.Find(body, paths)
	got := j.Splice(nil, body, values)
	for i := range 64 {
		if j.Written(i) {
			written |= 1 << i
		}
	}
	return string(got), written, ok
}

// compareJSON holds the injector to encoding/json.
func compareJSON(t failer, body []byte, paths, values [][]byte) {
	t.Helper()
	var j inject.JSON
	got, written, ok := spliceJSON(&j, body, paths, values)
	valid := json.Valid(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if ok != valid && (ok || depthOf(body) <= 512) {
		t.Fatalf("%q: read %v, want %v", body, ok, valid)
	}
	if !ok {
		if got != string(body) || written != 0 {
			t.Fatalf("%q is not to be read and became %q", body, got)
		}
		return
	}
	want, wantWritten := expected(t, body, paths, values)
	if got != want || written != wantWritten {
		t.Fatalf("%q with %q at %q:\n got %q, %b\nwant %q, %b", body, values, paths, got, written, want, wantWritten)
	}
	if !json.Valid(bytes.TrimPrefix([]byte(got), []byte("\xef\xbb\xbf"))) {
		t.Fatalf("%q became %q", body, got)
	}
}

// depthOf is the most brackets that are open at a time, those in texts included.
func depthOf(body []byte) (most int) {
	n := 0
	for _, c := range body {
		switch c {
		case '{', '[':
			n++
		case '}', ']':
			n--
		}
		most = max(most, n)
	}
	return most
}

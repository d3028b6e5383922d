package author

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// written is a file to which somebody writes after its first byte was read.
type written struct {
	strings.Reader
	before, after fstest.MapFile
	read          bool
}

func (w *written) Read(b []byte) (int, error) {
	w.read = true
	return w.Reader.Read(b)
}

func (w *written) Stat() (fs.FileInfo, error) {
	f := &w.before
	if w.read {
		f = &w.after
	}
	return fs.Stat(fstest.MapFS{"f": f}, "f")
}

func TestWholeRefusesWhatChanges(t *testing.T) {
	at := func(seconds int64, text string) fstest.MapFile {
		return fstest.MapFile{Data: []byte(text), ModTime: time.Unix(seconds, 0)}
	}
	for name, c := range map[string]struct {
		before, after fstest.MapFile
		ok            bool
	}{
		"nobody writes": {at(1, "a"), at(1, "a"), true},
		"longer":        {at(1, "a"), at(1, "ab"), false},
		"same length":   {at(1, "a"), at(2, "b"), false},
	} {
		text, err := whole("f", &written{Reader: *strings.NewReader("a"), before: c.before, after: c.after})
		if (err == nil) != c.ok || c.ok && string(text) != "a" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		if !c.ok && !strings.Contains(err.Error(), "read f: somebody wrote") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package people

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// state is what an import has got to. It names runs that are on disk for good, and
// for each what the input was up to its end.
type state struct {
	Settings string `json:"settings"`
	Runs     []run  `json:"runs"`
}

// run is a sorted file of the entries of some lines, named by its place in the list.
type run struct {
	Offset  int64  `json:"offset"` // of the input's first byte that it does not have
	Lines   int64  `json:"lines"`  // of the input up to there
	Sum     string `json:"sum"`    // SHA-256 of the input up to there
	Entries int64  `json:"entries"`
	People  int64  `json:"people"`
}

const (
	stateFile = "state.json"
	loadFile  = "people.db"
)

// last is the newest run; before the first, one of nothing.
func (s *state) last() run {
	if len(s.Runs) == 0 {
		return run{}
	}
	return s.Runs[len(s.Runs)-1]
}

func (w *work) runFile(n int) string { return filepath.Join(w.dir, fmt.Sprintf("run-%06d", n)) }

// resume finds what an import has got to, and starts one where there is none, or
// where it was of another input.
func (w *work) resume() error {
	have, err := w.load()
	if err != nil {
		return err
	}
	settings := w.settings()
	input, seekable := w.Input.(io.Seeker)
	if w.Restart || !seekable || have.Settings != settings {
		have = state{}
	}
	kept := 0
	if len(have.Runs) > 0 {
		if kept, err = w.matching(have.Runs); err != nil {
			return err
		}
		if _, err := input.Seek(have.offset(kept), io.SeekStart); err != nil {
			return err
		}
	}
	w.state = state{Settings: settings, Runs: have.Runs[:kept]}
	w.result.Resumed = w.state.last().Lines
	if kept > 0 && kept == len(have.Runs) {
		return nil
	}
	return w.rewind(kept)
}

func (s *state) offset(kept int) int64 {
	if kept == 0 {
		return 0
	}
	return s.Runs[kept-1].Offset
}

// load reads the state of the import before. What is no state is none.
func (w *work) load() (state, error) {
	var s state
	b, err := os.ReadFile(filepath.Join(w.dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if !readState(b, &s) {
		return state{}, nil
	}
	return s, nil
}

func readState(b []byte, s *state) bool { return json.Unmarshal(b, s) == nil }

// matching is the number of runs up to whose end the input is what it was. It reads
// the input from its beginning.
func (w *work) matching(runs []run) (int, error) {
	if _, err := w.Input.(io.Seeker).Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	h, at := sha256.New(), int64(0)
	for n, one := range runs {
		_, err := io.CopyN(h, w.Input, one.Offset-at)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if at = one.Offset; text(h) != one.Sum {
			return n, nil
		}
	}
	w.sum = h
	return len(runs), nil
}

func text(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// rewind drops all that is not of the first runs.
func (w *work) rewind(kept int) error {
	if kept == 0 {
		if err := os.RemoveAll(w.dir); err != nil {
			return err
		}
		return os.Mkdir(w.dir, 0o700)
	}
	if err := os.Remove(filepath.Join(w.dir, loadFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return w.save()
}

// save makes the state durable.
func (w *work) save() error {
	b, err := json.Marshal(&w.state)
	if err != nil {
		return err
	}
	name := filepath.Join(w.dir, stateFile)
	f, err := os.OpenFile(name+"~", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(name+"~", name); err != nil {
		return err
	}
	return syncDir(w.dir)
}

package people

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// maxLine bounds a line in bytes: 64 attributes of 1 KiB, and some 25,000 cookies.
const maxLine = 1 << 20

// tellEvery is how many lines or entries there are between two words of progress.
const tellEvery = 1000

// reading is the first half of an import: from lines to sorted runs.
type reading struct {
	*work
	in      *bufio.Reader
	offset  int64
	total   int64 // bytes of the input; 0: not known
	lines   int64
	people  int64
	pending sorter
	refused refusals
	value   []byte // room
	entry   entry  // room
}

func (w *work) read(ctx context.Context) error {
	last := w.state.last()
	r := &reading{work: w, in: bufio.NewReaderSize(w.Input, maxLine+1), offset: last.Offset, lines: last.Lines}
	if err := r.begin(); err != nil {
		return fmt.Errorf("people: %w", err)
	}
	for {
		if r.lines%tellEvery == 0 {
			if err := ctx.Err(); err != nil {
				return r.interrupted(err)
			}
			w.Progress(Progress{Lines: r.lines, Done: r.offset, Total: r.total})
		}
		line, err := r.in.ReadSlice('\n')
		end := errors.Is(err, io.EOF)
		if err != nil && !end && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("people: %s: %w", w.Name, err)
		}
		if len(line) > 0 && r.line(line, err) {
			return r.refused.err()
		}
		if end {
			break
		}
		if r.pending.size() >= w.Run && len(r.refused) == 0 {
			if err := r.spill(); err != nil {
				return fmt.Errorf("people: %w", err)
			}
		}
	}
	return r.end()
}

// begin knows how the input began, where an import is gone on with.
func (r *reading) begin() error {
	r.pending.reserve(r.Run)
	if f, ok := r.Input.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			r.total = info.Size()
		}
	}
	if r.sum != nil {
		return nil
	}
	if r.sum = sha256.New(); r.offset == 0 {
		return nil
	}
	s := r.Input.(io.Seeker)
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.CopyN(r.sum, r.Input, r.offset)
	return err
}

func (r *reading) interrupted(err error) error {
	if kept := r.state.last().Lines; kept > 0 {
		return fmt.Errorf("people: stopped: %w; the same import goes on behind line %d", err, kept)
	}
	return fmt.Errorf("people: stopped: %w", err)
}

// line takes a line, with its end, and reports whether there is more wrong than
// is worth going on for.
func (r *reading) line(line []byte, err error) (full bool) {
	r.lines++
	r.offset += int64(len(line))
	if errors.Is(err, bufio.ErrBufferFull) || len(line) > maxLine {
		r.refused.add(fmt.Sprintf("%s:%d: the line has more than %d bytes", r.Name, r.lines, maxLine))
		return true
	}
	r.sum.Write(line)
	line = bytes.TrimRight(line, "\r\n")
	if len(bytes.TrimSpace(line)) == 0 {
		return false
	}
	p, err := document.ParsePerson(line, r.Schema.check())
	if err != nil {
		return r.refused.add(r.place(err))
	}
	r.people++
	r.add(&p)
	return false
}

// place says where in the input an error is.
func (r *reading) place(err error) string {
	var at *document.PersonError
	if errors.As(err, &at) {
		return fmt.Sprintf("%s:%d:%d: %s", r.Name, r.lines, at.Offset+1, at.Text)
	}
	return fmt.Sprintf("%s:%d: %v", r.Name, r.lines, err)
}

// add makes the entries of a person.
func (r *reading) add(p *document.Person) {
	key := []byte(p.Key)
	e := &r.entry
	e.attributes = abi.AppendAttributes(e.attributes[:0], p.Attributes)
	e.cookies, e.links = e.cookies[:0], e.links[:0]
	for _, id := range p.Cookies {
		e.cookies = append(e.cookies, id...)
		r.pending.add(ofCookie, id, r.lines, key)
	}
	for _, l := range r.work.links {
		hash := linkHash(l.mac, r.Source, p.Key)
		at := len(e.links)
		e.links = append(append(e.links, l.id), hash[:]...)
		r.pending.add(ofLink, e.links[at:], r.lines, key)
	}
	r.value = e.append(r.value[:0], key)
	r.pending.add(ofPerson, key, r.lines, r.value)
}

func linkHash(mac *seal.MAC, source, key string) [abi.LinkSize]byte {
	return visitor.LinkHash(mac, []byte(source), []byte(key))
}

// spill sorts what is pending into a run, and makes it count.
func (r *reading) spill() error {
	if err := r.pending.write(r.runFile(len(r.state.Runs))); err != nil {
		return err
	}
	// What was loaded lacks this run.
	if err := os.Remove(filepath.Join(r.dir, loadFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.state.Runs = append(r.state.Runs, run{
		Offset: r.offset, Lines: r.lines, Sum: hex.EncodeToString(r.sum.Sum(nil)),
		Entries: r.pending.count(), People: r.people,
	})
	r.people = 0
	r.pending.reset()
	return r.save()
}

// end spills the rest.
func (r *reading) end() error {
	if err := r.refused.err(); err != nil {
		return err
	}
	if r.pending.count() > 0 {
		if err := r.spill(); err != nil {
			return fmt.Errorf("people: %w", err)
		}
	}
	r.result.Lines = r.lines
	if len(r.state.Runs) == 0 {
		r.refused.add(r.Name + ": has no people in it; a source is not emptied by an import")
		return r.refused.err()
	}
	return nil
}

package events

import (
	"bufio"
	"errors"
	"io"
)

// maxLine bounds a line that is read, in bytes: an event has some 300, and logs
// that are cut at all are cut far below.
const maxLine = 1 << 20

// lines gives a reader's lines, each without its end. One that is longer than
// maxLine is passed over and comes as long.
type lines struct {
	in     *bufio.Reader
	number int
	read   int64 // bytes of the lines that were given, with their ends
}

func newLines(r io.Reader) *lines { return &lines{in: bufio.NewReaderSize(r, maxLine)} }

// line is one of them.
type line struct {
	text  string
	ended bool // it has its end: the last one of a file may not
	long  bool
}

// next is the next line; the error is io.EOF when there is none.
func (l *lines) next() (line, error) {
	b, err := l.in.ReadSlice('\n')
	out := line{long: errors.Is(err, bufio.ErrBufferFull)}
	l.read += int64(len(b))
	for errors.Is(err, bufio.ErrBufferFull) {
		var more []byte
		more, err = l.in.ReadSlice('\n')
		l.read += int64(len(more))
		b = b[:0]
	}
	switch {
	case err == nil:
		out.ended = true
	case !errors.Is(err, io.EOF):
		return line{}, err
	case len(b) == 0 && !out.long:
		return line{}, io.EOF
	}
	l.number++
	if out.long {
		return out, nil
	}
	if out.ended {
		b = b[:len(b)-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	out.text = string(b)
	return out, nil
}

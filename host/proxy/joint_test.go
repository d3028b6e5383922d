package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
)

// line is a connection that keeps what it is given, write by write.
type line struct {
	net.Conn
	writes []string
	err    error
}

func (l *line) Write(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	l.writes = append(l.writes, string(p))
	return len(p), nil
}

func (l *line) String() string {
	var b strings.Builder
	for _, w := range l.writes {
		fmt.Fprintf(&b, "%c%d ", w[0], len(w))
	}
	return b.String()
}

// parts is a response that is written to a connection in parts.
type parts struct {
	to    net.Conn
	sizes []int
}

func (p parts) Write(b []byte) (int, error) {
	for i, size := range p.sizes {
		if _, err := p.to.Write(bytes.Repeat([]byte{'a' + byte(i)}, size)); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func TestWritesAreJoined(t *testing.T) {
	for name, c := range map[string]struct {
		sizes []int
		want  string
	}{
		"nothing":               {nil, ""},
		"one":                   {[]int{4096}, "a4096 "},
		"header and body":       {[]int{4096, 16000}, "a20096 "},
		"as much as is kept":    {[]int{4096, 32<<10 - 4096}, "a32768 "},
		"more than is kept":     {[]int{4096, 32<<10 - 4095}, "a4096 b28673 "},
		"more behind that":      {[]int{4096, 40000, 10}, "a4096 b40000 c10 "},
		"header, body, trailer": {[]int{300, 5000, 20, 5}, "a5325 "},
	} {
		t.Run(name, func(t *testing.T) {
			l := &line{}
			j := &joint{Conn: l}
			if n, err := writeJoint(j, parts{j, c.sizes}, []byte("xyz")); n != 3 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			if l.String() != c.want || j.kept != nil {
				t.Errorf("written %q, want %q", l, c.want)
			}
			_, _ = j.Write([]byte("zz")) // what comes behind does not wait
			if l.String() != c.want+"z2 " {
				t.Errorf("then written %q", l)
			}
		})
	}
}

func TestJoinedWritesFail(t *testing.T) {
	broken := errors.New("broken pipe")
	for _, sizes := range [][]int{{4096}, {4096, 16000}, {4096, 40000}} {
		j := &joint{Conn: &line{err: broken}}
		if _, err := writeJoint(j, parts{j, sizes}, nil); !errors.Is(err, broken) {
			t.Errorf("%v: error %v", sizes, err)
		}
		if j.kept != nil || j.joining {
			t.Errorf("%v: still joining", sizes)
		}
	}
}

type panicking struct{ net.Conn }

func (p panicking) Write([]byte) (int, error) {
	_, _ = p.Conn.Write([]byte("half"))
	panic("no more")
}

// A handler that panics leaves nothing behind: its connection is closed, or goes
// on with another answer.
func TestPanicWhileJoining(t *testing.T) {
	l := &line{}
	j := &joint{Conn: l}
	func() {
		defer func() { _ = recover() }()
		_, _ = writeJoint(j, panicking{j}, nil)
	}()
	if j.joining || l.String() != "h4 " {
		t.Errorf("joining %t, written %q", j.joining, l)
	}
}

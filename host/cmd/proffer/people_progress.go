package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/profferhq/proffer/host/store/people"
)

// progress says how far an import is: on a terminal in one line that changes, else
// in a line every ten seconds.
type progress struct {
	out      io.Writer
	terminal bool
	every    time.Duration
	now      func() time.Time

	half  people.Progress // the first word of the half that is under way
	began time.Time       // it
	last  time.Time       // word
	wide  int             // what stands on the terminal
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, every: 10 * time.Second, now: time.Now}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if p.terminal {
		p.every = 200 * time.Millisecond
	}
	return p
}

func (p *progress) show(at people.Progress) {
	now := p.now()
	if p.began.IsZero() || at.Writing != p.half.Writing {
		p.half, p.began = at, now
		if p.last.IsZero() {
			p.last = now
		}
	}
	if now.Sub(p.last) < p.every {
		return
	}
	p.last = now
	line := p.line(at, now.Sub(p.began))
	if !p.terminal {
		fmt.Fprintln(p.out, line)
		return
	}
	fmt.Fprintf(p.out, "\r%-*s", p.wide, line)
	p.wide = len(line)
}

// line is "reading [#####     ] 45%  450000 lines  95000/s  6s left".
func (p *progress) line(at people.Progress, took time.Duration) string {
	word, unit := "reading", "lines"
	if at.Writing {
		word, unit = "writing", "entries"
	}
	var b strings.Builder
	b.WriteString(word)
	if at.Total > 0 {
		share := min(float64(at.Done)/float64(at.Total), 1)
		if p.terminal {
			fmt.Fprintf(&b, " [%-20s]", strings.Repeat("#", int(20*share)))
		}
		fmt.Fprintf(&b, " %d%%", int(100*share))
	}
	fmt.Fprintf(&b, "  %d %s", at.Lines, unit)
	if took > 0 {
		fmt.Fprintf(&b, "  %.0f/s", float64(at.Lines-p.half.Lines)/took.Seconds())
	}
	if done := at.Done - p.half.Done; at.Total > 0 && done > 0 {
		left := time.Duration(float64(took) * float64(at.Total-at.Done) / float64(done))
		fmt.Fprintf(&b, "  %s left", max(left, 0).Round(time.Second))
	}
	return b.String()
}

// end leaves the terminal at the beginning of an empty line.
func (p *progress) end() {
	if p.wide > 0 {
		fmt.Fprintf(p.out, "\r%*s\r", p.wide, "")
	}
}

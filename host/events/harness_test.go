package events_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/profferhq/proffer/host/events"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

// lineOf is an event as the module writes it.
func lineOf(e *events.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%se=%s&t=%d", events.Prefix, e.Kind, e.Time)
	if e.Subject != "" {
		b.WriteString("&a=" + e.Subject)
	}
	for _, pair := range [][2]string{
		{"i", e.Interaction}, {"p", e.Proposition}, {"v", e.Environment}, {"s", e.Space}, {"c", e.Channel}, {"o", e.Offer},
	} {
		if pair[1] != "" {
			b.WriteString("&" + pair[0] + "=" + url.QueryEscape(pair[1]))
		}
	}
	if e.Rank > 0 {
		fmt.Fprintf(&b, "&r=%d", e.Rank)
	}
	if e.Mode != "" {
		b.WriteString("&m=" + e.Mode)
	}
	if e.Fallback {
		b.WriteString("&f=1")
	}
	return b.String()
}

// event is one of a proposition of its own.
func event(kind events.Kind, n int, at time.Time) events.Event {
	return events.Event{
		Time: at.UnixMilli(), Kind: kind, Proposition: fmt.Sprintf("%016x", n),
		Environment: "visitors", Space: "hero", Channel: "web", Offer: "2026:beach.1",
	}
}

// erased is the event of a subject that was erased.
func erased(subject string, at time.Time) events.Event {
	return events.Event{Time: at.UnixMilli(), Kind: events.Erased, Subject: subject}
}

func bytesOf(lines ...string) (out [][]byte) {
	for _, l := range lines {
		out = append(out, []byte(l))
	}
	return out
}

func open(t testing.TB, c events.Config) *events.Log {
	t.Helper()
	if c.Clock == nil {
		c.Clock = func() time.Time { return noon }
	}
	l, err := events.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closing(t testing.TB, l *events.Log) {
	t.Helper()
	if err := l.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// written is what a directory's files hold, by name.
func written(t testing.TB, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(name)] = string(b)
	}
	return out
}

// save writes a file of a directory.
func save(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read are all events of a directory, as the files write them.
func read(t testing.TB, dir string) (out []string, skipped events.Skipped) {
	t.Helper()
	p, err := events.Days("", "", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	skipped, err = events.Read(dir, p, func(e *events.Event) error {
		out = append(out, string(e.AppendJSON(nil)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, skipped
}

// random draws an event of few propositions, so that they meet.
func random(r *rand.Rand) events.Event {
	kind := events.Kind(r.IntN(6))
	n := r.IntN(40)
	e := event(kind, n, noon.Add(time.Duration(r.IntN(72*60))*time.Minute))
	e.Offer = fmt.Sprintf("offer%d", n%5)
	e.Space = []string{"hero", "side"}[n%2]
	e.Environment = []string{"visitors", "customers"}[n%3%2]
	if kind <= events.Shown {
		e.Interaction, e.Rank, e.Mode = fmt.Sprintf("%032x", n), 1+n%3, "anonymous"
		e.Fallback = n%7 == 0
	} else if r.IntN(8) == 0 {
		e.Offer = "#0123abcd"
	}
	if n%4 > 0 && r.IntN(3) > 0 {
		e.Subject = fmt.Sprintf("%016x", n%9)
	}
	return e
}

func jsonOf(list []events.Event) string {
	var b bytes.Buffer
	for i := range list {
		b.Write(append(list[i].AppendJSON(nil), '\n'))
	}
	return b.String()
}

package caddy

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestEventsOfWhatLingers: a page that comes after a reload without the handler is in
// Caddy's log, as every other.
func TestEventsOfWhatLingers(t *testing.T) {
	s := newSite(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	behind := serveOn(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(own))
	})})
	s.load("engine native\nevents", "reverse_proxy "+behind)
	got := make(chan string, 1)
	go func() { got <- s.ask("/").body }()
	<-asked
	s.loadJSON(map[string]any{"handler": "static_response", "body": "ok"})
	close(answer)
	if body := <-got; body != offered("first 0") {
		t.Fatalf("the page: %s", body)
	}
	s.until("the log has what was decided", func() bool {
		b, err := os.ReadFile(s.path("log"))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, `"proffer-event/1 e=decided`) && strings.Contains(line, `"logger":"http.handlers.proffer"`) {
				return true
			}
		}
		return false
	})
}

// failing is a log that is full.
type failing struct{ slog.Handler }

func (failing) Enabled(context.Context, slog.Level) bool { return true }

func (failing) Handle(context.Context, slog.Record) error { return errors.New("full") }

// TestEventsThatNobodyLogs: an acceptance is acknowledged when it is in a log.
func TestEventsThatNobodyLogs(t *testing.T) {
	s := newSite(t)
	commit := func() error {
		all := present.sorted()
		if len(all) != 1 {
			t.Fatalf("%d run, want 1", len(all))
		}
		return eventLines{all[0].logger}.Commit(t.Context(), [][]byte{[]byte("a line")})
	}
	text := s.caddyfile("engine native\nevents", "respond ok")
	if err := s.try(text); err != nil {
		t.Fatal(err)
	}
	if err := commit(); err != nil || s.told("a line") != 1 {
		t.Errorf("%v, and the line is there %d times, want once", err, s.told("a line"))
	}
	if err := s.try(strings.Replace(text, "format json", "format json\nlevel ERROR", 1)); err != nil {
		t.Fatal(err)
	}
	s.until("the log takes no such lines", func() bool { return commit() != nil })
	if err := (eventLines{slog.New(failing{})}).Commit(t.Context(), [][]byte{[]byte("a line")}); err == nil || err.Error() != "full" {
		t.Errorf("a log that is full: %v", err)
	}
}

package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

var secret = bytes.Repeat([]byte{7}, 24)

// lineOf is an event line as a store has it.
func lineOf(k events.Kind, n int, at time.Time) string {
	if k == events.Erased {
		return fmt.Sprintf("proffer-event/1 e=erased&t=%d&a=%016x", at.UnixMilli(), n)
	}
	return fmt.Sprintf("proffer-event/1 e=%s&t=%d&p=%016x&v=visitors&s=hero&c=web&o=beach&a=%016x", k, at.UnixMilli(), n, n%7)
}

func (o *outbox) put(t testing.TB, k events.Kind, n int) {
	t.Helper()
	if _, err := o.add(k, lineOf(k, n, noon)); err != nil {
		t.Fatal(err)
	}
}

// received is an event as the receiver has it.
type received struct {
	ID, Event, Proposition, Subject string
}

func (r *received) seq() int {
	number, _, _ := strings.Cut(r.ID, "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		panic(err)
	}
	return n
}

// receiver is a webhook's other end: it takes what judge lets it, checks all that
// a receiver can check, and drops repeats.
type receiver struct {
	judge func(n int, list []received) int // of the n-th request, from 0; nil: 200

	mu       sync.Mutex
	requests int
	first    []received // in the order in which each came first
	content  map[string]received
	repeats  int
	broken   error // what was wrong with a request
}

func (v *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	n := v.requests
	v.requests++
	list, err := open(r, body)
	if err != nil {
		v.broken = errors.Join(v.broken, err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	status := http.StatusOK
	if v.judge != nil {
		status = v.judge(n, list)
	}
	if status == http.StatusOK {
		v.take(list)
	}
	w.WriteHeader(status)
}

func (v *receiver) take(list []received) {
	if v.content == nil {
		v.content = map[string]received{}
	}
	for _, e := range list {
		known, ok := v.content[e.ID]
		switch {
		case !ok:
			v.content[e.ID] = e
			v.first = append(v.first, e)
		case known != e:
			v.broken = errors.Join(v.broken, fmt.Errorf("%s is %+v and %+v", e.ID, known, e))
		default:
			v.repeats++
		}
	}
}

// open checks a request as Standard Webhooks 1.0.0 says, and reads it.
func open(r *http.Request, body []byte) ([]received, error) {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		return nil, fmt.Errorf("%s of %q", r.Method, r.Header.Get("Content-Type"))
	}
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if got := strings.Fields(r.Header.Get("webhook-signature")); len(got) == 0 || got[0] != want || len(r.Header.Get("webhook-id")) != 32 {
		return nil, fmt.Errorf("signatures are %q, want %q", got, want)
	}
	var object struct{ Events []received }
	if err := json.Unmarshal(body, &object); err != nil || len(object.Events) == 0 {
		return nil, fmt.Errorf("%q: %w", body, err)
	}
	return object.Events, nil
}

// inOrder checks what came: no event before one that stood before it.
func (v *receiver) inOrder(t fataler) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.broken != nil {
		t.Fatalf("%v", v.broken)
	}
	for i := 1; i < len(v.first); i++ {
		if a, b := v.first[i-1].seq(), v.first[i].seq(); a >= b {
			t.Fatalf("%d came before %d", a, b)
		}
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// within is a transport that calls a handler.
type within struct{ http.Handler }

func (h within) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// logged is a log that can be read while it is written.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// bench is all that a test needs around a sender.
type bench struct {
	config   webhook.Config
	outbox   *outbox
	log      *logged
	registry *prometheus.Registry
	empty    chan struct{} // gets a value whenever the outbox is empty
}

func newBench(t testing.TB, address string) *bench {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{outbox: newOutbox(), log: new(logged), registry: prometheus.NewRegistry(), empty: make(chan struct{}, 1)}
	b.outbox.changed = func(left int) {
		if left > 0 {
			return
		}
		select {
		case b.empty <- struct{}{}:
		default:
		}
	}
	b.config = webhook.Config{
		Outbox: b.outbox, URL: u, Secrets: [][]byte{secret}, Refused: filepath.Join(t.TempDir(), "refused.jsonl"), AllowPrivate: true,
		Clock: func() time.Time { return noon }, Logger: slog.New(slog.NewTextHandler(b.log, nil)), Registerer: b.registry,
	}
	return b
}

func (b *bench) open(t testing.TB, with webhook.Seams) *webhook.Sender {
	t.Helper()
	s, err := webhook.OpenWith(b.config, with)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closing(t testing.TB, s *webhook.Sender) {
	t.Helper()
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// metric is the value of proffer_webhook_….
func (b *bench) metric(t testing.TB, name string) float64 {
	t.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "proffer_webhook_"+name {
			m := f.GetMetric()[0]
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// aside are the ids in the file of refused events.
func (b *bench) aside(t fataler) (out []string) {
	t.Helper()
	text, err := os.ReadFile(b.config.Refused)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	for line := range strings.Lines(string(text)) {
		var object struct{ ID, Line, Why string }
		if err := json.Unmarshal([]byte(line), &object); err != nil || object.Line == "" || object.Why == "" {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, object.ID)
	}
	return out
}

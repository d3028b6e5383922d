package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// verdict is what became of a request.
type verdict uint8

const (
	taken   verdict = iota // all of its events
	later                  // nothing is known, or the receiver has no time
	refused                // perhaps for one of the events
	barred                 // whatever the events are
)

// outcome is what became of a request, and why.
type outcome struct {
	verdict verdict
	status  int           // 0: no answer
	asked   time.Duration // for which the receiver wants to be left alone
	why     error         // unless taken
}

// maxQuote is how much of an answer is looked at, in bytes: enough to say what is
// wrong, and to have the connection back.
const maxQuote = 4 << 10

// send sends events.
func (s *Sender) send(ctx context.Context, list []entry) outcome {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	b := body(list)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.URL.String(), bytes.NewReader(b))
	if err != nil {
		return outcome{verdict: barred, why: plain(err)}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "proffer")
	now := s.config.Clock()
	sign(r.Header, b, now, s.config.Secrets)
	answer, err := s.client.Do(r)
	if err != nil {
		return outcome{verdict: later, why: plain(err)}
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxQuote)) // the status has said all
	o := outcome{verdict: judge(answer.StatusCode), status: answer.StatusCode, asked: retryAfter(answer.Header, now)}
	if o.verdict != taken {
		o.why = fmt.Errorf("answered %d: %.200q", o.status, text)
	}
	if o.verdict == refused || o.verdict == barred {
		s.metrics.refused.Inc()
	}
	return o
}

// judge says what a status means for the events of a request.
func judge(status int) verdict {
	switch {
	case status >= 200 && status < 300:
		return taken
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return later
	case status == http.StatusBadRequest, status == http.StatusConflict,
		status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		return refused
	}
	return barred
}

// retryAfter is how long the receiver wants to be left alone (RFC 9110, section
// 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, longestAsked)
	}
	t, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, min(t.Sub(now), longestAsked))
}

// plain is an error without the URL, which may hold a secret.
func plain(err error) error {
	if u := new(url.Error); errors.As(err, &u) {
		return u.Err
	}
	return err
}

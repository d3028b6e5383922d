package config

import (
	"fmt"
	"net/netip"
	"time"
)

// Limits bound what "serve" takes on; it has the defaults, which a zero stands for.
type Limits struct {
	Connections int           // open at a time, from visitors
	Requests    int           // in flight
	Decisions   int           // requests in flight up to which pages get offers
	Streams     int           // requests in flight on one connection of HTTP/2
	HeaderBytes int           // of a request
	HeaderTime  time.Duration // for it to come, and for a TLS handshake
	BodyBytes   int64         // of a request
	BodyIdle    time.Duration // how long a request's body may pause
	WriteIdle   time.Duration // how long a visitor may take nothing of an answer
	Idle        time.Duration // how long a connection may wait for its next request
	Notice      time.Duration // between /readyz saying that this is the end, and the end
	Drain       time.Duration // that requests in flight have to end
}

type limitsText struct {
	Connections *int   `json:"connections"`
	Requests    *int   `json:"requests"`
	Decisions   *int   `json:"decisions"`
	Streams     *int   `json:"streams"`
	HeaderBytes *int   `json:"header_bytes"`
	HeaderMS    *int   `json:"header_ms"`
	BodyBytes   *int64 `json:"body_bytes"`
	BodyIdleMS  *int   `json:"body_idle_ms"`
	WriteIdleMS *int   `json:"write_idle_ms"`
	IdleMS      *int   `json:"idle_ms"`
	NoticeMS    *int   `json:"notice_ms"`
	DrainMS     *int   `json:"drain_ms"`
}

// These bounds are far beyond any use. A header is held in memory as a whole.
const (
	maxConnections = 1 << 20
	minHeaderBytes = 1 << 10
	maxHeaderBytes = 1 << 20
	maxStreams     = 10_000
	maxMS          = 24 * 60 * 60 * 1000
)

func (f *File) parseLimits(t *limitsText) error {
	l := &f.Limits
	for _, n := range []struct {
		dst       *int
		src       *int
		name      string
		low, high int
	}{
		{&l.Connections, t.Connections, "connections", 1, maxConnections},
		{&l.Requests, t.Requests, "requests", 1, maxConnections},
		{&l.Decisions, t.Decisions, "decisions", 1, maxConnections},
		{&l.Streams, t.Streams, "streams", 1, maxStreams},
		{&l.HeaderBytes, t.HeaderBytes, "header_bytes", minHeaderBytes, maxHeaderBytes},
	} {
		if err := setWithin(n.dst, n.src, "limits."+n.name, n.low, n.high); err != nil {
			return err
		}
	}
	for _, d := range []struct {
		dst  *time.Duration
		src  *int
		name string
	}{
		{&l.HeaderTime, t.HeaderMS, "header_ms"}, {&l.BodyIdle, t.BodyIdleMS, "body_idle_ms"},
		{&l.WriteIdle, t.WriteIdleMS, "write_idle_ms"}, {&l.Idle, t.IdleMS, "idle_ms"},
		{&l.Notice, t.NoticeMS, "notice_ms"}, {&l.Drain, t.DrainMS, "drain_ms"},
	} {
		ms := 0
		if err := setWithin(&ms, d.src, "limits."+d.name, 1, maxMS); err != nil {
			return err
		}
		*d.dst = time.Duration(ms) * time.Millisecond
	}
	if l.Decisions > 0 && l.Requests > 0 && l.Decisions > l.Requests {
		return fmt.Errorf("limits.decisions %d is above limits.requests %d", l.Decisions, l.Requests)
	}
	return setNumber(&l.BodyBytes, t.BodyBytes, "limits.body_bytes")
}

// setWithin takes a number that is written.
func setWithin(dst, src *int, name string, low, high int) error {
	if src == nil {
		return nil
	}
	if *src < low || *src > high {
		return fmt.Errorf("%s is %d (have %d..%d)", name, *src, low, high)
	}
	*dst = *src
	return nil
}

// Origin says what of an origin is let through.
type Origin struct {
	Networks []netip.Prefix // where its name may lead besides where sites are
}

func (f *File) parseNetworks(list []string) error {
	for _, s := range list {
		p, err := parsePeer(s)
		if err != nil {
			return fmt.Errorf("origin.networks: %q is neither an address nor a network like 169.254.7.0/24", s)
		}
		f.Origin.Networks = append(f.Origin.Networks, p)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/record"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/host/store/remote"
	"github.com/profferhq/proffer/plugin/abi"
)

// storage is the store that a process serves from; nil where visitors are kept in
// their browsers.
type storage struct {
	*bolt.Store
	url      string
	dir      string
	people   *people.People
	requests *record.Writer // that are recorded, and name visitors; nil: none are
	recorded string         // where they are
	pages    *proxy.Middleware
	logger   *slog.Logger
}

// lookupWait is how long a page waits for the store; 0 is the proxy's default. Tests,
// which hold a busy machine to what pages show, have it longer.
var lookupWait time.Duration

// inBrowsers is the URL of no store.
const inBrowsers = "cookie:"

// openStore opens the store that the command line names.
func (c *serveCommand) openStore(f *config.File, registry *prometheus.Registry, logger *slog.Logger) (*storage, error) {
	if c.Store == inBrowsers || c.Store == "" {
		return nil, nil
	}
	dir, ok := strings.CutPrefix(c.Store, "file:")
	if !ok || dir == "" {
		return nil, fmt.Errorf("--store %q is neither %s nor file:DIR", c.Store, inBrowsers)
	}
	settings := bolt.Config{
		Dir: dir, Delay: time.Duration(f.Store.DelayMS) * time.Millisecond, MaxVisitors: f.Store.MaxVisitors,
		OutboxBytes: f.Store.OutboxBytes, Clock: c.clock, Logger: logger, Registerer: registry,
	}
	if f.Webhook.URL == nil && f.Store.OutboxBytes == 0 {
		settings.OutboxBytes = -1 // nobody would take anything out of it
	}
	known, err := people.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("--store %s: %w", c.Store, err)
	}
	settings.People, settings.HasSource = known, known.Has
	s, err := bolt.Open(settings)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--store %s: %w", c.Store, err), known.Close())
	}
	if err := known.Err(); err != nil {
		logger.Error("people cannot be read", "error", err)
	}
	out := &storage{Store: s, url: c.Store, dir: dir, people: known, logger: logger}
	if c.opened != nil {
		c.opened(out)
	}
	return out, nil
}

// retain tells the store how long what is kept, as a catalog says.
func (s *storage) retain(visitors, propositions time.Duration) {
	if s != nil {
		s.Retain(visitors, propositions)
	}
}

// outbox are the events to be delivered, nil if there are none, and the directory of
// what could not be.
func (s *storage) outbox() (store.Outbox, string) {
	if s == nil {
		return nil, ""
	}
	return s, s.dir
}

// records notes where requests are recorded.
func (s *storage) records(r recorder, dir string) {
	if s != nil {
		s.requests, s.recorded = r.Writer, dir
	}
}

// serves notes whose store it is.
func (s *storage) serves(m *proxy.Middleware) {
	if s != nil {
		s.pages = m
	}
}

// Erase erases all that is kept of a subject, as the visitor or a peer wishes. Of
// such wishes there may be many: what was in free pages of the file is overwritten a
// little later, for all of them at once.
func (s *storage) Erase(ctx context.Context, who store.Subject) error {
	all := s.subjects()
	all.state = forgetful{s.Store}
	_, err := all.erase(ctx, who)
	return err
}

// subjects are those of whom something is kept.
func (s *storage) subjects() *subjects {
	return &subjects{state: s.Store, people: s.people, requests: requests{s.recorded, s.requests}, logger: s.logger}
}

// forgetful is a store that does not wait until nothing of a visitor is left in free
// pages of its file.
type forgetful struct{ *bolt.Store }

// Erase erases a subject, and does not say whether it was known.
func (f forgetful) Erase(ctx context.Context, who store.Subject) error {
	if who.Key != "" {
		return f.Store.Erase(ctx, who)
	}
	return f.Append(ctx, &store.Change{
		Changes: abi.Changes{Visitor: who.Visitor[:], Forget: true}, Since: store.Always, Durable: true,
	})
}

// drain waits for what pages have shown to be taken in.
func (s *storage) drain() {
	if s == nil || s.pages == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := s.pages.Close(ctx); err != nil {
		s.logger.Error("what was shown last may be lost", "error", err)
	}
}

// close ends it, with everything on the disk.
func (s *storage) close() {
	if s == nil {
		return
	}
	if err := errors.Join(s.Store.Close(), s.people.Close()); err != nil {
		s.logger.Error("the store was not closed", "error", err)
	}
}

// tell says how the store is, for /readyz. Pages go on in any case.
func (s *storage) tell(w io.Writer) {
	trouble := errors.Join(s.pages.StoreTrouble(), s.people.Err())
	if trouble == nil {
		fmt.Fprintf(w, "store %s works\n", s.url)
		return
	}
	fmt.Fprintf(w, "store %s does not work, pages are decided by cookies: %s\n", s.url, strings.ReplaceAll(trouble.Error(), "\n", "; "))
}

// store adds POST /v1/record and POST /v1/events, and what /readyz says of a store.
func (a *admin) store(s *storage, sink proxy.Events) {
	if s == nil {
		return
	}
	a.tell(s.tell)
	peers := &remote.Server{Store: s, Authorize: a.authorize}
	if sink != nil {
		peers.Events = sink
	}
	a.private("POST /v1/record", http.HandlerFunc(peers.Record))
	a.private("POST /v1/events", http.HandlerFunc(peers.Tell))
	a.subjects(s.subjects())
}

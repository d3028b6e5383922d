package service

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/people"
)

// InBrowsers is the URL of no store.
const InBrowsers = "cookie:"

// StorageConfig says where visitors are kept, and who is told what they do.
type StorageConfig struct {
	URL        string // file:DIR, or InBrowsers
	Store      config.Store
	Webhook    config.Webhook
	Clock      func() time.Time
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// Storage is a store in a directory, with the people there and with the webhook that
// its events go to. It is for one process, in which several instances may share it.
type Storage struct {
	*bolt.Store
	url    string
	people *people.People
	outbox bool // it keeps events for somebody
	ends   func()
	logger *slog.Logger
}

// OpenStorage opens one, which is nil where visitors are kept in their browsers.
func OpenStorage(c StorageConfig) (*Storage, error) {
	if c.URL == InBrowsers || c.URL == "" {
		if c.Webhook.URL != nil {
			return nil, errors.New("webhook needs a store: file:DIR")
		}
		return nil, nil
	}
	dir, ok := strings.CutPrefix(c.URL, "file:")
	if !ok || dir == "" {
		return nil, fmt.Errorf("store %q is neither %s nor file:DIR", c.URL, InBrowsers)
	}
	s, err := openStorage(c, dir)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", c.URL, err)
	}
	if c.Webhook.URL == nil {
		return s, nil
	}
	if s.ends, err = deliver(c, s, dir); err != nil {
		return nil, errors.Join(err, s.Store.Close(), s.people.Close())
	}
	return s, nil
}

// openStorage opens store and people.
func openStorage(c StorageConfig, dir string) (*Storage, error) {
	settings := bolt.Config{
		Dir: dir, Delay: time.Duration(c.Store.DelayMS) * time.Millisecond, MaxVisitors: c.Store.MaxVisitors,
		OutboxBytes: c.Store.OutboxBytes, Clock: c.Clock, Logger: c.Logger, Registerer: c.Registerer,
	}
	outbox := c.Webhook.URL != nil || c.Store.OutboxBytes > 0
	if !outbox {
		settings.OutboxBytes = -1 // nobody would take anything out of it
	}
	known, err := people.Open(dir)
	if err != nil {
		return nil, err
	}
	settings.People, settings.HasSource = known, known.Has
	s, err := bolt.Open(settings)
	if err != nil {
		return nil, errors.Join(err, known.Close())
	}
	if err := known.Err(); err != nil {
		c.Logger.Error("people cannot be read", "error", err)
	}
	return &Storage{Store: s, url: c.URL, people: known, outbox: outbox, logger: c.Logger}, nil
}

// End ends it, with everything on the disk, after the instances that share it.
func (s *Storage) End() {
	if s == nil {
		return
	}
	if s.ends != nil {
		s.ends()
	}
	if err := errors.Join(s.Store.Close(), s.people.Close()); err != nil {
		s.logger.Error("the store was not closed", "error", err)
	}
}

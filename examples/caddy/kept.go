package caddy

import (
	"fmt"
	"log/slog"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/service"
)

// storage is where visitors are kept, nil where that is their browsers.
func (r *running) storage(f *config.File) (*service.Storage, error) {
	c := service.StorageConfig{URL: r.options.store, Store: f.Store, Webhook: f.Webhook}
	if c.URL == service.InBrowsers {
		return service.OpenStorage(c) // or what is wrong with that
	}
	s, metrics, release, err := storages.take(c.URL, fmt.Sprint(f.Store, f.Webhook), r.logs, func(logger *slog.Logger, m *collected) (*service.Storage, func(), error) {
		c.Logger, c.Registerer = logger, m
		s, err := service.OpenStorage(c)
		return s, s.End, err
	})
	if err != nil {
		return nil, err
	}
	r.ends, r.metrics = append(r.ends, release), append(r.metrics, metrics)
	return s, nil
}

// journal is what gets what is shown and what comes of it, or nil.
func (r *running) journal(f *config.File, subjects bool) (proxy.Events, error) {
	if r.options.events {
		return eventLines{r.logger}, nil
	}
	if f.Events.Dir == "" {
		return nil, nil
	}
	e, metrics, release, err := journals.take(f.Events.Dir, fmt.Sprint(f.Events, subjects), r.logs, func(logger *slog.Logger, m *collected) (proxy.Events, func(), error) {
		return service.OpenEvents(service.EventsConfig{Events: f.Events, Subjects: subjects, Logger: logger, Registerer: m})
	})
	if err != nil {
		return nil, err
	}
	r.ends, r.metrics = append(r.ends, release), append(r.metrics, metrics)
	return e, nil
}

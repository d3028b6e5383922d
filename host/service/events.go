package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/events"
	"github.com/profferhq/proffer/host/proxy"
)

// EventsConfig says where files of events are.
type EventsConfig struct {
	config.Events
	Subjects   bool // a store gives events the alias of their subject
	Clock      func() time.Time
	Registerer prometheus.Registerer
	Logger     *slog.Logger
}

// OpenEvents has events written into files, if there is a directory for them; what it
// gives ends that, with everything written. They are for one process, in which several
// instances may share them.
func OpenEvents(c EventsConfig) (sink proxy.Events, end func(), err error) {
	if c.Dir == "" {
		return nil, func() {}, nil
	}
	log, err := events.Open(events.Config{
		Dir: c.Dir, MaxBytes: c.MaxBytes, KeepDays: c.KeepDays, Registerer: c.Registerer, Logger: c.Logger, Clock: c.Clock,
		Subjects: c.Subjects,
	})
	if err != nil {
		return nil, nil, err
	}
	return log, func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
		defer cancel()
		if err := log.Close(ctx); err != nil {
			c.Logger.Error("events may be lost", "error", err)
		}
	}, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/service"
)

type serveCommand struct {
	Origin  string `required:"" help:"The site that pages come from." placeholder:"URL"`
	Catalog string `required:"" help:"Catalog directory, catalog file or snapshot; what is saved there is checked and swapped in." placeholder:"DIR|FILE"`
	Keys    string `required:"" help:"Keys file; what is saved there is checked and in force at once. Make one with: proffer keys new." placeholder:"FILE"`
	Config  string `help:"Configuration file (JSON)." placeholder:"FILE"`
	Listen  string `default:":8080" help:"Address for visitors."`
	Admin   string `default:"127.0.0.1:9090" help:"Address for operators: /healthz, /readyz, /metrics, /v1/paused, /explain to see why an offer is shown or not, and, with a peer token, what is kept of visitors and people. By other names than localhost: admin_hosts in the configuration file."`
	Paused  string `help:"File of paused offers and spaces (JSON); the admin listener writes it, and what is saved there is in force at once." placeholder:"FILE"`
	Store   string `default:"cookie:" placeholder:"cookie:|file:DIR" help:"Where visitors are kept: cookie: (in their browsers), or file:DIR (in a directory of this machine, with the people of: proffer people import)."`
	Record  string `help:"Directory where requests are recorded, to be repeated and explained by: proffer decide --record. With consent only, for 7 days at most." placeholder:"DIR"`
	Events  string `help:"Directory for files of what is shown, seen, clicked, accepted and rejected; see: proffer events --help." placeholder:"DIR"`
	TLSCert string `name:"tls-cert" help:"Certificate of the address for visitors, with its chain (PEM). With it they come by https alone, with HTTP/2, and their cookies are for https. What is saved there is checked and in force at once." placeholder:"FILE"`
	TLSKey  string `name:"tls-key" help:"Its key (PEM), readable by its owner alone." placeholder:"FILE"`
	engineOptions
	clock func() time.Time                     // nil = time.Now
	after func(time.Duration) <-chan time.Time // nil = time.After

	opened func(*service.Storage) // told of it, or nil
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	return c.serve(ctx, s)
}

func (c *serveCommand) serve(ctx context.Context, s streams) error {
	origin, err := parseOrigin(c.Origin)
	if err != nil {
		return err
	}
	file, err := c.settings()
	if err != nil {
		return err
	}
	logger := newLogger(&file, s.err)
	// What net/http would write past the logger is what an origin sends
	// unasked, which may be what a visitor asked with.
	log.SetOutput(io.Discard)
	c.logger = logger
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	running, end, err := c.start(ctx, &file, registry, logger, textTo(s.err))
	if err != nil {
		return err
	}
	defer end()
	shown, err := c.openCertificate(registry, logger)
	if err != nil {
		return err
	}
	defer shown.close()
	operators := newAdmin(running, registry, c.adminHosts(&file))
	visitors := &listening{limits: withDefaults(file.Limits), certificate: shown, ending: operators.End, registry: registry, logger: logger, after: time.After}
	if c.after != nil {
		visitors.after = c.after
	}
	pages := running.Pages.Limit(proxy.NewReverseProxy(running.Pages, origin))
	return c.run(ctx, visitors, pages, operators, []func(context.Context){running.Follow, shown.follow})
}

// lookupWait is how long a page waits for the store; 0 is the proxy's default. Tests,
// which hold a busy machine to what pages show, have it longer.
var lookupWait time.Duration

// start makes what answers visitors; end frees it.
func (c *serveCommand) start(ctx context.Context, f *config.File, registry *prometheus.Registry, logger *slog.Logger, tell printer) (running *service.Instance, end func(), err error) {
	storage, err := service.OpenStorage(service.StorageConfig{
		URL: c.Store, Store: f.Store, Webhook: f.Webhook, Clock: c.clock, Registerer: registry, Logger: logger,
	})
	if err != nil {
		return nil, nil, err
	}
	if c.opened != nil {
		c.opened(storage)
	}
	if c.Events != "" {
		f.Events.Dir = c.Events
	}
	sink, endEvents, err := service.OpenEvents(service.EventsConfig{
		Events: f.Events, Subjects: storage != nil, Clock: c.clock, Registerer: registry, Logger: logger,
	})
	if err != nil {
		storage.End()
		return nil, nil, err
	}
	beside := func() {
		endEvents()
		storage.End()
	}
	running, err = service.Open(ctx, service.Config{
		File: *f, Catalog: c.Catalog, Keys: c.Keys, Paused: c.Paused, Record: c.Record, Engine: c.open,
		Tell: tell, Storage: storage, Events: sink, LookupWait: lookupWait, Clock: c.clock, Registerer: registry, Logger: logger,
	})
	if err != nil {
		beside()
		return nil, nil, err
	}
	return running, func() {
		running.Close()
		beside()
	}, nil
}

// adminHosts are the names by which the admin listener is reached.
func (c *serveCommand) adminHosts(f *config.File) []string {
	hosts := f.AdminHosts
	if name, _, err := net.SplitHostPort(c.Admin); err == nil && name != "" {
		hosts = append(hosts, strings.ToLower(name))
	}
	return hosts
}

func parseOrigin(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("--origin %q is not a URL like http://127.0.0.1:3000", s)
	}
	return u, nil
}

func (c *serveCommand) settings() (config.File, error) {
	if c.Config == "" {
		return config.Default(), nil
	}
	return config.Load(c.Config)
}

func newLogger(f *config.File, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.LogLevel)) // checked when the file was read
	o := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// run serves visitors and operators and follows files until ctx ends, then lets
// requests in flight finish.
func (c *serveCommand) run(ctx context.Context, s *listening, pages, admin http.Handler, follow []func(context.Context)) error {
	var err error
	if s.listeners, err = listen(c.Listen, c.Admin, s.limits); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := s.start(pages, admin)
	for _, f := range follow {
		go f(ctx)
	}
	s.logger.Info("serving", "pages", s.url(), "admin", "http://"+s.listeners.operators.Addr().String(), "origin", c.Origin)
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	cancel()
	return errors.Join(err, s.end())
}

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
	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
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
	sink  proxy.Events                         // nil = events are not kept
	after func(time.Duration) <-chan time.Time // nil = time.After

	memory   func(context.Context) // watches it
	overload func(io.Writer)       // says that there is one
	visitors *storage              // nil = in their browsers
	opened   func(*storage)        // told of it, or nil
	// Set while it serves: who tells of people, beside the module; nil: nobody.
	person  func(*http.Request) (source, key string, ok bool)
	keyring func() *seal.Keyring
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
	k := &live.Keys{File: c.Keys, Logger: logger}
	defer k.Close()
	if err := k.Open(); err != nil {
		return err
	}
	p := &pauses{file: c.Paused, logger: logger}
	if err := p.open(); err != nil {
		return err
	}
	defer p.close()
	module := file.Module(k.List())
	module.Paused = p.list
	e, err := c.open(ctx, abi.AppendConfig(nil, module))
	if err != nil {
		return err
	}
	defer func() { _ = e.Close(context.Background()) }()
	p.engine, p.configuration = e, live.NewConfiguration(e, module, logger)
	k.Configuration = p.configuration
	registry := prometheus.NewRegistry()
	if c.visitors, err = c.openStore(&file, registry, logger); err != nil {
		return err
	}
	defer c.visitors.close()
	r := &live.Catalog{Path: c.Catalog, Engine: e, Logger: logger, Tell: textTo(s.err), Retain: c.visitors.retain}
	if err := r.Watch(); err != nil {
		return err
	}
	defer r.Close()
	if err := r.Load(ctx); err != nil {
		return err
	}
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	collect(registry, r, p, k, e)
	end, err := c.keepEvents(&file, registry, logger)
	if err != nil {
		return err
	}
	defer end()
	tokens, err := c.webTokens(&file, registry, logger)
	if err != nil {
		return err
	}
	defer tokens.close()
	c.keyring = k.Keyring
	outbox, dir := c.visitors.outbox()
	endWebhook, err := c.startWebhook(&file, outbox, dir, registry, logger)
	if err != nil {
		return err
	}
	defer endWebhook()
	rec, err := c.recorder(&file, registry, logger)
	if err != nil {
		return err
	}
	defer rec.close()
	c.visitors.records(rec, c.Record)
	pages, err := c.pages(origin, &file, e, rec, registry, logger)
	if err != nil {
		return err
	}
	defer c.visitors.drain()
	shown, err := c.openCertificate(registry, logger)
	if err != nil {
		return err
	}
	defer shown.close()
	a := newAdmin(r, e, registry, c.adminHosts(&file))
	a.tell(c.overload)
	a.authorize = authorizePeer(k.Keyring, c.clock)
	a.store(c.visitors, c.sink)
	a.pauses(p)
	a.private("/explain", explainPage(e, k.Keyring, c.Record, &file))
	serving := &service{limits: withDefaults(file.Limits), certificate: shown, ending: &a.ending, registry: registry, logger: logger, after: time.After}
	if c.after != nil {
		serving.after = c.after
	}
	return c.run(ctx, serving, pages, a.mux, []func(context.Context){r.Follow, p.follow, k.Follow, tokens.follow, shown.follow, c.memory})
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

// pages is the handler for visitors.
func (c *serveCommand) pages(origin *url.URL, f *config.File, e engine, rec recorder, registry *prometheus.Registry, logger *slog.Logger) (http.Handler, error) {
	settings := proxy.Config{
		Engine: e, Prefix: f.Prefix, Peers: f.Peers,
		IdentityCookie: f.IdentityCookie, IdentityHeader: f.IdentityHeader,
		PersonHeader: f.PersonHeader, CountryHeader: f.CountryHeader, DeviceHeader: f.DeviceHeader,
		Registerer: registry, Logger: logger, Clock: c.clock, Events: c.sink,
		Identity: c.person, Keyring: c.keyring, Trusted: authorizePeer(c.keyring, c.clock), CORS: corsOf(f),
		Origin: proxy.Origin{Networks: f.Origin.Networks},
		Limits: proxy.Limits{
			Requests: f.Limits.Requests, Decisions: f.Limits.Decisions, BodyBytes: f.Limits.BodyBytes, BodyIdle: f.Limits.BodyIdle,
		},
	}
	if rec.Writer != nil {
		settings.Recorder = rec.Writer
	}
	if c.visitors != nil {
		settings.LookupWait = lookupWait
		settings.Store, settings.Outbox = c.visitors, f.Webhook.URL != nil || f.Store.OutboxBytes > 0
	}
	m, err := proxy.New(settings)
	if err != nil {
		return nil, err
	}
	c.visitors.serves(m)
	c.memory, c.overload = m.WatchMemory, tellOverload(m)
	return m.Limit(proxy.NewReverseProxy(m, origin)), nil
}

// run serves visitors and operators and follows files until ctx ends, then lets
// requests in flight finish.
func (c *serveCommand) run(ctx context.Context, s *service, pages, admin http.Handler, follow []func(context.Context)) error {
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

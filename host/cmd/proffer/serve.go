package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/proxy"
)

type serveCommand struct {
	Origin  string `required:"" help:"The site that pages come from." placeholder:"URL"`
	Catalog string `required:"" help:"Catalog directory, catalog file or snapshot; what is saved there is checked and swapped in." placeholder:"DIR|FILE"`
	Keys    string `required:"" help:"Keys file; make one with: proffer keys new." placeholder:"FILE"`
	Config  string `help:"Configuration file (JSON)." placeholder:"FILE"`
	Listen  string `default:":8080" help:"Address for visitors."`
	Admin   string `default:"127.0.0.1:9090" help:"Address for operators: /healthz, /readyz, /metrics."`
	Store   string `default:"cookie:" enum:"cookie:" help:"Where visitors are kept: cookie: (in their browsers)."`
	Events  string `help:"Directory for files of what is shown, seen, clicked, accepted and rejected; see: proffer events --help." placeholder:"DIR"`
	engineOptions
	clock func() time.Time // nil = time.Now
	sink  proxy.Events     // nil = events are not kept
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return c.serve(ctx, s)
}

func (c *serveCommand) serve(ctx context.Context, s streams) error {
	origin, err := parseOrigin(c.Origin)
	if err != nil {
		return err
	}
	file, settings, err := c.settings()
	if err != nil {
		return err
	}
	logger := newLogger(&file, s.err)
	c.logger = logger
	e, err := c.open(ctx, settings)
	if err != nil {
		return err
	}
	defer func() { _ = e.Close(context.Background()) }()
	r := &reloader{path: c.Catalog, engine: e, logger: logger, diags: s.err}
	if err := r.watch(); err != nil {
		return err
	}
	defer func() { _ = r.watcher.Close() }()
	if err := r.load(ctx); err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	collect(registry, r, e)
	end, err := c.keepEvents(&file, registry, logger)
	if err != nil {
		return err
	}
	defer end()
	pages, err := c.pages(origin, &file, e, registry, logger)
	if err != nil {
		return err
	}
	return c.run(ctx, pages, adminHandler(r, e, registry), r, logger)
}

func parseOrigin(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("--origin %q is not a URL like http://127.0.0.1:3000", s)
	}
	return u, nil
}

func (c *serveCommand) settings() (config.File, []byte, error) {
	file := config.Default()
	keys, err := config.LoadKeys(c.Keys)
	if err != nil {
		return file, nil, err
	}
	if config.IsTest(keys) {
		return file, nil, errors.New("keys: the published test key signs for anyone; make keys with: proffer keys new")
	}
	if c.Config != "" {
		if file, err = config.Load(c.Config); err != nil {
			return file, nil, err
		}
	}
	return file, file.Settings(keys), nil
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
func (c *serveCommand) pages(origin *url.URL, f *config.File, e engine, registry *prometheus.Registry, logger *slog.Logger) (http.Handler, error) {
	m, err := proxy.New(proxy.Config{
		Engine: e, Prefix: f.Prefix, Peers: f.Peers,
		IdentityCookie: f.IdentityCookie, IdentityHeader: f.IdentityHeader,
		PersonHeader: f.PersonHeader, CountryHeader: f.CountryHeader, DeviceHeader: f.DeviceHeader,
		Registerer: registry, Logger: logger, Clock: c.clock, Events: c.sink,
	})
	if err != nil {
		return nil, err
	}
	return proxy.NewReverseProxy(m, origin), nil
}

// Bounds of a connection. A header that takes longer than ten seconds is an
// attack; 16 KiB hold the largest headers of real browsers.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10
	drainTimeout  = 10 * time.Second
)

func newServer(h http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// run serves visitors and operators and watches the catalog until ctx ends,
// then lets requests in flight finish.
func (c *serveCommand) run(ctx context.Context, pages, admin http.Handler, r *reloader, logger *slog.Logger) error {
	visitors, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	operators, err := net.Listen("tcp", c.Admin)
	if err != nil {
		_ = visitors.Close()
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 2)
	servers := []*http.Server{newServer(pages, logger), newServer(admin, logger)}
	for i, l := range []net.Listener{visitors, operators} {
		go func() { failed <- servers[i].Serve(l) }()
	}
	go r.follow(ctx)
	logger.Info("serving", "pages", "http://"+visitors.Addr().String(), "admin", "http://"+operators.Addr().String(), "origin", c.Origin)
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	cancel()
	drain, done := context.WithTimeout(context.Background(), drainTimeout)
	defer done()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(drain))
	}
	return err
}

package caddy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
	nativeengine "github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// pool has what runs, by its options. It outlives configurations, as Caddy's own
// pools do: a reload that changes nothing of ours starts nothing.
var pool = caddy.NewUsagePool()

// drainTimeout is how long requests of an ended configuration get offers. What is
// longer under way is an event stream or a websocket, and needs none.
const drainTimeout = 10 * time.Second

// engine decides, in Wasm or in this process.
type engine interface {
	proxy.Engine
	live.Swapper
	live.Reconfigurer
}

// running is an engine that is kept in step with its files, and what serves from it.
type running struct {
	middleware *proxy.Middleware
	engine     engine
	closeable  interface{ Close(context.Context) error } // the engine
	catalog    *live.Catalog
	keys       *live.Keys
	stop       context.CancelFunc
	logs       *relay
	metrics    collected

	requests sync.RWMutex // held for reading by each that is under way
}

// start makes one that runs, or an error and nothing that is left behind.
func start(o options, logs slog.Handler, edit func(*abi.Config)) (*running, error) {
	r := &running{logs: &relay{}, metrics: collected{catalog: o.catalog, prefix: o.prefix}}
	starting := r.logs.add(logs)
	defer r.logs.remove(starting) // who is there then logs by itself
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	if err := r.open(ctx, &o, edit); err != nil {
		r.close()
		return nil, fmt.Errorf("proffer: %w", err)
	}
	go r.catalog.Follow(ctx)
	go r.keys.Follow(ctx)
	return r, nil
}

func (r *running) open(ctx context.Context, o *options, edit func(*abi.Config)) error {
	file, err := o.file()
	if err != nil {
		return err
	}
	logger := slog.New(r.logs)
	r.keys = &live.Keys{File: o.keys, Logger: logger}
	if err := r.keys.Open(); err != nil {
		return err
	}
	module := file.Module(r.keys.List())
	if edit != nil {
		edit(module)
	}
	if err := r.choose(ctx, o, abi.AppendConfig(nil, module), logger); err != nil {
		return err
	}
	r.keys.Configuration = live.NewConfiguration(r.engine, module, logger)
	found := &problems{logger: logger}
	r.catalog = &live.Catalog{Path: o.catalog, Engine: r.engine, Logger: logger, Tell: found.tell}
	if err := r.catalog.Watch(); err != nil {
		return err
	}
	if err := r.catalog.Load(ctx); errors.Is(err, live.ErrTold) {
		return fmt.Errorf("catalog %s:\n%s", o.catalog, found.text)
	} else if err != nil {
		return fmt.Errorf("catalog %s: %w", o.catalog, err)
	}
	r.middleware, err = proxy.New(r.pages(&file, o, logger))
	r.observe()
	return err
}

// choose makes the engine.
func (r *running) choose(ctx context.Context, o *options, settings []byte, logger *slog.Logger) error {
	if o.engine == native {
		e, err := nativeengine.New(settings)
		if err != nil {
			return err
		}
		r.engine, r.closeable = e, e
		return nil
	}
	e, err := live.Wasm(ctx, o.module, host.Config{Settings: settings, Logger: logger})
	if err != nil {
		return fmt.Errorf("%w; name the file of proffer.wasm as module, or say engine native", err)
	}
	r.engine, r.closeable = e, e
	return nil
}

// pages is the configuration of what serves.
func (r *running) pages(f *config.File, o *options, logger *slog.Logger) proxy.Config {
	c := proxy.Config{
		Engine: r.engine, Prefix: f.Prefix, Peers: f.Peers,
		IdentityCookie: f.IdentityCookie, IdentityHeader: f.IdentityHeader,
		PersonHeader: f.PersonHeader, CountryHeader: f.CountryHeader, DeviceHeader: f.DeviceHeader,
		CORS:    proxy.CORS{Origins: f.CORS.Origins, Credentials: f.CORS.Credentials, MaxAge: time.Duration(f.CORS.MaxAge) * time.Second},
		Keyring: r.keys.Keyring, Registerer: &r.metrics, Logger: logger,
	}
	if o.events {
		c.Events = eventLines{logger}
	}
	return c
}

// serve answers a request, with the handlers behind ours as its origin. After the
// end pages go out as they come.
func (r *running) serve(origin http.Handler, w http.ResponseWriter, req *http.Request) {
	if r.requests.TryRLock() {
		defer r.requests.RUnlock()
	}
	r.middleware.Wrap(origin).ServeHTTP(w, req)
}

// Destruct ends it when the last handler is gone. Caddy does not wait for requests
// that are under way, so that this must not either.
func (r *running) Destruct() error {
	through := make(chan struct{})
	go func() {
		r.requests.Lock()
		close(through)
	}()
	go func() {
		select {
		case <-through:
		case <-time.After(drainTimeout):
		}
		r.close()
	}()
	return nil
}

// close frees what there is.
func (r *running) close() {
	r.stop()
	if r.catalog != nil {
		r.catalog.Close()
	}
	if r.keys != nil {
		r.keys.Close()
	}
	if r.closeable == nil {
		return
	}
	ctx, done := context.WithTimeout(context.Background(), drainTimeout)
	defer done()
	_ = r.closeable.Close(ctx) // what still decides then frees the rest itself
}

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
	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
	nativeengine "github.com/profferhq/proffer/host/native"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/abi"
)

// pool has what runs, by its options. It outlives configurations, as Caddy's own
// pools do: a reload that changes nothing of ours starts nothing.
var pool = caddy.NewUsagePool()

// lookupWait is how long a page waits for the store; 0 is the proxy's default. Tests,
// which hold a busy machine to what pages show, have it longer.
var lookupWait time.Duration

// pausesLast is until when pauses do that no file has.
const pausesLast = "until the restart, or a reload that changes an option or the configuration file"

// running is an engine that is kept in step with its files, and what serves from it.
type running struct {
	*service.Instance
	options   options
	prefix    string
	limited   bool // by the configuration file
	operators http.Handler
	stop      context.CancelFunc
	unfollow  context.CancelFunc
	ends      []func() // after the instance
	logs      *relay
	logger    *slog.Logger // of them
	metrics   []*collected

	requests sync.RWMutex // held for reading by each that is under way
}

// start makes one that runs, or an error and nothing that is left behind.
func start(o options, logs slog.Handler, edit func(*abi.Config)) (*running, error) {
	r := &running{options: o, logs: &relay{}}
	r.logger = slog.New(r.logs)
	starting := r.logs.add(logs)
	defer r.logs.remove(starting) // who is there then logs by itself
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	if err := r.open(ctx, edit); err != nil {
		r.close()
		return nil, fmt.Errorf("proffer: %w", err)
	}
	ctx, r.unfollow = context.WithCancel(ctx)
	r.Follow(ctx)
	present.add(r)
	return r, nil
}

func (r *running) open(ctx context.Context, edit func(*abi.Config)) error {
	o := &r.options
	file, err := o.file()
	if err != nil {
		return err
	}
	r.prefix, r.limited = file.Prefix, file.Limits != config.Limits{}
	found := &problems{logger: r.logger}
	counters := &collected{labels: prometheus.Labels{"catalog": o.catalog, "prefix": file.Prefix}}
	r.metrics = append(r.metrics, counters)
	settings := service.Config{
		File: file, Catalog: o.catalog, Keys: o.keys, Paused: o.paused, Edit: edit, Tell: found.tell,
		LookupWait: lookupWait, Registerer: counters, Logger: r.logger, PausesLast: pausesLast,
		Engine: func(ctx context.Context, settings []byte) (service.Engine, error) {
			return o.choose(ctx, host.Config{Settings: settings, Logger: r.logger})
		},
	}
	if settings.Storage, err = r.storage(&file); err != nil {
		return err
	}
	if settings.Events, err = r.journal(&file, settings.Storage != nil); err != nil {
		return err
	}
	r.Instance, err = service.Open(ctx, settings)
	if errors.Is(err, live.ErrTold) {
		return fmt.Errorf("catalog %s:\n%s", o.catalog, found.text)
	}
	if err != nil {
		return err
	}
	r.operators = r.Operators(file.AdminHosts)
	return nil
}

// choose makes the engine.
func (o *options) choose(ctx context.Context, c host.Config) (service.Engine, error) {
	if o.engine == native {
		return nativeengine.New(c.Settings)
	}
	e, err := live.Wasm(ctx, o.module, c)
	if err != nil {
		return nil, fmt.Errorf("%w; name the file of proffer.wasm as module, or say engine native", err)
	}
	return e, nil
}

// register has Caddy tell all counters.
func (r *running) register(registry *prometheus.Registry) error {
	for _, c := range r.metrics {
		if err := c.register(registry); err != nil {
			return err
		}
	}
	return nil
}

// serve answers a request, with the handlers behind ours as its origin. After the
// end pages go out as they come.
func (r *running) serve(origin http.Handler, w http.ResponseWriter, req *http.Request) {
	if r.requests.TryRLock() {
		defer r.requests.RUnlock()
	}
	pages := r.Pages.Wrap(origin)
	if r.limited {
		pages = r.Pages.Limit(pages)
	}
	pages.ServeHTTP(w, req)
}

package service

import (
	"context"
	"net/http"
	"slices"

	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// Instance is an engine in step with its files, and what answers visitors by it.
type Instance struct {
	Engine  Engine
	Catalog *live.Catalog
	Keys    *live.Keys
	Pauses  *Pauses
	Pages   *proxy.Middleware

	// Authorize tells peers' requests, by nil, from others.
	Authorize func(*http.Request) error

	config   Config
	visitors *visitors // nil: in their browsers
	tokens   *webTokens
	ends     []func() // in the order of their beginnings
}

// Open makes one that can serve, or an error and nothing that is left behind. What
// is saved later counts once it is followed.
func Open(ctx context.Context, c Config) (*Instance, error) {
	i := &Instance{config: c}
	if err := i.open(ctx); err != nil {
		i.Close()
		return nil, err
	}
	return i, nil
}

// open begins with what the engine is configured with, and ends with what visitors
// meet.
func (i *Instance) open(ctx context.Context) error {
	for _, begin := range []func(context.Context) error{i.openEngine, i.openCatalog, i.openTokens, i.openPages} {
		if err := begin(ctx); err != nil {
			return err
		}
	}
	i.collect()
	return nil
}

// atEnd notes what frees something.
func (i *Instance) atEnd(f func()) { i.ends = append(i.ends, f) }

// openEngine reads keys and pauses, and makes the engine with them.
func (i *Instance) openEngine(ctx context.Context) error {
	c := &i.config
	i.Keys = &live.Keys{File: c.Keys, Logger: c.Logger}
	i.atEnd(i.Keys.Close)
	if err := i.Keys.Open(); err != nil {
		return err
	}
	i.Authorize = AuthorizePeer(i.Keys.Keyring, c.Clock)
	i.Pauses = &Pauses{File: c.Paused, Last: c.PausesLast, Logger: c.Logger}
	i.atEnd(i.Pauses.Close)
	if err := i.Pauses.Open(); err != nil {
		return err
	}
	module := c.File.Module(i.Keys.List())
	module.Paused, _ = i.Pauses.State()
	if c.Edit != nil {
		c.Edit(module)
	}
	var err error
	if i.Engine, err = c.Engine(ctx, abi.AppendConfig(nil, module)); err != nil {
		return err
	}
	i.atEnd(i.closeEngine)
	i.Pauses.Engine, i.Pauses.Configuration = i.Engine, live.NewConfiguration(i.Engine, module, c.Logger)
	i.Keys.Configuration = i.Pauses.Configuration
	return nil
}

// closeEngine frees it; what still decides after a while then frees the rest itself.
func (i *Instance) closeEngine() {
	ctx, done := context.WithTimeout(context.Background(), drainTimeout)
	defer done()
	_ = i.Engine.Close(ctx)
}

// openCatalog swaps the catalog in.
func (i *Instance) openCatalog(ctx context.Context) error {
	c := &i.config
	i.Catalog = &live.Catalog{Path: c.Catalog, Engine: i.Engine, Logger: c.Logger, Tell: c.Tell}
	if c.Storage != nil {
		i.Catalog.Retain = c.Storage.Retain
	}
	i.atEnd(i.Catalog.Close)
	if err := i.Catalog.Watch(); err != nil {
		return err
	}
	return i.Catalog.Load(ctx)
}

// openTokens has people told by JSON Web Tokens, if the configuration says which.
func (i *Instance) openTokens(context.Context) (err error) {
	if i.tokens, err = openTokens(&i.config); err == nil {
		i.atEnd(i.tokens.close)
	}
	return err
}

// openPages makes what visitors meet.
func (i *Instance) openPages(context.Context) error {
	rec, err := openRecorder(&i.config)
	if err != nil {
		return err
	}
	i.atEnd(rec.close)
	settings := i.pages()
	if rec.Writer != nil {
		settings.Recorder = rec.Writer
	}
	if s := i.config.Storage; s != nil {
		i.visitors = &visitors{Storage: s, requests: Requests{i.config.Record, rec.Writer}}
		settings.Store, settings.Outbox = i.visitors, s.outbox
	}
	if i.Pages, err = proxy.New(settings); err != nil {
		return err
	}
	if i.visitors != nil {
		i.visitors.pages = i.Pages
		i.atEnd(i.visitors.drain)
	}
	return nil
}

// pages is the configuration of what visitors meet, without the store.
func (i *Instance) pages() proxy.Config {
	c, f := &i.config, &i.config.File
	out := proxy.Config{
		Engine: i.Engine, Prefix: f.Prefix, Peers: f.Peers,
		IdentityCookie: f.IdentityCookie, IdentityHeader: f.IdentityHeader,
		PersonHeader: f.PersonHeader, CountryHeader: f.CountryHeader, DeviceHeader: f.DeviceHeader,
		Keyring: i.Keys.Keyring, Trusted: i.Authorize, CORS: corsOf(f), LookupWait: c.LookupWait,
		Registerer: c.Registerer, Logger: c.Logger, Clock: c.Clock, Events: c.Events,
		Origin: proxy.Origin{Networks: f.Origin.Networks},
		Limits: proxy.Limits{
			Requests: f.Limits.Requests, Decisions: f.Limits.Decisions, BodyBytes: f.Limits.BodyBytes, BodyIdle: f.Limits.BodyIdle,
		},
	}
	if i.tokens != nil {
		out.Identity = i.tokens.person
	}
	return out
}

// Follow takes over what is saved of the files, and notes when memory is short, until
// ctx ends. It comes back at once.
func (i *Instance) Follow(ctx context.Context) {
	for _, f := range []func(context.Context){i.Catalog.Follow, i.Pauses.Follow, i.Keys.Follow, i.tokens.follow, i.Pages.WatchMemory} {
		go f(ctx)
	}
}

// Close frees everything, when the last request is through. What was shown is with
// the store then.
func (i *Instance) Close() {
	for _, end := range slices.Backward(i.ends) {
		end()
	}
	i.ends = nil
}

package caddy

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/service"
)

// The engines.
const (
	inWasm = "wasm"
	native = "native"
)

// options are what makes one engine another than the next. What is followed while it
// runs, the catalog, the keys, the pauses and the keys of tokens, counts by name; what
// is read once counts by what is in it.
type options struct {
	catalog, keys  string
	engine, module string
	built          string // when the module was
	prefix, config string
	text           string // of the configuration file
	paused, store  string
	eventsDir      string
	events, edited bool
}

// named are those that stay as they are while files change.
func (o *options) named() options {
	out := *o
	out.built, out.text = "", ""
	return out
}

// check finds what is wrong with options that are there.
func (h *Handler) check() error {
	if h.Engine != "" && h.Engine != inWasm && h.Engine != native && !strings.Contains(h.Engine, "{") {
		return fmt.Errorf("engine %q is neither %q nor %q", h.Engine, inWasm, native)
	}
	if p := h.Prefix; p != "" && !strings.Contains(p, "{") && (len(p) < 3 || p[0] != '/' || p[len(p)-1] != '/') {
		return fmt.Errorf("prefix %q must begin and end with a slash and not be one", p)
	}
	if h.Catalog != "" && h.Snapshot != "" {
		return errors.New("catalog and snapshot: give one of them")
	}
	if h.Module != "" && h.Engine == native {
		return errors.New("module is for the engine wasm, and engine is native")
	}
	if h.Events && h.EventsDir != "" {
		return fmt.Errorf("events: give one of the log and the directory %s", h.EventsDir)
	}
	if s := h.Store; s != "" && s != service.InBrowsers && !strings.Contains(s, "{") && (!strings.HasPrefix(s, "file:") || s == "file:") {
		return fmt.Errorf("store %q is neither %s nor file:DIR", s, service.InBrowsers)
	}
	return nil
}

// complete finds what is wrong with all of them.
func (h *Handler) complete() error {
	if h.Catalog == "" && h.Snapshot == "" {
		return errors.New("catalog or snapshot is missing")
	}
	if h.Keys == "" {
		return errors.New("keys is missing; make a file of them with: proffer keys new")
	}
	return h.check()
}

// read gives the options with their placeholders, such as {env.HOME}, replaced.
func (h *Handler) read() (options, error) {
	filled := *h
	known := caddy.NewReplacer()
	for _, s := range []*string{
		&filled.Catalog, &filled.Snapshot, &filled.Keys, &filled.Engine, &filled.Module, &filled.Prefix, &filled.Config,
		&filled.Paused, &filled.Store, &filled.EventsDir,
	} {
		var err error
		if *s, err = known.ReplaceOrErr(*s, true, true); err != nil {
			return options{}, fmt.Errorf("proffer: %w", err)
		}
	}
	if err := filled.complete(); err != nil {
		return options{}, fmt.Errorf("proffer: %w", err)
	}
	o := options{
		catalog: cmp.Or(filled.Catalog, filled.Snapshot), keys: filled.Keys,
		engine: cmp.Or(filled.Engine, inWasm), module: filled.Module,
		prefix: filled.Prefix, config: filled.Config, events: filled.Events, edited: filled.edit != nil,
		paused: filled.Paused, store: cmp.Or(filled.Store, service.InBrowsers), eventsDir: filled.EventsDir,
	}
	if o.module != "" {
		info, err := os.Stat(o.module)
		if err != nil {
			return options{}, fmt.Errorf("proffer: module: %w", err)
		}
		o.built = info.ModTime().String()
	}
	if o.config != "" {
		b, err := os.ReadFile(o.config)
		if err != nil {
			return options{}, fmt.Errorf("proffer: config: %w", err)
		}
		o.text = string(b)
	}
	return o, nil
}

// file is the configuration file, with what the options say of the same.
func (o *options) file() (config.File, error) {
	f := config.Default()
	if o.config != "" {
		var err error
		if f, err = config.Parse([]byte(o.text)); err == nil {
			err = caddysOwn([]byte(o.text))
		}
		if err != nil {
			return f, fmt.Errorf("config: %s: %w", o.config, err)
		}
	}
	if f.Store != (config.Store{}) && o.store == service.InBrowsers {
		return f, fmt.Errorf("config: %s: \"store\" has no effect without the option store file:DIR", o.config)
	}
	f.Prefix = cmp.Or(o.prefix, f.Prefix)
	f.Events.Dir = cmp.Or(o.eventsDir, f.Events.Dir)
	if o.events && f.Events.Dir != "" {
		return f, fmt.Errorf("events: give one of the log and the directory %s", f.Events.Dir)
	}
	return f, nil
}

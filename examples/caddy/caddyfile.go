package caddy

import (
	"maps"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// The directive stands behind encode: pages are compressed with their offers.
func init() {
	httpcaddyfile.RegisterHandlerDirective("proffer", parse)
	httpcaddyfile.RegisterDirectiveOrder("proffer", httpcaddyfile.After, "encode")
}

func parse(helper httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h := new(Handler)
	return h, h.UnmarshalCaddyfile(helper.Dispenser)
}

// UnmarshalCaddyfile reads the directive:
//
//	proffer [<matcher>] {
//		catalog  <dir|file>
//		snapshot <file>
//		keys     <file>
//		engine   wasm|native
//		module   <file>
//		prefix   <path>
//		config   <file>
//		paused   <file>
//		store    cookie:|file:<dir>
//		events   [<dir>]
//	}
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if d.NextArg() {
		return d.ArgErr()
	}
	var seen []string
	for d.NextBlock(0) {
		name := d.Val()
		if slices.Contains(seen, name) {
			return d.Errf("%s is given twice", name)
		}
		seen = append(seen, name)
		if err := h.option(d, name); err != nil {
			return err
		}
	}
	if err := h.complete(); err != nil {
		return d.WrapErr(err)
	}
	return nil
}

// option reads one option.
func (h *Handler) option(d *caddyfile.Dispenser, name string) error {
	if name == "events" && d.CountRemainingArgs() == 0 {
		h.Events = true
		return nil
	}
	fields := map[string]*string{
		"catalog": &h.Catalog, "snapshot": &h.Snapshot, "keys": &h.Keys, "engine": &h.Engine,
		"module": &h.Module, "prefix": &h.Prefix, "config": &h.Config,
		"paused": &h.Paused, "store": &h.Store, "events": &h.EventsDir,
	}
	field := fields[name]
	if field == nil {
		return d.Errf("unknown option %q (have %s)", name, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
	}
	if !d.AllArgs(field) {
		return d.ArgErr()
	}
	if err := h.check(); err != nil {
		return d.WrapErr(err)
	}
	return nil
}

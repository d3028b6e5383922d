package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/profferhq/proffer/plugin/abi"
)

// File is the operator's configuration. Header names are lower-case.
type File struct {
	Prefix         string         // path of our own endpoints, "/.proffer/"
	Peers          []netip.Prefix // whose identity, person, country and device headers are believed
	IdentityCookie string
	IdentityHeader string
	PersonHeader   string
	CountryHeader  string
	DeviceHeader   string
	AdminHosts     []string // names by which operators reach the admin listener, besides localhost and addresses
	Record         Record
	LogLevel       string // debug, info, warn or error
	LogFormat      string // text or json
	Events         Events
	Store          Store
	Webhook        Webhook
	Limits         Limits
	Origin         Origin
	JWT            *JWT // nil: nobody is told by one
}

// Store says how a store on disk works; package bolt has the limits and the
// defaults, which a zero stands for.
type Store struct {
	DelayMS     int   // after how long a change that nobody waits for is on the disk
	MaxVisitors int   // rows
	OutboxBytes int64 // 0: there is no outbox
}

// JWT says which JSON Web Tokens tell people; package jwt has the limits, and
// checks it.
type JWT struct {
	Cookie        string   `json:"cookie"`
	Header        string   `json:"header"`
	Algorithms    []string `json:"algorithms"`
	KeyFile       string   `json:"key_file"`
	JWKSFile      string   `json:"jwks_file"`
	Issuer        string   `json:"issuer"`
	Audience      string   `json:"audience"`
	Claim         string   `json:"claim"`          // default "sub"
	Source        string   `json:"source"`         // people source of the catalog that the claim is a key of; default "main"
	LeewaySeconds *int     `json:"leeway_seconds"` // nil: the default
}

// Events says where event lines go; package events has the limits and the
// defaults, which a zero stands for.
type Events struct {
	Dir      string // empty: nowhere
	MaxBytes int64  // of a file
	KeepDays int    // negative: all
}

// Record says which requests are recorded, where "serve" is told to record; who
// records them checks it. Zero is the default of each.
type Record struct {
	Sample   float64 // share of the interactions, above 0 and at most 1; default 1
	MaxBytes int64   // of records and snapshots together, at least 1 MiB; default 100 MiB
	Days     int     // 1 to 7; default 7
}

// fileText is the JSON form.
type fileText struct {
	Prefix   *string  `json:"prefix"`
	Peers    []string `json:"peers"`
	Identity *struct {
		Cookie *string `json:"cookie"`
		Header *string `json:"header"`
	} `json:"identity"`
	PersonHeader  string   `json:"person_header"`
	CountryHeader string   `json:"country_header"`
	DeviceHeader  string   `json:"device_header"`
	AdminHosts    []string `json:"admin_hosts"`
	Record        struct {
		Sample   *float64 `json:"sample"`
		MaxBytes *int64   `json:"max_bytes"`
		Days     *int     `json:"days"`
	} `json:"record"`
	Log struct {
		Level  string `json:"level"`
		Format string `json:"format"`
	} `json:"log"`
	Events struct {
		Dir      string `json:"dir"`
		MaxBytes int64  `json:"max_bytes"`
		KeepDays *int   `json:"keep_days"`
	} `json:"events"`
	Store struct {
		DelayMS     *int   `json:"delay_ms"`
		MaxVisitors *int   `json:"max_visitors"`
		OutboxBytes *int64 `json:"outbox_bytes"`
	} `json:"store"`
	Limits limitsText `json:"limits"`
	Origin struct {
		Networks []string `json:"networks"`
	} `json:"origin"`
	JWT     *JWT         `json:"jwt"`
	Webhook *webhookText `json:"webhook"`
}

// Default is the configuration without a file.
func Default() File {
	d := abi.DefaultConfig()
	return File{
		Prefix: d.Prefix, IdentityCookie: d.IdentityCookie, IdentityHeader: d.IdentityHeader,
		LogLevel: "info", LogFormat: "text",
	}
}

// Load reads a configuration file.
func Load(name string) (File, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return File{}, fmt.Errorf("config: %w", err)
	}
	f, err := Parse(b)
	if err != nil {
		return File{}, fmt.Errorf("config: %s: %w", name, err)
	}
	return f, nil
}

// Parse reads the text of a configuration file.
func Parse(b []byte) (File, error) {
	var t fileText
	if err := strict(b, &t); err != nil {
		return File{}, err
	}
	f := Default()
	if t.Prefix != nil {
		f.Prefix = *t.Prefix
	}
	if !strings.HasPrefix(f.Prefix, "/") || !strings.HasSuffix(f.Prefix, "/") || f.Prefix == "/" {
		return File{}, fmt.Errorf("prefix %q must begin and end with a slash and not be one", f.Prefix)
	}
	for _, s := range t.Peers {
		p, err := parsePeer(s)
		if err != nil {
			return File{}, fmt.Errorf("peers: %q is neither an address nor a network like 10.0.0.0/8", s)
		}
		f.Peers = append(f.Peers, p)
	}
	if t.Identity != nil {
		set(&f.IdentityCookie, t.Identity.Cookie)
		set(&f.IdentityHeader, t.Identity.Header)
	}
	f.PersonHeader, f.CountryHeader, f.DeviceHeader = t.PersonHeader, t.CountryHeader, t.DeviceHeader
	for _, h := range []*string{&f.IdentityHeader, &f.PersonHeader, &f.CountryHeader, &f.DeviceHeader} {
		*h = strings.ToLower(*h)
	}
	for _, h := range t.AdminHosts {
		f.AdminHosts = append(f.AdminHosts, strings.ToLower(h))
	}
	for _, err := range []error{
		setNumber(&f.Record.Sample, t.Record.Sample, "record.sample"),
		setNumber(&f.Record.MaxBytes, t.Record.MaxBytes, "record.max_bytes"),
		setNumber(&f.Record.Days, t.Record.Days, "record.days"),
		setNumber(&f.Store.DelayMS, t.Store.DelayMS, "store.delay_ms"),
		setNumber(&f.Store.MaxVisitors, t.Store.MaxVisitors, "store.max_visitors"),
		setNumber(&f.Store.OutboxBytes, t.Store.OutboxBytes, "store.outbox_bytes"),
	} {
		if err != nil {
			return File{}, err
		}
	}
	f.Events = Events{Dir: t.Events.Dir, MaxBytes: t.Events.MaxBytes}
	if days := t.Events.KeepDays; days != nil {
		if *days < 0 {
			return File{}, fmt.Errorf("events.keep_days is %d; 0 keeps all days", *days)
		}
		if f.Events.KeepDays = *days; *days == 0 {
			f.Events.KeepDays = -1
		}
	}
	if f.JWT = t.JWT; f.JWT != nil && f.JWT.Source == "" {
		f.JWT.Source = "main"
	}
	if err := f.parseLimits(&t.Limits); err != nil {
		return File{}, err
	}
	if err := f.parseNetworks(t.Origin.Networks); err != nil {
		return File{}, err
	}
	if err := f.parseWebhook(t.Webhook); err != nil {
		return File{}, err
	}
	return f, f.parseLog(t.Log.Level, t.Log.Format)
}

func (f *File) parseLog(level, format string) error {
	if level != "" {
		f.LogLevel = level
	}
	if format != "" {
		f.LogFormat = format
	}
	switch f.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		return fmt.Errorf("log.level %q is not debug, info, warn or error", f.LogLevel)
	}
	if f.LogFormat != "text" && f.LogFormat != "json" {
		return fmt.Errorf("log.format %q is not text or json", f.LogFormat)
	}
	return nil
}

// setNumber takes a number that is written; 0 would stand for the default.
func setNumber[T int | int64 | float64](dst, src *T, name string) error {
	if src == nil {
		return nil
	}
	if *src <= 0 {
		return fmt.Errorf("%s %v is not above 0", name, *src)
	}
	*dst = *src
	return nil
}

func set(dst, src *string) {
	if src != nil {
		*dst = *src
	}
}

func parsePeer(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// Settings is the module's configuration message for a file and keys.
func (f *File) Settings(keys []abi.Key) []byte { return abi.AppendConfig(nil, f.Module(keys)) }

// Module is the module's configuration for a file and keys.
func (f *File) Module(keys []abi.Key) *abi.Config {
	c := abi.DefaultConfig()
	c.Keys = keys
	c.Prefix = f.Prefix
	c.IdentityCookie, c.IdentityHeader = f.IdentityCookie, f.IdentityHeader
	c.PersonHeader, c.CountryHeader, c.DeviceHeader = f.PersonHeader, f.CountryHeader, f.DeviceHeader
	return c
}

// strict decodes one JSON value without unknown fields and nothing behind it.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

func TestNewKeysAreKeys(t *testing.T) {
	b, err := config.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := config.LoadKeys(name)
	if err != nil || len(keys) != 3 || config.IsTest(keys) {
		t.Fatalf("got %d keys, test %t, error %v", len(keys), config.IsTest(keys), err)
	}
	if keys[0].Secret == keys[1].Secret {
		t.Error("two uses share a secret")
	}
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := config.LoadKeys(name); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("a file that others can read: got %v", err)
	}
	if b, err := config.ReadPrivate(name); err == nil || b != nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("a file that others can read: got %q, %v", b, err)
	}
}

func TestParseKeysRefuses(t *testing.T) {
	key := `"key":"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"`
	for name, c := range map[string]struct{ text, want string }{
		"empty":       {`{}`, "no keys"},
		"not json":    {`keys`, "invalid character"},
		"unknown":     {`{"keys":[],"key":1}`, "unknown field"},
		"trailing":    {`{"keys":[]} x`, "follows"},
		"id":          {`{"keys":[{"id":256,"use":"cookie",` + key + `}]}`, "0..255"},
		"use":         {`{"keys":[{"id":1,"use":"cookies",` + key + `}]}`, "cookie, identity or peer"},
		"short":       {`{"keys":[{"id":1,"use":"cookie","key":"AQID"}]}`, "32 bytes"},
		"two primary": {`{"keys":[{"id":1,"use":"cookie","primary":true,` + key + `},{"id":2,"use":"cookie","primary":true,` + key + `}]}`, "primary"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := config.ParseKeys([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestTestKeys(t *testing.T) {
	ring, err := config.Keyring(config.TestKeys())
	if err != nil || !ring.TestOnly() || !config.IsTest(config.TestKeys()) {
		t.Fatalf("got %v, error %v", ring, err)
	}
	want := seal.TestKeyring()
	if _, _, ok := want.Primary(seal.UseIdentity); !ok {
		t.Error("no identity key")
	}
}

func TestParse(t *testing.T) {
	f, err := config.Parse([]byte(`{"prefix":"/-/","peers":["127.0.0.1","10.1.2.3/8"],"identity":{"cookie":"id"},"country_header":"X-Country","admin_hosts":["Ops.example"],"record":{"sample":0.25,"days":2},"log":{"level":"warn"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if f.Prefix != "/-/" || len(f.Peers) != 2 || f.Peers[1].String() != "10.0.0.0/8" || f.IdentityCookie != "id" ||
		f.IdentityHeader != "proffer-identity" || f.CountryHeader != "x-country" || f.LogLevel != "warn" || f.LogFormat != "text" {
		t.Errorf("got %+v", f)
	}
	if want := (config.Record{Sample: 0.25, Days: 2}); f.Record != want || len(f.AdminHosts) != 1 || f.AdminHosts[0] != "ops.example" {
		t.Errorf("got %+v, admin hosts %v", f.Record, f.AdminHosts)
	}
	c, status, text := abi.DecodeConfig(f.Settings(config.TestKeys()))
	if status != abi.StatusOK || c.Prefix != "/-/" || c.CountryHeader != "x-country" || len(c.Keys) != 3 {
		t.Errorf("settings: %v %s %+v", status, text, c)
	}
}

func TestParseEvents(t *testing.T) {
	for text, want := range map[string]config.Events{
		`{}`:                          {},
		`{"events":{"dir":"/var/x"}}`: {Dir: "/var/x"},
		`{"events":{"dir":"x","max_bytes":5000,"keep_days":7}}`: {Dir: "x", MaxBytes: 5000, KeepDays: 7},
		`{"events":{"keep_days":0}}`:                            {KeepDays: -1},
	} {
		if f, err := config.Parse([]byte(text)); err != nil || f.Events != want {
			t.Errorf("%s: got %+v, %v", text, f.Events, err)
		}
	}
}

func TestParseJWT(t *testing.T) {
	f, err := config.Parse([]byte(`{"jwt":{"header":"Authorization","algorithms":["RS256","EdDSA"],"jwks_file":"keys.json","issuer":"i","audience":"a","claim":"uid","source":"club","leeway_seconds":0}}`))
	if err != nil {
		t.Fatal(err)
	}
	zero := 0
	want := &config.JWT{
		Header: "Authorization", Algorithms: []string{"RS256", "EdDSA"}, JWKSFile: "keys.json",
		Issuer: "i", Audience: "a", Claim: "uid", Source: "club", LeewaySeconds: &zero,
	}
	if !reflect.DeepEqual(f.JWT, want) {
		t.Errorf("got %+v, want %+v", f.JWT, want)
	}
	if f, err := config.Parse([]byte(`{"jwt":{"cookie":"s"}}`)); err != nil || f.JWT.Source != "main" || f.JWT.LeewaySeconds != nil {
		t.Errorf("got %+v, %v", f.JWT, err)
	}
	if f, err := config.Parse([]byte(`{}`)); err != nil || f.JWT != nil {
		t.Errorf("got %+v, %v", f.JWT, err)
	}
}

func TestParseStore(t *testing.T) {
	f, err := config.Parse([]byte(`{"store":{"delay_ms":50,"max_visitors":1000,"outbox_bytes":5000}}`))
	if want := (config.Store{DelayMS: 50, MaxVisitors: 1000, OutboxBytes: 5000}); err != nil || f.Store != want {
		t.Errorf("got %+v, %v", f.Store, err)
	}
}

func TestParseWebhook(t *testing.T) {
	f, err := config.Parse([]byte(`{"webhook":{"url":"http://10.0.0.7:8000/in?for=us","secret_file":"secret","batch":7,"allow_private":true}}`))
	if got := f.Webhook; err != nil || got.URL == nil || got.URL.String() != "http://10.0.0.7:8000/in?for=us" || got.SecretFile != "secret" || got.Batch != 7 || !got.AllowPrivate {
		t.Errorf("got %+v, %v", got, err)
	}
	f, err = config.Parse([]byte(`{"webhook":{"url":"https://events.example/","secret_file":"secret"}}`))
	if got := f.Webhook; err != nil || got.URL == nil || got.URL.Host != "events.example" || got.Batch != 0 || got.AllowPrivate {
		t.Errorf("got %+v, %v", got, err)
	}
	if f, err := config.Parse([]byte(`{}`)); err != nil || f.Webhook.URL != nil {
		t.Errorf("without one: %+v, %v", f.Webhook, err)
	}
}

func TestParseCORS(t *testing.T) {
	f, err := config.Parse([]byte(`{"cors":{"origins":["https://app.example","http://localhost:3000"],"max_age":60,"credentials":true}}`))
	want := config.CORS{Origins: []string{"https://app.example", "http://localhost:3000"}, MaxAge: 60, Credentials: true}
	if err != nil || !reflect.DeepEqual(f.CORS, want) {
		t.Errorf("got %+v, %v", f.CORS, err)
	}
	if f, err := config.Parse([]byte(`{}`)); err != nil || f.CORS.Origins != nil || f.CORS.Credentials {
		t.Errorf("without: %+v, %v", f.CORS, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"keep":   {`{"events":{"keep_days":-1}}`, "keep_days"},
		"events": {`{"events":"x"}`, "events"},
		"prefix": {`{"prefix":"/"}`, "prefix"},

		"webhook":          {`{"webhook":{}}`, "webhook.url is missing"},
		"webhook's key":    {`{"webhook":{"url":"https://a.example/","secret":"x"}}`, "unknown field"},
		"webhook's scheme": {`{"webhook":{"url":"ftp://a.example/","secret_file":"x"}}`, "webhook.url is not a URL like"},
		"webhook's host":   {`{"webhook":{"url":"https:/a","secret_file":"x"}}`, "webhook.url is not a URL like"},
		"webhook's name":   {`{"webhook":{"url":"https://me:x@a.example/","secret_file":"x"}}`, "name or a password"},
		"webhook's end":    {`{"webhook":{"url":"https://a.example/#b","secret_file":"x"}}`, "#b"},
		"webhook in clear": {`{"webhook":{"url":"http://a.example/","secret_file":"x"}}`, "allow_private"},
		"webhook's secret": {`{"webhook":{"url":"https://a.example/"}}`, "webhook.secret_file is missing"},
		"webhook's batch":  {`{"webhook":{"url":"https://a.example/","secret_file":"x","batch":0}}`, "webhook.batch 0 is not above 0"},
		"cors":             {`{"cors":{"credentials":true}}`, "cors.origins is missing"},
		"cors, empty":      {`{"cors":{"origins":[]}}`, "cors.origins is missing"},
		"cors, one":        {`{"cors":{"origins":"https://app.example"}}`, "cors.origins"},
		"cors' age":        {`{"cors":{"origins":["https://app.example"],"max_age":0}}`, "cors.max_age 0 is not above 0"},
		"cors' key":        {`{"cors":{"origins":["https://app.example"],"headers":[]}}`, "unknown field"},
		"store":            {`{"store":{"max_visitors":0}}`, "store.max_visitors 0 is not above 0"},
		"delay":            {`{"store":{"delay":1}}`, "unknown field"},
		"jwt":              {`{"jwt":{"algorithm":"RS256"}}`, "unknown field"},
		"peer":             {`{"peers":["here"]}`, "peers"},
		"unknown":          {`{"peer":["10.0.0.0/8"]}`, "unknown field"},
		"level":            {`{"log":{"level":"loud"}}`, "log.level"},
		"format":           {`{"log":{"format":"xml"}}`, "log.format"},
		"sample":           {`{"record":{"sample":0}}`, "record.sample 0 is not above 0"},
		"days":             {`{"record":{"days":-1}}`, "record.days -1 is not above 0"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := config.Parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

package main

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/events"
)

// Help documents the configuration file.
func (*serveCommand) Help() string {
	return `The configuration file is one JSON object. Every key may be left out:

  prefix         where the endpoints for clicks and beacons are; "/.proffer/"
  peers          ["10.0.0.0/8"]: proxies in front that are believed. Only they may
                 send the headers below and X-Forwarded-*
  identity       {"cookie":"proffer_identity","header":"proffer-identity"}: where a
                 login's token comes; see "proffer token identity"
  person_header, country_header, device_header
                 names of headers by which peers say who asks, from where, with what
  jwt            {"cookie":"session","algorithms":["RS256"],"key_file":"FILE"}: the
                 site's own JSON Web Tokens say who asks, too; see below
  log            {"level":"info","format":"text"}, or debug, warn, error; json
  events         {"dir":"DIR","max_bytes":67108864,"keep_days":90}: files of what
                 was shown and what came of it; --events DIR goes before "dir".
                 max_bytes: after it a day gets another file. keep_days: older
                 days are removed, 0 keeps all

jwt is for a site whose login signs JSON Web Tokens already. Its keys:

  cookie or header  where the token is, one of the two; "Authorization" has it
                    behind "Bearer". It is believed from anybody, for it is signed,
                    and the origin gets it, too
  algorithms        of "HS256", "RS256", "EdDSA", those that the tokens may have
  key_file          the one key: a public key in PEM; for HS256 a secret of 32 bytes
                    or more in base64url, in a file that only its owner may read
  jwks_file         or several keys, as JWKS; a token's "kid" picks one
  issuer, audience  what "iss" has to be, and "aud" to have
  claim             "sub": the claim that is the person's key, text or a whole number
  source            "main": the people source of the catalog that it is a key of
  leeway_seconds    60: how far clocks may be apart, at most 300

A token must have "exp" and at most 4096 bytes. One that does not verify is absent:
a stranger's page, no error (proffer_jwt_total says how many, and why). If the same
key signs tokens for other ends, name the audience, or those count as well. A file
of keys that is saved is in force at once; a broken one changes nothing
(proffer_jwt_keys_refused is 1). Whom an identity token or a peer's header names,
no JWT names otherwise.

Files of events are for one proxy at a time. They name no visitor, so that nothing
has to be erased in them. A page never waits for them: what the disk does not take
is lost, counted (proffer_events_lost_total) and logged once a minute. An acceptance
or a rejection is told to the visitor only once it is on the disk; if it cannot be
written, the answer is 503 and nothing has happened.
`
}

// keepEvents has event lines written, if they are to be; what it gives ends it,
// with everything written.
func (c *serveCommand) keepEvents(f *config.File, registry *prometheus.Registry, logger *slog.Logger) (end func(), err error) {
	dir := f.Events.Dir
	if c.Events != "" {
		dir = c.Events
	}
	if dir == "" {
		return func() {}, nil
	}
	log, err := events.Open(events.Config{
		Dir: dir, MaxBytes: f.Events.MaxBytes, KeepDays: f.Events.KeepDays, Registerer: registry, Logger: logger, Clock: c.clock,
	})
	if err != nil {
		return nil, err
	}
	c.sink = log
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
		defer cancel()
		if err := log.Close(ctx); err != nil {
			logger.Error("events may be lost", "error", err)
		}
	}, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/webhook"
)

// webhookHelp documents "webhook" of the configuration file.
const webhookHelp = `
A webhook gets every event of a store, in order, at least once; an event that comes again
has the same id. A request is a POST of {"events":[{"id":"17-9c56cc51b374c3ba","time":…}]}
with the keys of "proffer events --help", signed as https://www.standardwebhooks.com says,
for which there are libraries. The secret's file has a line "whsec_" and base64 of 24 to
64 random bytes; more lines sign, too, while a secret is changed (it is read at the start):
  (umask 077; echo "whsec_$(openssl rand -base64 32)" >secret)
Answer 2xx once the events are kept. After 5xx, 408, 425, 429 or none the same events come
again within 5 minutes, or when Retry-After says. 400, 409, 413 and 422 may be one event's
fault: it is looked for, and set aside in refused.jsonl beside the store when others are
taken. Other answers, redirects among them, are logged, and nothing is lost meanwhile but
what the store has no room for, shown ones first. See proffer_webhook_* of /metrics.
`

// refusedName is the file of events that the receiver refused, in the store's
// directory.
const refusedName = "refused.jsonl"

// startWebhook has the events of a store delivered, if they are to be; what it
// gives ends it, before the store is closed. dir is the store's directory.
func (c *serveCommand) startWebhook(f *config.File, outbox store.Outbox, dir string, registry *prometheus.Registry, logger *slog.Logger) (end func(), err error) {
	if f.Webhook.URL == nil {
		return func() {}, nil
	}
	if outbox == nil {
		return nil, errors.New("webhook needs --store")
	}
	text, err := config.ReadPrivate(f.Webhook.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("webhook.secret_file: %w", err)
	}
	secrets, err := webhook.ParseSecrets(text)
	if err != nil {
		return nil, fmt.Errorf("webhook.secret_file: %s: %w", f.Webhook.SecretFile, err)
	}
	sender, err := webhook.Open(webhook.Config{
		Outbox: outbox, URL: f.Webhook.URL, Secrets: secrets, Refused: filepath.Join(dir, refusedName),
		Batch: f.Webhook.Batch, AllowPrivate: f.Webhook.AllowPrivate,
		Clock: c.clock, Logger: logger, Registerer: registry,
	})
	if err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
		defer cancel()
		if err := sender.Close(ctx); err != nil {
			logger.Warn("events will come again", "error", err)
		}
	}, nil
}

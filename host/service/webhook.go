package service

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/webhook"
)

// refusedName is the file of events that the receiver refused, in the store's
// directory.
const refusedName = "refused.jsonl"

// deliver has the events of a store delivered to its webhook; what it gives ends
// that, before the store is closed. dir is the store's directory.
func deliver(c StorageConfig, outbox store.Outbox, dir string) (end func(), err error) {
	text, err := config.ReadPrivate(c.Webhook.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("webhook.secret_file: %w", err)
	}
	secrets, err := webhook.ParseSecrets(text)
	if err != nil {
		return nil, fmt.Errorf("webhook.secret_file: %s: %w", c.Webhook.SecretFile, err)
	}
	sender, err := webhook.Open(webhook.Config{
		Outbox: outbox, URL: c.Webhook.URL, Secrets: secrets, Refused: filepath.Join(dir, refusedName),
		Batch: c.Webhook.Batch, AllowPrivate: c.Webhook.AllowPrivate,
		Clock: c.Clock, Logger: c.Logger, Registerer: c.Registerer,
	})
	if err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
		defer cancel()
		if err := sender.Close(ctx); err != nil {
			c.Logger.Warn("events will come again", "error", err)
		}
	}, nil
}

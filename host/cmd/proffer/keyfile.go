package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// keyFile keeps the keys in force as the file has them. A file that is broken,
// or gone for a moment, changes nothing.
type keyFile struct {
	file          string
	configuration *configuration
	logger        *slog.Logger
	saves         *saves

	mu      sync.Mutex
	list    []abi.Key // in force; never changed in place
	ring    *seal.Keyring
	refused bool // the newest file was
}

// open reads the file before the engine is made.
func (k *keyFile) open() (err error) {
	if k.saves, err = watchSaves(k.file); err != nil {
		return err
	}
	k.saves.modes = true // a file that others can read is refused until they cannot
	k.list, k.ring, err = servableKeys(k.file)
	return err
}

func (k *keyFile) close() {
	if k.saves != nil {
		k.saves.close()
	}
}

// servableKeys reads a file of keys that a service may have.
func servableKeys(file string) ([]abi.Key, *seal.Keyring, error) {
	list, err := config.LoadKeys(file)
	if err != nil {
		return nil, nil, err
	}
	if config.IsTest(list) {
		return nil, nil, errors.New("keys: the published test key signs for anyone; make keys with: proffer keys new")
	}
	ring, err := config.Keyring(list)
	return list, ring, err
}

// follow takes over what is saved in the file until ctx ends.
func (k *keyFile) follow(ctx context.Context) {
	k.saves.follow(ctx, k.logger, func() {
		if err := k.load(ctx); err != nil {
			k.logger.Error("keys refused, the last good ones stay", "error", err)
		}
	})
}

// load takes the file over.
func (k *keyFile) load(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	list, ring, err := servableKeys(k.file)
	if err == nil {
		err = k.apply(ctx, list, ring)
	}
	k.refused = err != nil
	return err
}

// apply puts keys in force. The caller holds the lock.
func (k *keyFile) apply(ctx context.Context, list []abi.Key, ring *seal.Keyring) error {
	if slices.Equal(list, k.list) {
		k.logger.Info("keys read, nothing changed")
		return nil
	}
	if err := k.configuration.change(ctx, func(c *abi.Config) { c.Keys = list }); err != nil {
		return err
	}
	k.list, k.ring = list, ring
	k.logger.Info("keys changed", "keys", len(list), "sign", signers(list))
	return nil
}

// signers names the keys that sign, by use and id.
func signers(list []abi.Key) string {
	var out []string
	for _, one := range list {
		if one.Primary {
			out = append(out, fmt.Sprintf("%s %d", one.Use, one.ID))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// keyring is the keys in force, for questions why.
func (k *keyFile) keyring() *seal.Keyring {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ring
}

// stale reports whether the newest file was refused.
func (k *keyFile) stale() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.refused
}

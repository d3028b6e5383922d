package live

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

// Keys keeps the keys in force as the file has them. A file that is broken,
// or gone for a moment, changes nothing.
type Keys struct {
	File          string
	Configuration *Configuration // to be set before they are followed
	Logger        *slog.Logger

	saves *Saves

	mu      sync.Mutex
	list    []abi.Key // in force; never changed in place
	ring    *seal.Keyring
	refused bool // the newest file was
}

// Open reads the file before the engine is made.
func (k *Keys) Open() (err error) {
	if k.saves, err = Watch(k.File); err != nil {
		return err
	}
	k.saves.Modes = true // a file that others can read is refused until they cannot
	k.list, k.ring, err = ServableKeys(k.File)
	return err
}

// Close ends the watching.
func (k *Keys) Close() {
	if k.saves != nil {
		k.saves.Close()
	}
}

// ServableKeys reads a file of keys that a service may have.
func ServableKeys(file string) ([]abi.Key, *seal.Keyring, error) {
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

// Follow takes over what is saved in the file until ctx ends.
func (k *Keys) Follow(ctx context.Context) {
	k.saves.Follow(ctx, k.Logger, func() {
		if err := k.Load(ctx); err != nil {
			k.Logger.Error("keys refused, the last good ones stay", "error", err)
		}
	})
}

// Load takes the file over.
func (k *Keys) Load(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	list, ring, err := ServableKeys(k.File)
	if err == nil {
		err = k.apply(ctx, list, ring)
	}
	k.refused = err != nil
	return err
}

// apply puts keys in force. The caller holds the lock.
func (k *Keys) apply(ctx context.Context, list []abi.Key, ring *seal.Keyring) error {
	if slices.Equal(list, k.list) {
		k.Logger.Info("keys read, nothing changed")
		return nil
	}
	if err := k.Configuration.Change(ctx, func(c *abi.Config) { c.Keys = list }); err != nil {
		return err
	}
	k.list, k.ring = list, ring
	k.Logger.Info("keys changed", "keys", len(list), "sign", signers(list))
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

// Keyring is the keys in force, for questions why.
func (k *Keys) Keyring() *seal.Keyring {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ring
}

// Stale reports whether the newest file was refused.
func (k *Keys) Stale() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.refused
}

// List is the keys in force, never to be changed.
func (k *Keys) List() []abi.Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.list
}

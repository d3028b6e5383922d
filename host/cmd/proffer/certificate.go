package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
)

// certificate is what the listener for visitors shows. What is saved in its files
// is shown at once; a pair that does not fit, as between the saves of the two,
// changes nothing.
type certificate struct {
	cert, key string
	logger    *slog.Logger
	saves     []*live.Saves

	mu      sync.Mutex
	current *tls.Certificate
	refused bool // the newest files were
}

// openCertificate reads the files that the command line names; nil: none.
func (c *serveCommand) openCertificate(registry *prometheus.Registry, logger *slog.Logger) (*certificate, error) {
	switch {
	case c.TLSCert == "" && c.TLSKey == "":
		return nil, nil
	case c.TLSCert == "" || c.TLSKey == "":
		return nil, errors.New("--tls-cert and --tls-key go together")
	}
	out := &certificate{cert: c.TLSCert, key: c.TLSKey, logger: logger}
	for _, file := range []string{c.TLSCert, c.TLSKey} {
		s, err := live.Watch(file)
		if err != nil {
			out.close()
			return nil, err
		}
		s.Modes = true // a key that others can read is refused until they cannot
		out.saves = append(out.saves, s)
	}
	if err := out.load(); err != nil {
		out.close()
		return nil, err
	}
	out.collect(registry)
	return out, nil
}

func (c *certificate) close() {
	if c == nil {
		return
	}
	for _, s := range c.saves {
		s.Close()
	}
}

func (c *certificate) load() (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { c.refused = err != nil }()
	chain, err := os.ReadFile(c.cert)
	if err != nil {
		return fmt.Errorf("--tls-cert: %w", err)
	}
	key, err := config.ReadPrivate(c.key)
	if err != nil {
		return fmt.Errorf("--tls-key: %w", err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return fmt.Errorf("--tls-cert %s, --tls-key %s: %w", c.cert, c.key, err)
	}
	c.current = &pair
	c.logger.Info("certificate read", "names", pair.Leaf.DNSNames, "until", pair.Leaf.NotAfter)
	return nil
}

// follow takes over what is saved until ctx ends.
func (c *certificate) follow(ctx context.Context) {
	if c == nil {
		return
	}
	var all sync.WaitGroup
	defer all.Wait()
	for _, s := range c.saves {
		all.Go(func() {
			s.Follow(ctx, c.logger, func() {
				if err := c.load(); err != nil {
					c.logger.Error("certificate refused, the last good one stays", "error", err)
				}
			})
		})
	}
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current, nil
}

// collect registers what is to be watched: one that ends unnoticed ends the site.
func (c *certificate) collect(registry *prometheus.Registry) {
	gauge := func(name, help string, value func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "proffer_certificate_" + name, Help: help}, func() float64 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return value()
		}))
	}
	gauge("until_seconds", "When the certificate that visitors see ends, Unix time.", func() float64 { return float64(c.current.Leaf.NotAfter.Unix()) })
	gauge("refused", "1 while the certificate's files are refused and the last good one is shown.", func() float64 {
		if c.refused {
			return 1
		}
		return 0
	})
}

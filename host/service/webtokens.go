package service

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/jwt"
	"github.com/profferhq/proffer/host/live"
)

// webTokens tells people by the JSON Web Tokens of their requests, under the
// keys in force as their file has them. A file that is broken, or gone for a
// moment, changes nothing. A nil one tells nobody.
type webTokens struct {
	verifier *jwt.Verifier
	source   string
	saves    *live.Saves
	logger   *slog.Logger
	refused  atomic.Bool // the newest file was
}

// openTokens has people told by tokens if the configuration says which.
func openTokens(c *Config) (*webTokens, error) {
	j := c.File.JWT
	if j == nil {
		return nil, nil
	}
	w := &webTokens{source: j.Source, logger: c.Logger}
	var err error
	if file := j.KeyFile + j.JWKSFile; file != "" {
		if w.saves, err = live.Watch(file); err != nil {
			return nil, err
		}
		w.saves.Modes = true // a secret that others can read is refused until they cannot
	}
	if w.verifier, err = jwt.New(tokensOf(j, c.Clock)); err != nil {
		w.close()
		return nil, err
	}
	w.register(c.Registerer)
	return w, nil
}

// tokensOf is the configuration of package jwt.
func tokensOf(j *config.JWT, clock func() time.Time) jwt.Config {
	out := jwt.Config{
		Cookie: j.Cookie, Header: j.Header, Algorithms: j.Algorithms, KeyFile: j.KeyFile, JWKSFile: j.JWKSFile,
		Issuer: j.Issuer, Audience: j.Audience, Claim: j.Claim, Leeway: jwt.DefaultLeeway, Clock: clock,
	}
	if j.LeewaySeconds != nil {
		out.Leeway = time.Duration(*j.LeewaySeconds) * time.Second
	}
	return out
}

func (w *webTokens) close() {
	if w != nil && w.saves != nil {
		w.saves.Close()
	}
}

// person tells whose request it is.
func (w *webTokens) person(r *http.Request) (source, key string, ok bool) {
	key, ok = w.verifier.Person(r.Header)
	return w.source, key, ok
}

// follow takes over what is saved in the file of keys until ctx ends.
func (w *webTokens) follow(ctx context.Context) {
	if w == nil {
		return
	}
	w.saves.Follow(ctx, w.logger, func() {
		err := w.verifier.Reload()
		w.refused.Store(err != nil)
		if err != nil {
			w.logger.Error("keys of JSON Web Tokens refused, the last good ones stay", "error", err)
			return
		}
		w.logger.Info("keys of JSON Web Tokens read", "file", w.verifier.File())
	})
}

func (w *webTokens) register(registry prometheus.Registerer) {
	for r := range jwt.NumResults {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "proffer_jwt_total", Help: "Times that a JSON Web Token was looked at, by what became of it.",
			ConstLabels: prometheus.Labels{"result": r.String()},
		}, func() float64 { return float64(w.verifier.Count(r)) }))
	}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "proffer_jwt_keys_refused", Help: "1 while the file of keys for JSON Web Tokens is refused and the last good keys are in force.",
	}, func() float64 {
		if w.refused.Load() {
			return 1
		}
		return 0
	}))
}

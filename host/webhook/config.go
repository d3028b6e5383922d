package webhook

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/store"
)

// Config says how a [Sender] works. Outbox, URL, Secrets and Refused are required;
// the zero value of every other field stands for its default.
type Config struct {
	Outbox store.Outbox
	URL    *url.URL // https; http only where private addresses are allowed

	// Secrets sign every request: the first is the receiver's, others were or
	// will be. See [ParseSecrets].
	Secrets [][]byte

	// Refused is the file for events that are set aside. It is made when there is
	// one, can be read by its owner alone, and grows to 64 MiB.
	Refused string

	// Batch is how many events a request has at most: 2 to 1000. Default 100.
	Batch int

	// MaxBytes is how long a request's body is at most, unless one event is
	// longer: 4 KiB to 16 MiB. Default 256 KiB.
	MaxBytes int

	// Delay is how long an event may wait for others: at most a minute. Default
	// 1 s.
	Delay time.Duration

	// Timeout bounds a request with its answer: 100 ms to a minute. Default 15 s.
	Timeout time.Duration

	// AllowPrivate allows loopback and private addresses, and http.
	AllowPrivate bool

	Roots      *x509.CertPool        // who may vouch for the receiver; default: the system's
	Clock      func() time.Time      // default time.Now
	Logger     *slog.Logger          // default: nothing is logged
	Registerer prometheus.Registerer // takes the metrics; default: they are not registered
}

const (
	defaultBatch    = 100
	defaultMaxBytes = 256 << 10
	defaultDelay    = time.Second
	defaultTimeout  = 15 * time.Second

	// minBatch is what one bad event can be told from another by.
	minBatch, maxBatch       = 2, 1000
	minBytes, maxBytes       = 4 << 10, 16 << 20
	maxDelay                 = time.Minute
	minTimeout, maxTimeout   = 100 * time.Millisecond, time.Minute
	maxSecrets               = 4
	firstPause, longestPause = time.Second, 5 * time.Minute
	longestAsked             = time.Hour // that Retry-After can ask for
)

func (c Config) complete() (Config, error) {
	def(&c.Batch, defaultBatch)
	def(&c.MaxBytes, defaultMaxBytes)
	def(&c.Delay, defaultDelay)
	def(&c.Timeout, defaultTimeout)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	var errs []error
	if c.Outbox == nil {
		errs = append(errs, errors.New("no outbox"))
	}
	if c.Refused == "" {
		errs = append(errs, errors.New("no file for refused events"))
	}
	return c, errors.Join(append(errs, c.checkURL(),
		within("secrets", len(c.Secrets), 1, maxSecrets),
		within("batch", c.Batch, minBatch, maxBatch),
		within("max_bytes", c.MaxBytes, minBytes, maxBytes),
		within("delay", c.Delay, 1, maxDelay),
		within("timeout", c.Timeout, minTimeout, maxTimeout))...)
}

// checkURL says of a URL no more than its host: it may hold a secret.
func (c *Config) checkURL() error {
	switch {
	case c.URL == nil || c.URL.Host == "":
		return errors.New("no URL")
	case c.URL.Scheme != "https" && !(c.URL.Scheme == "http" && c.AllowPrivate):
		return fmt.Errorf("the URL of %s is %q, not https (http needs private addresses to be allowed)", c.URL.Host, c.URL.Scheme)
	}
	return nil
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func within[T int | time.Duration](name string, v, low, high T) error {
	if v >= low && v <= high {
		return nil
	}
	return fmt.Errorf("%s is %v (have %v..%v)", name, v, low, high)
}

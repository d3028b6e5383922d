package config

import (
	"errors"
	"fmt"
	"net/url"
)

// Webhook says where the events of a store are delivered; package webhook has the
// limits and the defaults, which a zero stands for.
type Webhook struct {
	URL          *url.URL // nil: nowhere
	SecretFile   string   // read by [ReadPrivate]
	Batch        int      // events of a request
	AllowPrivate bool     // addresses of this machine and of private networks, and http
}

type webhookText struct {
	URL          string `json:"url"`
	SecretFile   string `json:"secret_file"`
	Batch        *int   `json:"batch"`
	AllowPrivate bool   `json:"allow_private"`
}

// parseWebhook takes the object of the file. What is wrong with a URL is said
// without it: one may hold a secret.
func (f *File) parseWebhook(t *webhookText) error {
	if t == nil {
		return nil
	}
	u, err := url.Parse(t.URL)
	switch {
	case t.URL == "":
		return errors.New("webhook.url is missing")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("webhook.url is not a URL like https://events.example/proffer")
	case u.User != nil:
		return errors.New("webhook.url has a name or a password; receivers know us by the signature")
	case u.Fragment != "":
		return fmt.Errorf("webhook.url ends with #%s, which is never sent", u.Fragment)
	case u.Scheme == "http" && !t.AllowPrivate:
		return errors.New("webhook.url is http, by which anybody on the way can read events; only with webhook.allow_private")
	case t.SecretFile == "":
		return errors.New("webhook.secret_file is missing")
	}
	f.Webhook = Webhook{URL: u, SecretFile: t.SecretFile, AllowPrivate: t.AllowPrivate}
	return setNumber(&f.Webhook.Batch, t.Batch, "webhook.batch")
}

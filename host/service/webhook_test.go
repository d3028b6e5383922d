package service

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/store"
)

// oneEvent is an outbox with one event, until that is delivered.
type oneEvent struct {
	arrivals  chan struct{}
	delivered chan uint64
	gone      bool
}

func (o *oneEvent) Pending(after uint64, _ int) ([]store.Event, error) {
	if after > 0 || o.gone {
		return nil, nil
	}
	return []store.Event{{Seq: 1, Line: []byte("proffer-event/1 e=accepted&t=1783684800000&p=0000000000000001&v=visitors&s=hero&c=web&o=beach&a=0123456789abcdef")}}, nil
}

func (o *oneEvent) Delivered(upto uint64) error {
	o.gone = true
	o.delivered <- upto
	return nil
}

func (o *oneEvent) Arrivals() <-chan struct{} { return o.arrivals }

// webhookConfig is a configuration file with a webhook.
func webhookConfig(t *testing.T, url, secret string, mode os.FileMode) config.File {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret), mode); err != nil {
		t.Fatal(err)
	}
	text := `{"webhook":{"url":"` + url + `","secret_file":"` + filepath.ToSlash(file) + `","allow_private":true}}`
	f, err := config.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const goodSecret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n"

func deliveries(w config.Webhook) StorageConfig {
	return StorageConfig{Webhook: w, Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)}
}

func TestWebhookDelivers(t *testing.T) {
	body := make(chan string, 1)
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body <- string(b)
	}))
	defer site.Close()
	f := webhookConfig(t, site.URL+"/in", goodSecret, 0o600)
	o := &oneEvent{arrivals: make(chan struct{}), delivered: make(chan uint64, 1)}
	end, err := deliver(deliveries(f.Webhook), o, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := <-body; !strings.Contains(got, `"event":"accepted"`) || !strings.Contains(got, `"subject":"0123456789abcdef"`) {
		t.Errorf("got %s", got)
	}
	if upto := <-o.delivered; upto != 1 {
		t.Errorf("delivered are those up to %d", upto)
	}
	end()
}

func TestWebhookRefusals(t *testing.T) {
	const url = "http://127.0.0.1:1/"
	o := &oneEvent{arrivals: make(chan struct{})}
	for name, c := range map[string]struct {
		secret string
		mode   os.FileMode
		says   string
	}{
		"no secret": {"# none\n", 0o600, "no secret"},
		"short":     {"whsec_AQID\n", 0o600, "3 (have 24..64)"},
		"readable":  {goodSecret, 0o644, "0600"},
	} {
		f := webhookConfig(t, url, c.secret, c.mode)
		end, err := deliver(deliveries(f.Webhook), o, t.TempDir())
		if err == nil || end != nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "AQID") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

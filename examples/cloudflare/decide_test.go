//go:build edges

package cloudflare_test

import (
	"net/http"
	"testing"

	"github.com/profferhq/proffer/examples/internal/callcase"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestDecide holds that pages that build themselves get their offers here as they
// do from the proxy.
func TestDecide(t *testing.T) {
	callcase.Run(t, func(t *testing.T, settings, snapshot []byte) callcase.Edge {
		w := start(t, setup{settings: settings, snapshot: snapshot, origin: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			t.Errorf("the origin is asked for %s", r.URL)
		})})
		return callcase.Edge{Send: func(request string) pagecase.Response { return w.send(t, request) }}
	})
}

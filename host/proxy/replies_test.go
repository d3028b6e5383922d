package proxy_test

import (
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// replies is the counter of an endpoint and a class.
func (r *rig) replies(t testing.TB, endpoint, code string) float64 {
	t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if l := m.GetLabel(); f.GetName() == "proffer_replies_total" && l[0].GetValue() == code && l[1].GetValue() == endpoint {
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no counter of %s and %s", endpoint, code)
	return 0
}

func TestReplyMetrics(t *testing.T) {
	engine := replying(t, func(r *abi.Request) []byte { return plainReply(abi.Reply{Code: 200 + 100*len(r.Query)}) })
	m := middleware(t, proxy.Config{Engine: engine})
	url := serve(t, m.Wrap(nobody(t))) + "/.proffer/"
	for _, path := range []string{"click", "click?aaa", "event?a", "forget", "offers.js?aa", "", "x/click", "clicks", "%63lick"} {
		send(t, "GET", url+path, nil)
	}
	for name, want := range map[string]float64{
		"click 2xx": 2, "click 5xx": 1, "event 3xx": 1, "forget 2xx": 1, "offers.js 4xx": 1, "other 2xx": 3, "other 4xx": 0,
	} {
		endpoint, code, _ := strings.Cut(name, " ")
		if got := m.replies(t, endpoint, code); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	m.expect(t, map[string]float64{"reply_seconds": 9})
}

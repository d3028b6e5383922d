package httpwasm_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/host/hosttest/pagecase"
)

// TestFragment asks for one slot of a page: the module answers, as everywhere, and
// the origin is not asked.
func TestFragment(t *testing.T) {
	var config map[string]string
	if err := json.Unmarshal(guestConfig(t, compileSmall(t), pagecase.Settings()), &config); err != nil {
		t.Fatal(err)
	}
	config["events"] = "log"
	b, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	m := newMiddleware(t, b, wazero.NewModuleConfig())
	s := m.serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the origin is asked for %s", r.URL) }))
	for request, want := range map[string]struct {
		code int
		body string
		line string
	}{
		"GET /.proffer/fragment?page=/&slot=hero":    {200, "<b>an offer</b>", "0 proffer-event/1 e=shown&"},
		"GET /.proffer/fragment?page=%2F&slot=hero":  {200, "<b>an offer</b>", "0 proffer-event/1 e=shown&"},
		"HEAD /.proffer/fragment?page=/&slot=hero":   {200, "", ""},
		"GET /.proffer/fragment?page=/&slot=hero_2":  {404, "not found", ""},
		"GET /.proffer/fragment?page=/x&slot=hero":   {404, "not found", ""},
		"GET /.proffer/fragment?page=/&slots=hero":   {400, "no page or no slot", ""},
		"POST /.proffer/fragment?page=/&slots=hero":  {405, "method not allowed", ""},
		"GET /.proffer/fragment?slot=hero&page=a.no": {400, "no page or no slot", ""},
	} {
		m.log.Reset()
		got := send(t, s, request+" HTTP/1.1\nHost: shop.example\n\n")
		if got.StatusCode != want.code || got.Text != want.body || got.Header.Get("Cache-Control") != "no-store" || got.Header["Set-Cookie"] != nil {
			t.Errorf("%s: %s", request, got)
		}
		if log := m.log.String(); !strings.HasPrefix(log, want.line) || want.line == "" && log != "" {
			t.Errorf("%s: the log has %q", request, log)
		}
	}
}

package httpwasm_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// TestEndpoints sends requests below the prefix: the module answers them, and
// the origin gets none.
func TestEndpoints(t *testing.T) {
	asked := 0
	origin := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusTeapot)
	})
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
	s := m.serve(t, origin)
	signed := func(a visitor.Action) string {
		return string(visitor.AppendTicket(nil, seal.TestKeyring(), a, &visitor.Ticket{
			ID: [8]byte{1}, Environment: snapshot.Hash32([]byte("visitors")), Space: snapshot.Hash32([]byte("hero")),
			Offer: snapshot.Hash32([]byte("one")), Minute: visitor.Minute(pagecase.Time.UnixMilli()), Destination: []byte("/one"),
		}))
	}
	post := func(path, body, headers string) string {
		return fmt.Sprintf("POST %s HTTP/1.1\nHost: shop.example:80\nContent-Length: %d\n%s\n%s", path, len(body), headers, body)
	}
	accept, click := "accept="+signed(visitor.Accept), "GET /.proffer/click?t="+signed(visitor.Click)+" HTTP/1.1\nHost: shop.example\n\n"
	for name, c := range map[string]struct {
		request string
		code    int
		header  string // "Name: value"
		body    string // begins with
		line    string
	}{
		"accept":              {post("/.proffer/event", accept, ""), 204, "Cache-Control: no-store", "", "e=accepted"},
		"accept in the query": {post("/.proffer/event?"+accept, "", "Origin: http://shop.example\n"), 204, "", "", "e=accepted"},
		"a form":              {post("/.proffer/event", accept, "Sec-Fetch-Mode: navigate\nReferer: http://shop.example/x?y\n"), 303, "Location: /x?y", "", "e=accepted"},
		"64 KiB":              {post("/.proffer/event", accept+strings.Repeat("&", 65536-len(accept)), ""), 204, "", "", "e=accepted"},
		"more than that":      {post("/.proffer/event", accept+strings.Repeat("&", 65537-len(accept)), ""), 413, "Content-Type: text/plain; charset=utf-8", "The request is too long.", ""},
		"another site":        {post("/.proffer/event", accept, "Origin: http://evil.example\n"), 403, "", "sent by another site", ""},
		"click":               {click, 303, "Location: /one", "", "e=clicked"},
		"a damaged link":      {strings.Replace(click, "?t=", "?t=A", 1), 400, "Content-Type: text/plain; charset=utf-8", "this link is damaged", ""},
		"forget":              {post("/.proffer/forget", "", ""), 204, "Set-Cookie: proffer=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", "", ""},
		"forget by a link":    {"GET /.proffer/forget HTTP/1.1\nHost: shop.example\n\n", 405, "Allow: POST", "method not allowed", ""},
		"the script":          {"GET /.proffer/offers.js HTTP/1.1\nHost: shop.example\n\n", 200, "Cache-Control: public, max-age=3600", "if (!(self.proffer ", ""},
		"no endpoint":         {"GET /.proffer/ HTTP/1.1\nHost: shop.example\n\n", 404, "", "not found", ""},
	} {
		m.log.Reset()
		got := send(t, s, c.request)
		key, value, _ := strings.Cut(c.header, ": ")
		if got.StatusCode != c.code || key != "" && got.Header.Get(key) != value || !strings.HasPrefix(got.Text, c.body) || (c.body == "") != (len(got.Text) == 0) {
			t.Errorf("%s: %s", name, got)
		}
		if log := m.log.String(); strings.HasPrefix(log, "0 proffer-event/1 "+c.line+"&t=") != (c.line != "") || c.line == "" && log != "" {
			t.Errorf("%s: the log has %q", name, log)
		}
		if set := got.Header["Set-Cookie"]; c.line != "" && (len(set) != 1 || !strings.HasPrefix(set[0], "proffer_e=")) {
			t.Errorf("%s: sets %q", name, set)
		}
	}
	if asked != 0 {
		t.Errorf("the origin got %d requests", asked)
	}
	if got := send(t, s, "GET /.proffe/offers.js HTTP/1.1\nHost: shop.example\n\n"); got.StatusCode != http.StatusTeapot {
		t.Errorf("a request that is not ours: %s", got)
	}
}

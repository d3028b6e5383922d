package proxy_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// unkeyed are fields by which origins make links, and which no cache has in its
// key; a stranger sends them.
var unkeyed = []string{
	"X-Forwarded-Host: evil.example", "X-Forwarded-Proto: evil", "X-Forwarded-Port: 666", "X-Forwarded-Prefix: /evil", "X-Forwarded-Scheme: evil",
	"X-Forwarded-Server: evil.example", "X-Forwarded-For: evil", "X-Forwarded-Ssl: evil", "X-Real-IP: evil", "Forwarded: host=evil.example;proto=evil",
	"X_Forwarded_Host: evil.example", "X-Forwarded_Host: evil.example", "X_Real_IP: evil",
}

// TestNobodyPoisonsACache: of a page that a shared cache keeps, the second visitor
// gets nothing that the first one has sent beside its address.
func TestNobodyPoisonsACache(t *testing.T) {
	origin := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=600")
		for _, field := range unkeyed {
			name, _, _ := strings.Cut(field, ":")
			if v := r.Header.Get(name); v != "" {
				_, _ = fmt.Fprintf(w, "<a href=%q>%s</a>", v, name)
			}
		}
		_, _ = io.WriteString(w, slotless)
	}))
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range append([]string{strings.Join(unkeyed, "\n")}, unkeyed...) {
		m := middleware(t, proxy.Config{})
		cache := serve(t, sharedCache(m.Limit(proxy.NewReverseProxy(m.Middleware, u))))
		attack := ask(t, cache, "GET", "/any", with(strings.Split(field, "\n")...)...)
		victim := ask(t, cache, "GET", "/any", navigation...)
		if attack.header.Get("X-Kept") != "false" || victim.header.Get("X-Kept") != "true" {
			t.Fatalf("the cache does not keep pages: %v", victim)
		}
		if strings.Contains(fmt.Sprint(victim), "evil") || strings.Contains(fmt.Sprint(victim), "666") {
			t.Errorf("%s: the next visitor got %v", field, victim)
		}
	}
}

// TestOffersNameNoStranger: what a visitor sends beside the page's address is in no
// offer and in no link of one.
func TestOffersNameNoStranger(t *testing.T) {
	everywhere(t, func(t *testing.T, front front) {
		server := front(t, middleware(t, proxy.Config{}), page(slotted))
		for _, fields := range [][]string{unkeyed, {"Host: evil.example"}, {"Host: shop.example:666"}, {"Referer: https://evil.example/", "Origin: https://evil.example"}} {
			if a := ask(t, server, "GET", "/any", with(fields...)...); a.status != 200 || strings.Contains(fmt.Sprint(a), "evil") || strings.Contains(fmt.Sprint(a), "666") {
				t.Errorf("%v: %v", fields, a)
			}
		}
	})
}

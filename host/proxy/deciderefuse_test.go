package proxy_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/proxy"
)

// refusal is a problem as a program reads it.
type refusal struct {
	Type, Title, Detail, Field string
	Status                     int
}

// What is wrong is said with its field.
func TestDecideRefuses(t *testing.T) {
	m, url := api(t, proxy.Config{})
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  int
		field   string
	}{
		"unknown field":       {`{"slots":[{"space":"hero"}],"seed":1}`, nil, 400, "seed"},
		"twice":               {`{"slots":[],"slots":[]}`, nil, 400, "slots"},
		"wrong type":          {`{"slots":[{"space":7}]}`, nil, 400, "slots[0].space"},
		"nested":              {strings.Repeat("[", 1000), nil, 400, ""},
		"huge number":         {`{"slots":[{"space":"hero"}],"attributes":{"basket":1e400}}`, nil, 400, "attributes.basket"},
		"not UTF-8":           {"{\"slots\":[{\"space\":\"\xff\"}]}", nil, 400, ""},
		"trailing":            {`{"slots":[{"space":"hero"}]}x`, nil, 400, ""},
		"nothing":             {"", nil, 400, ""},
		"as long as may be":   {`{"slots":[{"space":"hero"}]}` + strings.Repeat(" ", 64<<10-28), nil, 200, ""},
		"too long":            {`{"slots":[{"space":"hero"}]}` + strings.Repeat(" ", 64<<10-27), nil, 413, ""},
		"time of the trusted": {`{"slots":[{"space":"hero"}],"time":"2026-07-10T12:00:00Z"}`, []string{"Authorization: Bearer peer"}, 400, "time"},
		"a form":              {`{"slots":[{"space":"hero"}]}`, []string{"Content-Type: text/plain"}, 415, ""},
		"no type":             {`{"slots":[{"space":"hero"}]}`, []string{"Content-Type: "}, 415, ""},
		"a type's charset":    {`{"slots":[{"space":"hero"}]}`, []string{"Content-Type: application/json; charset=utf-8"}, 200, ""},
		"another site":        {`{"slots":[{"space":"hero"}]}`, []string{"Origin: https://evil.example"}, 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, header, text := call(t, url, c.body, c.headers...)
			if status != c.status {
				t.Fatalf("%d %s", status, text)
			}
			if status == 200 {
				return
			}
			var p refusal
			if err := json.Unmarshal([]byte(text), &p); err != nil || p.Type != "about:blank" || p.Status != status || p.Title != http.StatusText(status) ||
				p.Detail == "" || p.Field != c.field || header.Get("Content-Type") != "application/problem+json" || header.Get("Cache-Control") != "no-store" ||
				len(header["Set-Cookie"]) != 0 {
				t.Errorf("%v %v %s", err, header, text)
			}
		})
	}
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"} {
		if status, header, _ := send(t, method, url+"/.proffer/decide", nil); status != 405 || header.Get("Allow") != "POST" {
			t.Errorf("%s: %d %v", method, status, header)
		}
	}
	if n := m.replies(t, "decide", "4xx"); n != 18 {
		t.Errorf("%v refusals counted", n)
	}
	m.expect(t, map[string]float64{"decision_seconds": 2})
}

// Whatever the engine does, the caller is told that it does not work now.
func TestDecideFails(t *testing.T) {
	for name, c := range failing(t) {
		t.Run(name, func(t *testing.T) {
			_, url := api(t, proxy.Config{Engine: c.engine})
			want, kind := 503, "application/problem+json"
			switch {
			case name == "refusal":
				want = 400
			case strings.HasPrefix(name, "panic"):
				kind = "text/plain; charset=utf-8"
			}
			for range 2 {
				status, header, text := call(t, url, `{"slots":[{"space":"hero"}]}`)
				if status != want || header.Get("Content-Type") != kind || header.Get("Cache-Control") != "no-store" || strings.Contains(text, "not this one") {
					t.Errorf("%d %v %s", status, header, text)
				}
			}
		})
	}
}

package traefik_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// fixed is the time of all cases.
var fixed = time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)

// TestPages runs the cases of the http-wasm example, which are written down there
// as that host library answers them: Traefik does the same, byte for byte.
func TestPages(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(traefik.cases, "*.txtar"))
	if err != nil || len(names) < 20 {
		t.Fatalf("%d cases: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, archive)
		})
	}
}

func runCase(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	var origin, got, cookie, text string
	var paused []abi.Paused
	for _, f := range archive.Files {
		switch f.Name {
		case "catalog.yaml":
			text = string(f.Data)
		case "paused":
			for line := range strings.Lines(string(f.Data)) {
				env, code, _ := strings.Cut(strings.TrimSpace(line), " ")
				paused = append(paused, abi.Paused{Environment: env, Kind: abi.PausedOffer, Name: code})
			}
		}
	}
	h, log := middleware(t, inline(compile(t, text), settings(func(c *abi.Config) {
		c.Paused = paused
		c.Fixed = &abi.Fixed{Time: fixed.UnixMilli(), Seed: 1, Entropy: [abi.EntropySize]byte{1, 2, 3}}
	})), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, origin) }))
	s := httptest.NewServer(h)
	defer s.Close()
	for _, f := range archive.Files {
		switch f.Name {
		case "origin":
			origin = string(f.Data)
		case "request":
			got = send(t, s, fill(t, string(f.Data), cookie)+"\n", &cookie)
		case "passed", "decided":
			if got != string(f.Data) {
				t.Errorf("%s\n got:\n%s\nwant:\n%s", f.Name, got, f.Data)
			}
		}
	}
	if log.String() != "" {
		t.Errorf("the log has %s", log)
	}
}

var token = regexp.MustCompile(`\$token\(([^)]*)\)`)

// fill puts cookie and identity tokens into a request.
func fill(t *testing.T, request, cookie string) string {
	t.Helper()
	return token.ReplaceAllStringFunc(strings.ReplaceAll(request, "$cookie", cookie), func(s string) string {
		form, err := url.ParseQuery(token.FindStringSubmatch(s)[1])
		if err != nil {
			t.Fatal(err)
		}
		var attributes []seal.Attribute
		for name, values := range form {
			if rest, ok := strings.CutPrefix(name, "a."); ok {
				attributes = append(attributes, seal.Attribute{Name: rest, Value: values[0]})
			}
		}
		b, err := seal.AppendToken(nil, seal.TestKeyring(), form.Get("source"), form.Get("key"), fixed.Unix()+3600, attributes)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	})
}

// answer sends a response that is given as text.
func answer(w http.ResponseWriter, text string) {
	head, body, _ := strings.Cut(text, "\n\n")
	status, fields, _ := strings.Cut(head, "\n")
	for _, line := range strings.Split(fields, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			w.Header().Add(name, value)
		}
	}
	var code int
	if _, err := fmt.Sscanf(status, "HTTP/1.1 %d", &code); err != nil {
		panic("origin: " + status)
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, body)
}

// send writes a request as it is and returns the response as text, its header in
// order, without what the server adds to any. A visitor cookie goes to cookie.
func send(t *testing.T, s *httptest.Server, request string, cookie *string) string {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head, body, _ := strings.Cut(request, "\n\n")
	head = strings.ReplaceAll(head, "\n", "\r\n") + "\r\nConnection: close\r\n\r\n"
	if _, err := io.WriteString(conn, head+body); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%v: %.200q", err, request)
	}
	b, err := io.ReadAll(r.Body)
	if err := errors.Join(err, r.Body.Close()); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for name, values := range r.Header {
		for _, v := range values {
			if name != "Date" && name != "Connection" {
				lines = append(lines, name+": "+v+"\n")
			}
			if name == "Set-Cookie" && strings.Contains(v, "proffer=") {
				*cookie, _, _ = strings.Cut(v, ";")
			}
		}
	}
	slices.Sort(lines)
	return fmt.Sprintf("%s %s\n%s\n%s", r.Proto, r.Status, strings.Join(lines, ""), b)
}

//go:build linux || darwin

package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// accepted answers the offer of a page of the ask slot, by the address in its page, and gives the
// code.
func accepted(t *testing.T, s serving, page, cookie string) int {
	t.Helper()
	link := regexp.MustCompile(`<a href="([^"]+)">yes`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("no link: %s", page)
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.url+strings.ReplaceAll(link[1], "&amp;", "&"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", cookie)
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// fullEnv marks the process of its own in which TestServeFull works.
const fullEnv = "PROFFER_TEST_FULL"

// TestServeFull fills the disk under a store, for which the limit of a file's size
// stands: pages are served with their offers, an answer that would be lost is
// refused, and with room again it is taken, without a restart.
func TestServeFull(t *testing.T) {
	if os.Getenv(fullEnv) == "" {
		// The limit holds for the whole process, also for what go test writes.
		alone := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestServeFull$")
		alone.Env = append(os.Environ(), fullEnv+"=1")
		if out, err := alone.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	command := serveCommand{Origin: slottedSite(t), Catalog: storedCatalog(t), Keys: newKeys(t), Store: "file:" + filepath.Join(t.TempDir(), "store")}
	s, stop := keeping(t, command)
	for range 5 {
		_, cookie := browse(t, "GET", s.url+"/start", "")
		page, _ := browse(t, "GET", s.url+"/asked", cookie)
		full(t, func() {
			if code := accepted(t, s, page, cookie); code != http.StatusServiceUnavailable {
				t.Errorf("full: an answer gets %d, want 503", code)
			}
			if page, _ := browse(t, "GET", s.url+"/capped", cookie); !strings.Contains(page, "<b>one</b>") {
				t.Errorf("full: %s", page)
			}
		})
		began := time.Now()
		if code := accepted(t, s, page, cookie); code >= 400 {
			t.Errorf("with room again: an answer gets %d", code)
		}
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("works again after %v, want 5 s", d)
		}
		if page, _ := browse(t, "GET", s.url+"/asked", cookie); strings.Contains(page, "<b>question</b>") {
			t.Errorf("accepted, and asked again: %s", page)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// full does something while no file may be longer than the heads of the store's.
func full(t *testing.T, do func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8192, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
	}()
	do()
}

// TestServeEnds ends the command as a signal does while visitors browse: every page
// that the origin was asked for comes whole, and what was shown is in the store.
func TestServeEnds(t *testing.T) {
	c := crowd{reached: make(chan struct{})}
	origin := httptest.NewServer(&c)
	defer origin.Close()
	command := serveCommand{Origin: origin.URL, Catalog: storedCatalog(t), Keys: newKeys(t), Store: "file:" + filepath.Join(t.TempDir(), "store")}
	s, stop := keeping(t, command)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for c.wander(t.Context(), s.url) {
			}
		})
	}
	<-c.reached
	began := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("ended after %v, want 10 s", d)
	}
	all.Wait()
	if asked, whole := c.asked.Load(), c.whole.Load(); asked != whole {
		t.Errorf("%d pages were asked for, %d came", asked, whole)
	}
	s, _ = keeping(t, command)
	for _, cookie := range c.shown {
		if page, _ := browse(t, "GET", s.url+"/capped", cookie); !strings.Contains(page, "<b>two</b>") {
			t.Fatalf("of %d, one is not in the store: %s", len(c.shown), page)
		}
	}
}

// crowd are visitors, and the origin whose pages they see.
type crowd struct {
	asked, whole atomic.Int64
	reached      chan struct{} // closed when enough pages were asked for

	mu    sync.Mutex
	shown []string // cookies from before the page on which an offer was shown
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if c.asked.Add(1) == 200 {
		close(c.reached)
	}
	_, _ = io.WriteString(w, `<!doctype html><p data-offer-space="hero">own</p><p data-offer-space="side">own</p>`)
}

// wander is two pages of a new visitor. It reports whether the command still listens.
func (c *crowd) wander(ctx context.Context, url string) bool {
	cookie, ok := c.page(ctx, url+"/start", "", "<i>")
	if !ok {
		return false
	}
	if _, ok = c.page(ctx, url+"/capped", cookie, "<b>one</b>"); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.shown = append(c.shown, cookie)
	}
	return ok
}

// page asks for one by a connection of its own.
func (c *crowd) page(ctx context.Context, url, cookie, has string) (set string, ok bool) {
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return "", false
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Cookie", cookie)
	r.Close = true
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", false
	}
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(b), has) {
		return "", false
	}
	c.whole.Add(1)
	if list := res.Cookies(); len(list) > 0 {
		set = list[0].Name + "=" + list[0].Value
	}
	return set, true
}

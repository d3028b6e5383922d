package httpwasm_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/author"
	shop "github.com/profferhq/proffer/examples/shop/origin"
	"github.com/profferhq/proffer/host/hosttest"
)

// TestWalk walks through the example shop with the module in front: a click, a
// yes and a no beside the text, and forgetting, each as a browser without scripts
// sends it, and what the next page makes of it.
func TestWalk(t *testing.T) {
	files, err := author.Read("../shop/catalog")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := hosttest.Compile(files)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]string
	if err := json.Unmarshal(guestConfig(t, catalog, keyed()), &config); err != nil {
		t.Fatal(err)
	}
	config["events"] = "log"
	b, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	site, err := shop.New(shop.Config{})
	if err != nil {
		t.Fatal(err)
	}
	m := newMiddleware(t, b, frozen())
	w := walker{T: t, url: m.serve(t, site).URL, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if w.client.Jar, err = cookiejar.New(nil); err != nil {
		t.Fatal(err)
	}
	const list, beside = "/travel/canada", `href="(/\.proffer/click[^"]+)"[^>]*>[^<]*</a>\s*<div class="answers"`
	page := w.ask(http.MethodGet, list, http.StatusOK)
	if !strings.Contains(page, "New here?") {
		t.Error("a stranger is not greeted")
	}
	clicked := w.ask(http.MethodGet, address(t, page, beside), http.StatusSeeOther)
	if !strings.HasPrefix(clicked, "/offers/") {
		t.Errorf("the click leads to %q", clicked)
	}
	w.ask(http.MethodPost, address(t, page, `action="(/\.proffer/event\?accept=[^"]+)"`), http.StatusSeeOther)
	if page = w.ask(http.MethodGet, list, http.StatusOK); !strings.Contains(page, "Held so far: 1.") {
		t.Error("after a yes the page does not say thanks")
	}
	w.ask(http.MethodPost, address(t, page, `action="(/\.proffer/event\?reject=[^"]+)"`), http.StatusSeeOther)
	page = w.ask(http.MethodGet, list, http.StatusOK)
	link := address(t, page, beside)
	if to := w.ask(http.MethodGet, link, http.StatusSeeOther); regexp.MustCompile(`rockies|laurentian|yukon|lakes`).MatchString(to) {
		t.Errorf("after a no to Canada %s is offered", to)
	}
	w.ask(http.MethodPost, "/.proffer/forget", http.StatusSeeOther)
	if page = w.ask(http.MethodGet, list, http.StatusOK); !strings.Contains(page, "New here?") {
		t.Error("whoever was forgotten is not greeted as a stranger")
	}
	for kind, want := range map[string]int{"clicked": 2, "accepted": 1, "rejected": 1} {
		if got := strings.Count(m.log.String(), "proffer-event/1 e="+kind+"&"); got != want {
			t.Errorf("the log tells of %q %d times, want %d", kind, got, want)
		}
	}
}

// walker is a browser without scripts.
type walker struct {
	*testing.T
	url    string
	client *http.Client
}

// ask gives the page, or where the answer leads.
func (w walker) ask(method, address string, status int) string {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+address, nil)
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := w.client.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		w.Fatalf("%s %s: status %d, want %d; error %v: %s", method, address, answer.StatusCode, status, err, body)
	}
	if status == http.StatusSeeOther {
		return answer.Header.Get("Location")
	}
	return string(body)
}

// address is what a pattern finds in a page.
func address(t *testing.T, page, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("nothing is like %s", pattern)
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

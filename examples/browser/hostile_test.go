//go:build edges

package browser_test

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/profferhq/proffer/examples/shop/origin"
	"github.com/profferhq/proffer/host/hosttest/payload"
)

// look is run in a page that holds offers: it lets every event happen to every
// element, and gives what each slot has become.
//
//go:embed look.js
var look string

// batches are the payloads that are text, cut into pages: at most so many on one,
// and so many bytes when they are form-encoded.
func batches(texts, bytes int) (all [][]payload.Payload) {
	var batch []payload.Payload
	size := 0
	for _, p := range payload.All() {
		if !utf8.ValidString(p.Text) {
			continue // what is no UTF-8 is missing: package payload holds that
		}
		n := len(url.QueryEscape(p.Text)) + len("&a.t00=")
		if len(batch) == texts || size+n > bytes {
			all, batch, size = append(all, batch), nil, 0
		}
		batch, size = append(batch, p), size+n
	}
	return append(all, batch)
}

// markers are pages' markers of slots; %s is the space.
var markers = []string{
	`<aside data-offer-space="%s">own</aside>`,
	`<section id='i_%s'><p>own</p></section>`,
	"<nav><!-- offer:%s --><b>own</b><!-- /offer --></nav>",
	`<table><tr><td data-offer-space=%s>own</td></tr></table>`,
}

// slotted is a page with slots, each within an element that says so. It has no
// policy: nothing but the escaping stands between a text and the browser.
func slotted(w http.ResponseWriter, spaces []string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><html lang="en"><title>Slots</title><link rel="icon" href="data:,"><body>`)
	for i, space := range spaces {
		fmt.Fprintf(w, "<div data-slot=%q>%s</div>\n", space, fmt.Sprintf(markers[i%len(markers)], space))
	}
}

// gif is the smallest picture.
const gif = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// pictures answers for pictures, and leaves the rest to a page.
func pictures(page http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/i/") {
			w.Header().Set("Content-Type", "image/gif")
			_, _ = w.Write([]byte(gif))
			return
		}
		page(w, r)
	})
}

// became is what look.js gives of a slot.
type became struct {
	Shape, Text, Value string
	Bad                []string
}

// looked gives what the slots of a page are, and holds that nothing ran in it
// and that it asked for nothing but pictures, of its own site or where authors
// may name foreign ones of any.
func (p *tab) looked(what string, foreign bool) map[string]became {
	p.Helper()
	var found struct {
		Slots map[string]became
		Ran   bool
	}
	p.eval(look, &found)
	var n notes
	p.do("settle", nil, nil)
	p.do("notes", nil, &n)
	for _, text := range slices.Concat(n.Console, n.Errors, n.Dialogs, n.Popups) {
		if !foreign || !strings.HasPrefix(text, "error: Failed to load resource: net::") {
			p.Errorf("%s: %s", what, text)
		}
	}
	if found.Ran {
		p.Errorf("%s: a text has run", what)
	}
	for _, r := range n.Requests {
		own, isOwn := strings.CutPrefix(r.URL, p.base)
		switch {
		case r.Type == "document" && isOwn, r.Type == "image" && isOwn && strings.HasPrefix(own, "/i/"), r.Type == "image" && foreign:
		default:
			p.Errorf("%s: the page asks for a %s: %s %s", what, r.Type, r.Method, r.URL)
		}
	}
	for slot, b := range found.Slots {
		for _, bad := range b.Bad {
			p.Errorf("%s: %s has %s", what, slot, bad)
		}
	}
	return found.Slots
}

// header is a text as a header can carry it, "x" if it cannot.
func header(text string) string {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return "x"
		}
	}
	if strings.TrimSpace(text) != text {
		return "x"
	}
	return text
}

// Limits of a batch: the names of parameters and headers that a catalog may read
// and the bytes of a query, and the bytes of a token.
const (
	sentTexts, sentBytes   = 24, 7000
	tokenTexts, tokenBytes = 10, 1300
)

// TestHostileTexts brings every payload into pages of the proxy, as visitors send
// them by parameters and headers, and as an identity token has them, and lets
// Chromium load the pages.
func TestHostileTexts(t *testing.T) {
	c := startChromium(t)
	var ways []payload.Way
	var target, sent, known []string
	for i := range sentTexts {
		q, h := fmt.Sprintf("q%d", i), fmt.Sprintf("h%d", i)
		ways = append(ways, payload.Way{Space: q + "-", Expression: "request.query." + q}, payload.Way{Space: h + "-", Expression: fmt.Sprintf(`request.header["x-%s"]`, h)})
		sent = append(sent, q+"-", h+"-")
	}
	for i := range tokenTexts {
		k := fmt.Sprintf("t%d", i)
		ways = append(ways, payload.Way{Space: k + "-", Expression: "target." + k})
		target = append(target, k+": string")
		known = append(known, k+"-")
	}
	keys := newKeys(t)
	s := serve(t, pictures(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "people.") {
			slotted(w, known)
			return
		}
		slotted(w, sent)
	}), written(t, payload.Catalog(ways, "{"+strings.Join(target, ", ")+"}", "{}")), keys)
	key, err := origin.ReadKey(keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("sent", func(t *testing.T) {
		h := &hostile{tab: c.open(t, "hostile", s.base, nil), key: key, slots: len(sent)}
		h.all(batches(sentTexts, sentBytes))
	})
	t.Run("in a token", func(t *testing.T) {
		h := &hostile{tab: c.open(t, "hostile person", "http://people.localhost:"+s.port, object{"locale": "fr-FR"}), key: key, slots: len(known), token: true}
		h.all(batches(tokenTexts, tokenBytes))
	})
}

// hostile is somebody who sends texts.
type hostile struct {
	*tab
	key      origin.Key
	slots    int
	token    bool              // they are in an identity token
	harmless map[string]became // of harmless texts
}

func (h *hostile) all(batches [][]payload.Payload) {
	h.Helper()
	h.harmless = h.bring([]payload.Payload{{Class: "harmless", Text: "x"}})
	if len(h.harmless) != h.slots {
		h.Fatalf("%d slots, want %d", len(h.harmless), h.slots)
	}
	for _, batch := range batches {
		h.compare(batch, h.bring(batch))
	}
}

// bring asks for a page with texts in every way.
func (h *hostile) bring(batch []payload.Payload) map[string]became {
	h.Helper()
	query, headers, attributes := url.Values{}, object{}, map[string]string{}
	for i := range h.slots {
		text := "x"
		if i < len(batch) {
			text = batch[i].Text
		}
		query.Set(fmt.Sprintf("q%d", i), text)
		headers[fmt.Sprintf("x-h%d", i)] = header(text)
		attributes[fmt.Sprintf("t%d", i)] = text
	}
	address := h.base + "/?" + query.Encode()
	if h.token {
		headers, address = object{"Proffer-Identity": h.key.Token(origin.Claims{Source: "main", Person: "1", Expires: time.Now().Add(time.Hour), Attrs: attributes})}, h.base+"/"
	}
	h.do("headers", object{"headers": headers}, nil)
	for limit := time.Now().Add(patience); ; {
		h.do("goto", object{"url": address}, nil)
		slots := h.looked(batch[0].Class, false)
		if filled(slots) {
			return slots
		}
		// A machine that is too busy serves the page as it came.
		if time.Now().After(limit) {
			h.Fatalf("%s: slots without offers for %v: %v", batch[0].Class, patience, slots)
		}
	}
}

// filled reports whether every slot has an offer.
func filled(slots map[string]became) bool {
	for _, b := range slots {
		if !strings.Contains(b.Shape, "offer-card") {
			return false
		}
	}
	return len(slots) > 0
}

// compare holds that a page has the elements of a harmless one, and the texts.
func (h *hostile) compare(batch []payload.Payload, got map[string]became) {
	h.Helper()
	for slot, want := range h.harmless {
		var i int
		if _, err := fmt.Sscanf(slot[1:], "%d-", &i); err != nil {
			h.Fatal(err)
		}
		text, b := "x", got[slot]
		if i < len(batch) {
			text = batch[i].Text
		}
		if slot[0] == 'h' {
			text = header(text)
		}
		if b.Shape != want.Shape {
			h.Errorf("%q changes %s from\n%s\nto\n%s", text, slot, want.Shape, b.Shape)
		}
		if want := read(text); read(b.Text) != want || read(b.Value) != want {
			h.Errorf("%q is %q in the text of %s and %q in an attribute", text, b.Text, slot, b.Value)
		}
	}
}

// read is a text as HTML reads it.
func read(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "", "\ufffd", "").Replace(text)
}

// written writes a catalog into a directory.
func written(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

//go:build edges

package browser_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profferhq/proffer/examples/shop/origin"
)

// shop is the example shop behind the command, with a store.
func shop(t *testing.T, wrap ...func(http.Handler) http.Handler) *site {
	t.Helper()
	keys := newKeys(t)
	key, err := origin.ReadKey(keys)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := origin.New(origin.Config{Identity: key})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrap {
		handler = w(handler)
	}
	return serve(t, handler, filepath.Join("..", "shop", "catalog"), keys, "--store", "file:"+filepath.Join(t.TempDir(), "store"))
}

// Where the shop shows offers, and what it says to strangers and to others.
const (
	hero   = `[data-offer-space="hero"]`
	second = `[data-offer-space="hero_2"]`
	banner = `#i_banner`
	strip  = `[data-offer-space="strip"]`
	side   = `[data-offer-space="side"]`
	foot   = `.slot-footer`

	stranger  = "New here?"
	returning = "Still looking?"
	held      = "Thank you. A place is held for you."
	beaches   = "/travel/beaches"
)

// noScript are the options of a browser that runs no scripts.
func noScript() object { return object{"javaScriptEnabled": false} }

// TestShop walks through the shop, each person in a browser of their own.
func TestShop(t *testing.T) {
	c := startChromium(t)
	s := shop(t)
	for name, walk := range map[string]func(*testing.T, *chromium, *site){
		"stranger": stranging, "French": french, "returning": comingBack, "customer": loggingIn, "forgetting": forgetting,
		"consent": consenting, "two tabs": twoTabs, "back and forth": backAndForth, "mobile": onAPhone, "without script": withoutScript,
	} {
		t.Run(name, func(t *testing.T) { walk(t, c, s) })
	}
}

// stranging comes for the first time, and looks at every kind of page.
func stranging(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "stranger", s.base, nil)
	p.visit("/")
	p.known()
	p.says("a stranger", strip, stranger)
	p.shows("a stranger", hero, "visitors", "hero", "en")
	p.shows("a stranger", second, "visitors", "hero", "en")
	p.shows("a stranger", banner, "visitors", "banner", "en")
	p.named()
	p.shot("stranger-home")
	for _, path := range []string{"/travel/", beaches, "/travel/canada", "/travel/cities", "/trip/kyoto-in-blossom", "/offers/travel-week", "/about", "/login", "/logout"} {
		p.visit(path)
		p.named()
		p.shot("stranger" + strings.ReplaceAll(strings.TrimSuffix(path, "/"), "/", "-"))
	}
}

// named holds that who does not see the page finds their way: it has its
// landmarks, and every link and button has a name.
func (p *tab) named() {
	p.Helper()
	var tree string
	p.do("aria", nil, &tree)
	for _, landmark := range []string{"banner", "main", "contentinfo", `navigation "Main"`} {
		if !regexp.MustCompile(`(?m)^ *- ` + landmark).MatchString(tree) {
			p.Errorf("%s has no landmark %s:\n%s", p.path(), landmark, tree)
		}
	}
	for line := range strings.Lines(tree) {
		role, name, _ := strings.Cut(strings.TrimLeft(line, " -"), " ")
		role, name = strings.TrimSpace(role), strings.TrimSpace(name)
		if (strings.TrimSuffix(role, ":") == "link" || strings.TrimSuffix(role, ":") == "button") && !strings.HasPrefix(name, `"`) {
			p.Errorf("%s has a %s without a name: %s", p.path(), role, line)
		}
	}
}

// french asks for French, and is offered what has a translation in it.
func french(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "French", s.base, object{"locale": "fr-FR"})
	p.visit("/")
	p.shows("in French", hero, "visitors", "hero", "fr")
	p.shows("in French", second, "visitors", "hero", "fr")
	p.shot("french-home")
}

// comingBack is known again: the line on top changes, and no line comes more
// than twice a day, until those are left to which no rule applies.
func comingBack(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "returning", s.base, nil)
	p.visit("/")
	p.says("at first", strip, stranger)
	before := p.ours()["proffer"]
	p.visit("/")
	p.says("on the second page", strip, returning)
	p.known()
	if p.ours()["proffer"].Value == before.Value {
		t.Error("the cookie is the one of the first page")
	}
	seen := map[string]int{p.text(strip): 1}
	last := ""
	for range 12 {
		p.visit("/trip/kyoto-in-blossom")
		last = p.text(strip)
		seen[last]++
		if strings.HasPrefix(last, "A letter on paper") {
			break
		}
	}
	for line, n := range seen {
		if n > 2 {
			t.Errorf("the strip says %q %d times in a day", line, n)
		}
	}
	if !strings.HasPrefix(last, "A letter on paper") {
		t.Errorf("when all lines have been there the strip says %q: %v", last, seen)
	}
	p.shot("returning-capped")
}

// loggingIn is a customer, sees what customers see, and logs out.
func loggingIn(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "customer", s.base, nil)
	p.visit("/")
	p.shows("before the login", hero, "visitors", "hero", "en")
	p.visit("/login")
	p.press(`input[value="1002"]`)
	p.shot("customer-login")
	p.click(`main form button`)
	p.visit("/")
	p.says("logged in", ".who-name", "Customer 1002")
	for _, place := range []string{hero, second} {
		p.shows("logged in", place, "customers", "hero", "en")
	}
	p.shows("logged in", banner, "customers", "banner", "en")
	p.named()
	p.shot("customer-home")
	p.visit("/account")
	p.named()
	p.shot("customer-account")
	p.click(`.who form button`)
	p.visit("/")
	p.says("logged out", ".who", "Log in")
	p.shows("logged out and known", hero, "customers", "hero", "en")
	p.shows("logged out, where only a login counts", banner, "visitors", "banner", "en")
	p.shot("customer-logged-out")
}

// forgetting presses Forget me, and is a stranger with the next page.
func forgetting(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "forgotten", s.base, nil)
	p.visit("/")
	p.visit("/")
	p.says("before", strip, returning)
	before := p.ours()["proffer"]
	n := p.click(`form[action="/.proffer/forget"] button`)
	if !slices.ContainsFunc(n.Answers, func(a struct {
		Status int
		URL    string
	}) bool {
		return a.Status == http.StatusSeeOther && a.URL == s.base+"/.proffer/forget"
	}) {
		t.Errorf("to be forgotten is answered by %v", n.Answers)
	}
	if p.path() != "/" {
		t.Errorf("it leads to %s", p.path())
	}
	p.says("forgotten", strip, stranger)
	if after := p.ours(); after["proffer"].Value == "" || after["proffer"].Value == before.Value {
		t.Errorf("cookies after it: %v", after)
	}
}

// twoTabs are two pages of one browser, one of which is older than what was
// done on the other.
func twoTabs(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "first tab", s.base, nil)
	p.visit(beaches)
	q := p.another("second tab")
	q.visit(beaches)
	offered := p.text(side + " h2")
	if got := q.text(side + " h2"); got != offered {
		t.Errorf("one tab shows %q and the other %q", offered, got)
	}
	q.click(side + ` form[action*="accept"] button`)
	q.says("after a yes on the second tab", foot, held)
	p.click(side + ` form[action*="accept"] button`)
	p.says("a yes on the older page", foot, "Thank you.")
	if got := p.text(side + " h2"); got == offered {
		t.Errorf("%q is held and offered", got)
	}
	p.click(`form[action="/.proffer/forget"] button`)
	q.click(side + " a.more") // of a visitor who is no more
	if !strings.HasPrefix(q.path(), "/offers/") {
		t.Errorf("a link of an older page leads to %s", q.path())
	}
	q.visit("/")
	q.says("the other tab of who was forgotten", strip, returning)
}

// backAndForth goes back to a page that the browser may have kept.
func backAndForth(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "back", s.base, nil)
	p.visit("/")
	p.click(`.menu a[href="/about"]`)
	p.do("back", nil, nil)
	p.clean("back")
	if p.path() != "/" {
		t.Errorf("back leads to %s", p.path())
	}
	var kind string
	p.eval(`performance.getEntriesByType("navigation")[0].type`, &kind)
	t.Logf("the page comes by %q", kind)
	p.shows("back", hero, "visitors", "hero", "en")
	p.click(hero + " a.button")
	if !strings.HasPrefix(p.path(), "/offers/") {
		t.Errorf("a link of the page leads to %s", p.path())
	}
	p.known()
}

// onAPhone looks at the pages on a narrow screen.
func onAPhone(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "phone", s.base, object{"viewport": object{"width": 390, "height": 844}, "deviceScaleFactor": 2, "isMobile": true, "hasTouch": true})
	for _, path := range []string{"/", beaches, "/trip/kyoto-in-blossom", "/about"} {
		p.visit(path)
		p.named()
		var over int
		p.eval("document.documentElement.scrollWidth - innerWidth", &over)
		if over > 0 {
			t.Errorf("%s is %d pixels wider than the screen", path, over)
		}
		p.shot("phone-" + strings.Trim(strings.ReplaceAll(path, "/", "-"), "-"))
	}
}

// withoutScript runs no scripts: all but what has to be seen works.
func withoutScript(t *testing.T, c *chromium, s *site) {
	p := c.open(t, "without script", s.base, noScript())
	p.visit("/")
	p.known()
	p.says("at first", strip, stranger)
	p.shows("without script", hero, "visitors", "hero", "en")
	p.visit("/")
	p.says("on the second page", strip, returning)
	p.shot("without-script")
}

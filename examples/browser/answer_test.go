//go:build edges

package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestAnswers clicks, accepts and rejects, with script and without, and counts
// what was told of it.
func TestAnswers(t *testing.T) {
	c := startChromium(t)
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts %v", scripts), func(t *testing.T) {
			s := shop(t)
			p := c.open(t, fmt.Sprintf("answers %v", scripts), s.base, object{"javaScriptEnabled": scripts})
			clicking(p, s)
			accepting(p, s)
			rejecting(p, s)
			dismissing(p, s, scripts)
		})
	}
}

// kind tells events of one kind for a space.
func kind(name, space string) func(event) bool {
	return func(e event) bool { return e.Event == name && e.Space == space }
}

func clicking(p *tab, s *site) {
	p.visit(beaches)
	p.shot("answers-before-" + strings.ReplaceAll(p.name, " ", "-"))
	n := p.click(side + " a.more")
	if !strings.HasPrefix(p.path(), "/offers/") {
		p.Errorf("a click leads to %s", p.path())
	}
	counted := 0
	for _, a := range n.Answers {
		if strings.HasPrefix(a.URL, s.base+"/.proffer/click?") {
			counted++
			if a.Status != http.StatusSeeOther {
				p.Errorf("a click is answered by status %d", a.Status)
			}
		}
	}
	if counted != 1 {
		p.Errorf("a click asks %d times: %v", counted, n.Answers)
	}
	s.told(p.T, "a click", 1, kind("clicked", "side"))
}

func accepting(p *tab, s *site) {
	p.visit(beaches)
	offered := p.text(side + " h2")
	p.click(side + ` form[action*="accept"] button`)
	if p.path() != beaches {
		p.Errorf("the form leads to %s", p.path())
	}
	p.says("after a yes", foot, held)
	if got := p.text(side + " h2"); got == offered || got == "" {
		p.Errorf("after a yes to %q the place shows %q", offered, got)
	}
	s.told(p.T, "a yes", 1, kind("accepted", "side"))
	p.shot("answers-accepted-" + strings.ReplaceAll(p.name, " ", "-"))
}

// rejecting says no to one journey by the sea, and is offered none of them.
func rejecting(p *tab, s *site) {
	offered := p.text(side + " h2")
	p.click(side + ` form[action*="reject"] button`)
	s.told(p.T, "a no", 1, kind("rejected", "side"))
	if got := p.text(side + " h2"); got == offered || got == "" {
		p.Errorf("after a no to %q the place shows %q", offered, got)
	}
	if link := p.text(side + ` form[action*="reject"] button`); p.text(side+" .kicker") == "Cyclades" && link != "" {
		p.Errorf("after a no to beaches one is offered")
	}
}

// dismissing presses Not now at the foot of a page, once somebody has no place
// held: with script the page stays, and the next one has another line.
func dismissing(p *tab, s *site, scripts bool) {
	p = p.chromium.open(p.T, p.name+" dismissing", s.base, object{"javaScriptEnabled": scripts})
	p.visit("/")
	line := p.text(foot + " .note-title")
	if scripts {
		p.press(foot + " button")
		if got := p.text(foot + " .note-title"); got != line {
			p.Errorf("the page has changed from %q to %q", line, got)
		}
	} else {
		p.click(foot + " button")
	}
	s.told(p.T, "Not now", 1, kind("rejected", "footer"))
	p.visit("/")
	if got := p.text(foot + " .note-title"); got == line || got == "" {
		p.Errorf("after Not now the foot says %q again", got)
	}
}

//go:build edges

package browser_test

import (
	"fmt"
	"testing"
)

// consenting is asked first: no, yes, and no again, with script and without.
func consenting(t *testing.T, c *chromium, s *site) {
	base := "http://consent.localhost:" + s.port
	for _, scripts := range []bool{true, false} {
		t.Run(fmt.Sprintf("scripts %v", scripts), func(t *testing.T) {
			p := c.open(t, fmt.Sprintf("consent %v", scripts), base, object{"javaScriptEnabled": scripts})
			look := func(what, line string, known bool) {
				t.Helper()
				p.says(what, strip, line)
				if known {
					p.known()
				} else {
					p.unknown(what)
				}
			}
			p.visit("/")
			look("not asked yet", stranger, false)
			p.says("not asked yet", ".consent-title", "May we remember you?")
			p.shot(fmt.Sprintf("consent-asked-%v", scripts))
			p.click(`.consent button[value="no"]`)
			look("a no", stranger, false)
			p.visit("/")
			look("after a no", stranger, false)
			p.click(`a[href="/consent"]`)
			p.shot(fmt.Sprintf("consent-form-%v", scripts))
			p.click(`main button[value="yes"]`)
			look("a yes", stranger, true)
			p.visit("/")
			look("after a yes", returning, true)
			p.click(`a[href="/consent"]`)
			p.click(`main button[value="no"]`)
			p.visit("/")
			look("taken back", stranger, false)
		})
	}
	t.Run("Global Privacy Control", func(t *testing.T) {
		p := c.open(t, "gpc", base, object{"extraHTTPHeaders": object{"Sec-GPC": "1"}})
		p.visit("/")
		p.click(`.consent button[value="yes"]`)
		p.visit("/")
		p.says("a yes under GPC", strip, stranger)
		p.unknown("under GPC")
	})
}

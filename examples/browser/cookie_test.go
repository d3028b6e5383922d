//go:build edges

package browser_test

import (
	"strings"
	"time"
)

// cookie is one that the browser has.
type cookie struct {
	Name, Value, Domain, Path, SameSite string
	Expires                             float64
	HTTPOnly, Secure                    bool
}

// ours are Proffer's cookies, by name.
func (p *tab) ours() map[string]cookie {
	p.Helper()
	var all []cookie
	p.do("cookies", nil, &all)
	out := map[string]cookie{}
	for _, c := range all {
		if strings.HasPrefix(c.Name, "proffer") && c.Name != "proffer_identity" {
			out[c.Name] = c
		}
	}
	return out
}

// known holds the cookies to what is said of them: the visitor's, and the second
// one where something was told, of this host alone, out of the reach of scripts
// and of other sites, for 395 days at most, within 1 KiB.
func (p *tab) known() {
	p.Helper()
	all := p.ours()
	if _, ok := all["proffer"]; !ok {
		p.Errorf("%s has no visitor cookie: %v", p.name, all)
	}
	size := 0
	for name, c := range all {
		size += len(c.Name) + len(c.Value)
		days := time.Until(time.Unix(int64(c.Expires), 0)).Hours() / 24
		host, _, _ := strings.Cut(strings.TrimPrefix(p.base, "http://"), ":")
		if name != "proffer" && name != "proffer_e" || !c.HTTPOnly || c.SameSite != "Lax" || c.Domain != host || c.Path != "/" || c.Secure || days > 395 || days < 394 {
			p.Errorf("%s: cookie %+v, for %.2f days", p.name, c, days)
		}
	}
	if size > 1024 {
		p.Errorf("%s: cookies of %d bytes", p.name, size)
	}
	if p.quiet {
		return
	}
	var seen string
	p.eval("document.cookie", &seen)
	if strings.Contains(seen, "proffer=") || strings.Contains(seen, "proffer_e=") {
		p.Errorf("%s: scripts read %q", p.name, seen)
	}
}

// unknown holds that the browser has none of our cookies.
func (p *tab) unknown(what string) {
	p.Helper()
	if all := p.ours(); len(all) > 0 {
		p.Errorf("%s, %s, has the cookies %v", p.name, what, all)
	}
}

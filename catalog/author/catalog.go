package author

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// catalog reads the top level.
func (r *reader) catalog(roots []val) {
	if len(roots) == 0 {
		return
	}
	o := r.object(roots[0].pos(), roots, catalogShape)
	c := r.out
	c.Name = r.text(o.get("catalog"))
	if len(c.Name.S) > maxName {
		r.error(c.Name.Pos, "bad-name", "the name of a catalog has at most 64 bytes", "")
	}
	c.Zone = r.zone(o.get("zone"))
	c.Language = r.language(o.get("language"))
	c.Consent = r.consent(o.get("consent"))
	c.People = r.names(o.get("people"), plainName, "a people source")
	if v := o.get("default_weight"); v.ok() {
		if f, ok := r.number(v); ok {
			c.DefaultWeight = &catalog.Float{Pos: v.pos(), F: f}
		}
	}
	for _, item := range r.list(o.get("json"), "put it in a list: - page: …") {
		c.JSON = append(c.JSON, r.jsonSlot(item))
	}
	r.sites(o.group("sites"))
	environments, _ := r.fields(o.group("environments"), func(string) bool { return true })
	for i := range environments {
		c.Environments = append(c.Environments, r.environment(&environments[i]))
	}
	rules, _ := r.fields(o.group("rules"), nil)
	for i := range rules {
		c.Rules = append(c.Rules, r.rule(&rules[i]))
	}
	experiments, _ := r.fields(o.group("experiments"), nil)
	for i := range experiments {
		c.Experiments = append(c.Experiments, r.experiment(&experiments[i]))
	}
	c.Holdout = r.holdout(o.field("holdout"))
	c.Retention = r.retention(o.field("retention"))
}

// sites reads which host enters which environment.
func (r *reader) sites(group []val) {
	list, _ := r.fields(group, nil)
	for _, f := range list {
		s := catalog.Site{Pos: f.key.pos(), Host: f.key.text()}
		if !isHost(s.Host.S) {
			r.error(f.key.pos(), "bad-host", quote(s.Host.S)+" is not a host name",
				`write a name without scheme, port and path, "*.example.com" for all below one, or "*" for any`)
		}
		if f.val.ok() && f.val.n.Kind == yaml.Map {
			o := r.object(f.key.pos(), f.group(), siteShape)
			s.Environment = r.text(o.get("environment"))
			if v := o.get("consent"); v.ok() {
				own := r.consent(v)
				s.Consent = &own
			}
		} else {
			s.Environment = r.text(f.val)
		}
		r.out.Sites = append(r.out.Sites, s)
	}
}

// isHost reports whether s is a host name, "*." and a host name, or "*".
func isHost(s string) bool {
	if s == "*" {
		return true
	}
	s = strings.TrimPrefix(s, "*.")
	if len(s) > 253 { // RFC 1035, 2.3.4, without the root
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 || !only(label, "-_") || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

package author

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// maxPurpose is the greatest purpose of the TCF: its strings have 24 bits for
// them (IAB Europe, TC string format 2.2, "PurposesConsent").
const maxPurpose = 24

// consentSources are the keys of which one says where consent is read from.
var consentSources = []string{"assumed", "cookie", "header", "tcf"}

// consent reads where the visitor's consent is found: the word assumed, or a
// map with one source.
func (r *reader) consent(v val) catalog.Consent {
	if !v.ok() {
		return catalog.Consent{}
	}
	c := catalog.Consent{Pos: v.pos()}
	if v.n.Kind != yaml.Map {
		if r.choice(v, "assumed") == 0 {
			c.Source = catalog.ConsentAssumed
		}
		return c
	}
	o := r.object(c.Pos, []val{v}, consentShape)
	r.consentSource(o, &c)
	if c.Source != catalog.ConsentUnset {
		r.consentOptions(o, &c)
	}
	if gpc := o.get("gpc"); gpc.ok() {
		c.GPC = &catalog.Flag{Pos: gpc.pos(), On: r.choice(gpc, "refuse", "ignore") != 1}
	}
	return c
}

// consentSource finds the one source and its name.
func (r *reader) consentSource(o *object, c *catalog.Consent) {
	source := ""
	for _, name := range consentSources {
		f := o.field(name)
		switch {
		case f == nil:
		case source == "":
			source = name
		default:
			r.error(f.key.pos(), "two-sources", fmt.Sprintf("consent is read from one place, and %q and %q are two", source, name), "keep one of them")
			return
		}
	}
	v := o.get(source)
	switch source {
	case "":
		if !o.partial && !o.misspelt(consentSources...) {
			r.error(c.Pos, "missing-key", "a consent needs a source", "write assumed, cookie: NAME, header: NAME or tcf: NAME")
		}
		return
	case "assumed":
		if r.bool(v, true) {
			c.Source = catalog.ConsentAssumed
		} else {
			r.error(v.pos(), "bad-value", "consent that is not assumed has to come from somewhere", "write a cookie, a header or tcf")
		}
		return
	case "cookie":
		c.Source = catalog.ConsentCookie
	case "header":
		c.Source = catalog.ConsentHeader
	case "tcf":
		c.Source = catalog.ConsentTCF
	}
	c.Name = r.text(v)
	if c.Name.Pos.IsValid() && !isToken(c.Name.S) {
		r.error(v.pos(), "bad-name", quote(c.Name.S)+" cannot name a cookie or a header", "a name has letters, digits, - and _")
	}
	if c.Source == catalog.ConsentHeader {
		c.Name.S = strings.ToLower(c.Name.S)
	}
}

// consentOptions reads what the source needs, and refuses what it does not
// have.
func (r *reader) consentOptions(o *object, c *catalog.Consent) {
	named := c.Source == catalog.ConsentCookie || c.Source == catalog.ConsentHeader
	tcf := c.Source == catalog.ConsentTCF
	value, purposes := o.field("value"), o.field("purposes")
	switch {
	case named && value != nil:
		c.Value = r.consentValue(value.val)
	case o.misspelt("value") || o.misspelt(consentSources...):
	case named && !o.partial:
		r.error(c.Pos, "missing-key", `a consent from a cookie or a header needs the key "value"`, `it is what stands there when the visitor agrees, such as "yes"`)
	case value != nil:
		r.error(value.key.pos(), "unknown-key", `unknown key "value"`, "only a cookie and a header have one value that means yes")
	}
	switch {
	case tcf && purposes != nil:
		c.Purposes = r.purposes(purposes.val)
	case o.misspelt("purposes") || o.misspelt(consentSources...):
	case tcf && !o.partial:
		r.error(c.Pos, "missing-key", `a consent from TCF needs the key "purposes"`, "list the purposes that must be agreed to, such as [1, 4]")
	case purposes != nil:
		r.error(purposes.key.pos(), "unknown-key", `unknown key "purposes"`, "only tcf has purposes")
	}
}

// consentValue reads the value that means yes: as it is sent, so without what
// ends a cookie.
func (r *reader) consentValue(v val) catalog.Text {
	t := r.text(v)
	if !t.Pos.IsValid() {
		return t
	}
	for i := range len(t.S) {
		if c := t.S[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`",;\`, c) >= 0 {
			r.error(v.pos(), "bad-value", quote(t.S)+" cannot be the value of a cookie or a header here", "write it as it is sent: printable ASCII without spaces, quotes, commas, semicolons and backslashes")
			return t
		}
	}
	if t.S == "" || len(t.S) > maxName {
		r.error(v.pos(), "bad-value", fmt.Sprintf("the value that means yes has 1 to %d characters", maxName), "")
	}
	return t
}

// purposes reads numbers of TCF purposes, each once and sorted.
func (r *reader) purposes(v val) (out []int) {
	if v.ok() && v.n.Kind == yaml.List && v.n.Child == nil {
		r.error(v.pos(), "bad-value", "a consent to no purpose says nothing", "list the purposes that must be agreed to, such as [1, 4]")
	}
	for _, item := range r.list(v, "put it in brackets: [1, 4]") {
		t := r.text(item)
		if !t.Pos.IsValid() {
			continue
		}
		n, err := strconv.Atoi(t.S)
		if err != nil || n < 1 || n > maxPurpose || strconv.Itoa(n) != t.S {
			r.error(item.pos(), "bad-value", quote(t.S)+" is not a purpose of TCF", fmt.Sprintf("write a number from 1 to %d", maxPurpose))
			continue
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// isToken reports whether s can name a cookie or a header (RFC 9110, 5.6.2).
func isToken(s string) bool {
	return s != "" && len(s) <= maxName && only(s, "!#$%&'*+-.^_`|~")
}

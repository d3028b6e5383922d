package payload

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// active are elements that run, load or speak for the document, none of which an
// offer may have.
var active = []string{
	"script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "link", "template", "math",
	"foreignobject", "animate", "animatetransform", "animatemotion", "set", "handler", "discard", "noscript", "noembed", "noframes", "xmp", "plaintext",
	"portal", "fencedframe", "marquee", "bgsound", "param", "frame", "isindex", "keygen", "slot",
}

// addressed are attributes that hold an address.
var addressed = []string{
	"href", "xlink:href", "src", "action", "formaction", "poster", "data", "ping", "background", "cite", "longdesc", "usemap",
	"lowsrc", "dynsrc", "icon", "manifest", "codebase", "archive", "classid", "profile", "attributionsrc", "srcdoc",
}

// Parse reads HTML as a browser would within a page's body.
func Parse(s string) (*html.Node, error) {
	return html.Parse(strings.NewReader("<!doctype html><title>t</title><body>" + s))
}

// Shape is what may not depend on a stranger's text: the elements below a node
// with their depths and the names of their attributes, and where comments are.
func Shape(n *html.Node) (shape []string) {
	var walk func(n *html.Node, depth string)
	walk = func(n *html.Node, depth string) {
		for c := range n.ChildNodes() {
			switch c.Type {
			case html.ElementNode:
				names := []string{}
				for _, a := range c.Attr {
					names = append(names, name(a))
				}
				slices.Sort(names)
				shape = append(shape, depth+c.Namespace+":"+c.Data+" "+strings.Join(names, " "))
				walk(c, depth+".")
			case html.CommentNode, html.DoctypeNode:
				shape = append(shape, depth+"!")
			}
		}
	}
	walk(n, "")
	return shape
}

// Dangers are what below a node runs, loads or leads where no offer may: active
// elements, handlers, markers of slots, and addresses that are neither http nor
// https nor of the page's own site.
func Dangers(n *html.Node) (list []string) {
	for d := range n.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		if slices.Contains(active, strings.ToLower(d.Data)) {
			list = append(list, "<"+d.Data+">")
		}
		for _, a := range d.Attr {
			if wrong(strings.ToLower(name(a)), a.Val) {
				list = append(list, "<"+d.Data+" "+name(a)+"="+a.Val+">")
			}
		}
	}
	return list
}

func name(a html.Attribute) string {
	if a.Namespace != "" {
		return a.Namespace + ":" + a.Key
	}
	return a.Key
}

func wrong(name, value string) bool {
	switch {
	case strings.HasPrefix(name, "on"), name == "style", name == "srcdoc", name == "data-offer-space", name == "id" && strings.HasPrefix(value, "i_"):
		return true
	case name == "srcset":
		return slices.ContainsFunc(strings.Split(value, ","), func(s string) bool {
			address, _, _ := strings.Cut(strings.TrimSpace(s), " ")
			return !safe(address)
		})
	}
	return slices.Contains(addressed, name) && !safe(value)
}

// safe reports whether a browser takes an address for one of http or https with
// a host and no user, or for one of the site itself that begins with a slash, or
// for a place in the page. It reads the address as the URL Standard's parser
// begins: control characters and spaces around it do not count, tabs and line
// breaks nowhere, and \ is /.
func safe(address string) bool {
	u := strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
	u = strings.ToLower(strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(u))
	if rest, ok := strings.CutPrefix(strings.Replace(u, "https://", "http://", 1), "http://"); ok {
		host := rest[:strings.IndexAny(rest+"/", "/?#")]
		return host != "" && !strings.Contains(host, "@")
	}
	return u == "" || u[0] == '#' || u[0] == '/' && !strings.HasPrefix(u, "//")
}

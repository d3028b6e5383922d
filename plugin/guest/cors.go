package guest

// admit lets a request of a page of a listed origin in: its answer may be read
// there, and it is not taken for another site's. What it answers itself, a
// preflight, it reports. A page cannot write Origin and Sec-Fetch-Site, so the
// browser vouches for them (https://fetch.spec.whatwg.org/#http-cors-protocol).
func (g *Guest) admit() (answered bool) {
	c, e := &g.config.cors, &g.endpoint
	if len(c.Origins) == 0 {
		return false
	}
	g.header("vary", "Origin")
	origin := g.listedOrigin()
	if origin == "" {
		return false
	}
	g.header("access-control-allow-origin", origin)
	if c.Credentials {
		g.header("access-control-allow-credentials", "true")
	}
	if g.method("OPTIONS") && g.lines("access-control-request-method") > 0 {
		g.preflight()
		return true
	}
	if !g.crossSite() {
		return false // another port of ours
	}
	g.drop("origin")
	g.drop("sec-fetch-site")
	if !c.Credentials {
		g.drop("cookie")
		e.bare = true
	}
	return false
}

// listedOrigin is the origin that a request names, if it is listed.
func (g *Guest) listedOrigin() string {
	if g.lines("origin") != 1 {
		return ""
	}
	sent := g.sent("origin")
	for _, origin := range g.config.cors.Origins {
		if string(sent) == origin {
			return origin
		}
	}
	return ""
}

// preflight says what requests a listed origin may send.
func (g *Guest) preflight() {
	c, e := &g.config.cors, &g.endpoint
	g.header("access-control-allow-methods", methodPost)
	if c.Credentials {
		g.header("access-control-allow-headers", "Content-Type, Authorization") // of a login that has tokens in place of cookies
	} else {
		g.header("access-control-allow-headers", "Content-Type")
	}
	g.header("access-control-max-age", g.config.preflightAge)
	e.reply.Code, e.kept = codeNoContent, true
}

// drop makes a request one without a header.
//
//go:noinline
func (g *Guest) drop(name string) {
	headers := g.page.request.Headers
	for i := range headers {
		if string(headers[i].Name) == name {
			headers[i].Name = nil
		}
	}
}

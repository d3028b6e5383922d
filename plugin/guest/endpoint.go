package guest

import (
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/call"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

// endpoint is the scratch memory of a request to an endpoint of the module's
// own.
type endpoint struct {
	reply  abi.Reply
	events visitor.Events // the second cookie's content
	tag    uint32         // of the visitor, 0 = there is none
	now    uint32         // the minute
	notes  bool           // whether events are noted at all
	noted  bool           // one was, so the second cookie must be written

	ticket  [seal.OpenSize]byte
	history visitor.History
	headers [8]abi.Header
	cookies [2][]byte
	lines   [maxTickets][]byte

	// Of a fragment.
	slot    [1]abi.Slot // that it is of
	shown   abi.SlotAnswer
	entropy [abi.EntropySize]byte // in place of the request's

	// Of a call of the decide API.
	reader call.Reader
	json   call.Writer // of the answer

	bare bool // no cookies may be set
	kept bool // the reply may be kept
}

// HTTP status codes of replies.
const (
	codeOK               = 200
	codeNoContent        = 204
	codeSeeOther         = 303
	codeNotModified      = 304
	codeBadRequest       = 400
	codeForbidden        = 403
	codeNotFound         = 404
	codeMethodNotAllowed = 405
	codeTooLong          = 413
)

const (
	methodGet  = "GET"
	methodHead = "HEAD"
	methodPost = "POST"
)

// reply answers a request below the prefix.
func (g *Guest) reply(dst []byte) []byte {
	e := &g.endpoint
	e.reply = abi.Reply{
		Snapshot: g.view.Hash(), Headers: e.headers[:0], Cookies: e.cookies[:0], Events: e.lines[:0],
	}
	e.bare, e.kept = false, false
	if !g.route() {
		g.say(codeNotFound, "not found")
	}
	if g.page.fragment || g.page.called {
		if need := g.answer(dst); need != nil {
			return need
		}
	}
	if !e.kept {
		g.header("cache-control", "no-store")
	}
	if g.method(methodHead) {
		e.reply.Body = nil
	}
	if e.bare {
		e.reply.Cookies = nil
	}
	g.tellReply()
	return abi.AppendReply(dst, &e.reply)
}

// route finds the endpoint and lets it answer. It reports false if there is
// none.
func (g *Guest) route() bool {
	path := g.page.request.Path
	if !g.Owns(path) {
		return false
	}
	switch string(path[len(g.config.prefix):]) {
	case "decide":
		g.decideCall()
	case "click":
		g.get((*Guest).click)
	case "event":
		g.post((*Guest).event)
	case "forget":
		g.post((*Guest).forgetAll)
	case "fragment":
		g.get((*Guest).fragment)
	case "offers.js":
		g.get((*Guest).script)
	default:
		return false
	}
	return true
}

// Owns reports whether a path is below the prefix of the module's own endpoints.
func (g *Guest) Owns(path []byte) bool {
	prefix := g.config.prefix
	return len(path) >= len(prefix) && string(path[:len(prefix)]) == prefix
}

// get answers a request that must be a GET; a HEAD gets the same without the
// body.
func (g *Guest) get(answer func(*Guest)) {
	if !g.method(methodGet) && !g.method(methodHead) {
		g.header("allow", "GET, HEAD")
		g.say(codeMethodNotAllowed, "method not allowed")
		return
	}
	answer(g)
}

// post answers a request that must be a POST, must not come from another site's
// page, and has a body of the length that ours have.
func (g *Guest) post(answer func(*Guest)) {
	switch {
	case g.admit():
	case !g.method(methodPost):
		g.header("allow", methodPost)
		g.say(codeMethodNotAllowed, "method not allowed")
	case g.crossSite():
		g.say(codeForbidden, "sent by another site")
	case g.page.request.Long:
		g.say(codeTooLong, "The request is too long.\n")
	default:
		answer(g)
	}
}

// method reports whether a request has a method; without one it is a GET.
func (g *Guest) method(name string) bool {
	m := g.page.request.Method
	return string(m) == name || m == nil && name == methodGet
}

// forgetAll removes all that this browser holds, also a cookie that was not sent
// along, and has the host's store erase the visitor.
func (g *Guest) forgetAll() {
	if p := &g.page; p.request.Flags.Has(abi.FlagStore) {
		p.erasing = true
		g.readVisitor()
		p.answer.Changes.Forget = p.state.Known
	}
	secure := g.page.request.Flags.Has(abi.FlagSecure)
	g.removeCookie(visitor.Name(secure))
	g.removeCookie(visitor.EventsCookie(secure))
	g.done()
}

// script answers with offers.js, which is the same for everyone.
func (g *Guest) script() {
	r := &g.endpoint.reply
	r.Code, g.endpoint.kept = codeOK, true
	g.header("cache-control", "public, max-age=3600")
	g.header("etag", scriptTag)
	if string(g.sent("if-none-match")) == scriptTag {
		r.Code = codeNotModified
		return
	}
	g.header("content-type", "text/javascript; charset=utf-8")
	r.Body = g.keepString(script)
}

// done answers an event: with nothing, or, where a page waits for an answer,
// with the way back.
func (g *Guest) done() {
	if !g.navigates() {
		g.endpoint.reply.Code = codeNoContent
		return
	}
	location, ok := g.location(g.refererPath())
	if !ok {
		location = g.keepString("/")
	}
	g.redirect(location)
}

func (g *Guest) redirect(location []byte) {
	r := &g.endpoint.reply
	r.Code = codeSeeOther
	r.Headers = append(r.Headers, abi.Header{Name: g.keepString("location"), Value: location})
}

// say answers with a text. It is for people who followed a broken link, and
// for developers.
func (g *Guest) say(code int, text string) {
	r := &g.endpoint.reply
	r.Code = code
	g.header("content-type", "text/plain; charset=utf-8")
	r.Body = g.keepString(text)
}

//go:noinline
func (g *Guest) header(name, value string) {
	r := &g.endpoint.reply
	r.Headers = append(r.Headers, abi.Header{Name: g.keepString(name), Value: g.keepString(value)})
}

// removeCookie removes one of our cookies.
//
//go:noinline
func (g *Guest) removeCookie(name string) {
	p := &g.page
	start := len(p.out)
	p.out = visitor.AppendExpire(p.out, name, p.request.Flags.Has(abi.FlagSecure))
	g.setCookie(p.out[start:len(p.out):len(p.out)])
}

//go:noinline
func (g *Guest) setCookie(value []byte) {
	r := &g.endpoint.reply
	r.Cookies = append(r.Cookies, value)
}

//go:noinline
func (g *Guest) keepString(s string) []byte {
	text := g.page.text
	start := len(text)
	text = append(text, s...)
	g.page.text = text
	return text[start:len(text):len(text)]
}

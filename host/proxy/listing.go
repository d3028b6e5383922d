package proxy

import (
	"bytes"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/inject"
)

// listings opens snapshots, each once as long as no other comes between.
type listings struct{ last atomic.Pointer[listing] }

// listing tells which pages a snapshot lists, and where consent is read from.
type listing struct {
	snapshot *host.Snapshot
	view     snapshot.View
	sources  map[*snapshot.Consent]source
	sent     []header // that expressions read
}

func (l *listings) of(s *host.Snapshot) (*listing, error) {
	if known := l.last.Load(); known != nil && known.snapshot == s {
		return known, nil
	}
	v, err := snapshot.Open(s.Bytes)
	if err != nil {
		return nil, err
	}
	opened := &listing{snapshot: s, view: v, sources: map[*snapshot.Consent]source{}}
	for i := range v.Count(snapshot.SecConsents) {
		c := v.Consent(i)
		opened.sources[c] = sourceOf(&v, c)
	}
	opened.sent = sentTo(&v)
	l.last.Store(opened)
	return opened, nil
}

// sentTo are the headers that a snapshot's expressions read, but for those that
// the module is shown anyway.
func sentTo(v *snapshot.View) (headers []header) {
	for i := range v.Count(snapshot.SecParameters) {
		p := v.Parameter(i)
		name := v.Name(p.Name())
		if p.Kind() == snapshot.ParameterHeader && !slices.ContainsFunc(public[:], func(h header) bool { return bytes.Equal(h.name, name) }) {
			headers = append(headers, header{http.CanonicalHeaderKey(string(name)), name})
		}
	}
	return headers
}

// source is a cookie or a header from which consent is read, or neither.
type source struct {
	cookie string
	header header
}

func sourceOf(v *snapshot.View, c *snapshot.Consent) source {
	name := v.Name(c.Name())
	switch c.Source() {
	case snapshot.ConsentCookie, snapshot.ConsentTCF:
		return source{cookie: string(name)}
	case snapshot.ConsentHeader:
		return source{header: header{http.CanonicalHeaderKey(string(name)), name}}
	}
	return source{}
}

// source is where consent is read from on a host.
func (l *listing) source(host []byte) source { return l.sources[l.view.FindConsent(host)] }

// find is the page that lists a path, or nil: of the host's site, or, in a
// catalog without sites, of the only environment that lists it. The module
// finds it in the same way.
func (l *listing) find(host, path []byte) *snapshot.Page {
	v := &l.view
	if env, ok := v.FindSite(host); ok {
		if env == snapshot.None {
			return nil
		}
		return v.FindPage(v.Environment(env), path)
	}
	var found *snapshot.Page
	for i := range v.Count(snapshot.SecEnvironments) {
		p := v.FindPage(v.Environment(i), path)
		if p == nil {
			continue
		}
		if found != nil {
			return nil
		}
		found = p
	}
	return found
}

// allHeld reports whether every slot that a page lists is among places.
func (l *listing) allHeld(p *snapshot.Page, places []inject.Place) bool {
	slots := p.Slots()
	for i := slots.Start; i < slots.End(); i++ {
		s := l.view.PageSlot(i)
		name := l.view.Name(l.view.Space(s.Space()).Name())
		if !holds(places, inject.Slot{Space: name, N: int(s.N())}) {
			return false
		}
	}
	return true
}

func holds(places []inject.Place, s inject.Slot) bool {
	for i := range places {
		if places[i].Same(s) {
			return true
		}
	}
	return false
}

// resident pins the resident snapshot and tells what it lists. The session is the
// caller's to release.
func (m *Middleware) resident() (host.Session, *listing, error) {
	session, err := m.config.Engine.Acquire()
	if err != nil {
		return nil, nil, err
	}
	l, err := m.listings.of(session.Snapshot())
	if err != nil {
		session.Release()
		return nil, nil, err
	}
	return session, l, nil
}

// lists reports whether the resident snapshot lists the page that a request
// asks for. No trouble with it is the visitor's.
func (m *Middleware) lists(r *http.Request) (listed bool) {
	defer func() {
		if p := recover(); p != nil {
			m.warn("page not looked up", "panic", p)
			listed = false
		}
	}()
	session, l, err := m.resident()
	if err != nil {
		return false
	}
	defer session.Release()
	return l.find([]byte(hostname(r.Host)), []byte(r.URL.EscapedPath())) != nil
}

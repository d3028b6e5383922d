package snapshot

import "bytes"

// FindSite is the environment that a page's slots enter on a host, or None.
// Without a sites table ok is false.
func (v *View) FindSite(host []byte) (env uint32, ok bool) {
	if v.Catalog().Flags()&CatalogSites == 0 {
		return None, false
	}
	if s := v.site(host); s != nil {
		return s.Environment(), true
	}
	return None, true
}

// FindConsent is where consent is read from on a host, or nil: the site's own
// source, else the catalog's.
func (v *View) FindConsent(host []byte) *Consent {
	index := v.Catalog().Consent()
	if s := v.site(host); s != nil && s.Consent() != None {
		index = s.Consent()
	}
	if index == None {
		return nil
	}
	return v.Consent(index)
}

// site is the one that a host belongs to, or nil.
func (v *View) site(host []byte) *Site {
	exact := v.Catalog().ExactSites()
	if s := v.exactSite(host, exact); s != nil {
		return s
	}
	for i := exact; i < v.Count(SecSites); i++ {
		s := v.Site(i)
		if s.Kind() == SiteAny {
			return s
		}
		if n := v.Name(s.Name()); len(host) > len(n) && bytes.HasSuffix(host, n) {
			return s
		}
	}
	return nil
}

func (v *View) exactSite(host []byte, count uint32) *Site {
	lo, hi := uint32(0), count
	for lo < hi {
		mid := lo + (hi-lo)/2
		s := v.Site(mid)
		switch bytes.Compare(v.Name(s.Name()), host) {
		case 0:
			return s
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return nil
}

// FindPage is the page of an environment that lists a path, or nil: an exact
// path first, then the pattern with the longest literal prefix.
func (v *View) FindPage(env *Environment, path []byte) *Page {
	r := env.Pages()
	lo, hi := r.Start, r.Start+env.ExactPages()
	for lo < hi {
		mid := lo + (hi-lo)/2
		p := v.Page(mid)
		switch bytes.Compare(v.Name(p.Match()), path) {
		case 0:
			return p
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	for i := r.Start + env.ExactPages(); i < r.End(); i++ {
		p := v.Page(i)
		if MatchPath(v.Name(p.Match()), path) {
			return p
		}
	}
	return nil
}

// FindJSONSlots are the places in JSON answers on a path, by their own path: those
// of the page that is the path, else those of the pattern with the longest literal
// prefix, as with pages.
func (v *View) FindJSONSlots(path []byte) Range {
	n := v.Count(SecJSONSlots)
	lo, hi := uint32(0), n
	for lo < hi {
		mid := lo + (hi-lo)/2
		s := v.JSONSlot(mid)
		if name := v.Name(s.Page()); int(s.Prefix()) == len(name) && bytes.Compare(name, path) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if r := v.jsonPage(lo); r.Count > 0 && bytes.Equal(v.Name(v.JSONSlot(lo).Page()), path) {
		return r
	}
	for lo < n {
		r := v.jsonPage(lo)
		if s := v.JSONSlot(lo); int(s.Prefix()) < len(v.Name(s.Page())) && MatchPath(v.Name(s.Page()), path) {
			return r
		}
		lo = r.End()
	}
	return Range{}
}

// jsonPage are the places from start on that are on one page.
func (v *View) jsonPage(start uint32) Range {
	end := start
	for end < v.Count(SecJSONSlots) && v.JSONSlot(end).Page() == v.JSONSlot(start).Page() {
		end++
	}
	return Range{Start: start, Count: end - start}
}

// MatchPath reports whether a page pattern matches a path. A segment "*"
// stands for any one segment that is not empty, a last segment "**" for any
// number of them, none included: "/travel/**" matches "/travel", "/travel/" and
// "/travel/a/b".
func MatchPath(pattern, path []byte) bool {
	for {
		seg, rest, more := cutSegment(pattern)
		if !more && string(seg) == "**" {
			return true
		}
		got, tail, moreGot := cutSegment(path)
		if string(seg) == "*" && len(got) == 0 || string(seg) != "*" && !bytes.Equal(seg, got) {
			return false
		}
		if !moreGot {
			return !more || string(rest) == "**"
		}
		if !more {
			return false
		}
		pattern, path = rest, tail
	}
}

// cutSegment cuts "a/b/c" into "a" and "b/c"; more says whether there was a slash.
func cutSegment(p []byte) (seg, rest []byte, more bool) {
	if i := bytes.IndexByte(p, '/'); i >= 0 {
		return p[:i], p[i+1:], true
	}
	return p, nil, false
}

package snapshot

// FindTranslation is what an offer shows on a space to a guest who asks for a
// language, or nil if it shows nothing there: the content whose tag is left
// first when the asked tag is cut part by part from its end (look-up, RFC 4647,
// 3.4), in any capitals, else the default content. The catalog's own language
// is the default content's tag. The asked tag is a stranger's and may be
// anything; nil asks for nothing.
func (v *View) FindTranslation(o *Offer, space uint32, language []byte) *Content {
	r := o.Contents()
	i := r.Start
	for i < r.End() && v.Content(i).Space() != space {
		i++
	}
	if i >= r.End() {
		return nil
	}
	best := v.Content(i)
	if len(language) == 0 {
		return best
	}
	most := sharedTag(v.Name(v.Catalog().Language()), language)
	for i++; i < r.End(); i++ {
		c := v.Content(i)
		if c.Space() != space {
			break
		}
		if n := sharedTag(v.Name(c.Language()), language); n > most {
			best, most = c, n
		}
	}
	return best
}

// sharedTag is the length of a tag if it is the asked one or is left when parts
// of that are cut off, else 0.
func sharedTag(tag, asked []byte) int {
	n := len(tag)
	if n == 0 || n > len(asked) || n < len(asked) && asked[n] != '-' {
		return 0
	}
	for i, c := range tag {
		if lower(c) != lower(asked[i]) {
			return 0
		}
	}
	return n
}

// lower is a letter of ASCII in lower case; tags have no others.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

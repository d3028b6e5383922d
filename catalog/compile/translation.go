package compile

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// translations compiles what an offer shows in other languages: the fields that
// a translation has, and for the rest those of the language that it is a kind
// of, else the default content's.
func (l *linker) translations(env *environment, o *offer) {
	if n := len(o.src.Translations); n > snapshot.MaxLanguages {
		l.error(o.src.Code.Pos, "too-many", "", "offer %q has %d translations, more than %d", o.src.Code.S, n, snapshot.MaxLanguages)
		return
	}
	seen := map[string]catalog.Pos{}
	if own := l.src.Language; own.S != "" {
		seen[strings.ToLower(own.S)] = own.Pos
	}
	// A language stands before its kinds: fr, fr-ch.
	list := sortedBy(o.src.Translations, func(t *catalog.Translation) string { return strings.ToLower(t.Language.S) })
	for i := range list {
		t := &list[i]
		tag := strings.ToLower(t.Language.S)
		if first, ok := seen[tag]; ok {
			l.twice(o, t, first)
			continue
		}
		seen[tag] = t.Language.Pos
		l.name(tag)
		l.translation(env, o, t, tag)
	}
}

// twice reports a language that an offer has content in already.
func (l *linker) twice(o *offer, t *catalog.Translation, first catalog.Pos) {
	if strings.EqualFold(t.Language.S, l.src.Language.S) {
		l.related(t.Language.Pos, "duplicate-language", "write these texts under content", first, "the catalog's language",
			"offer %q is translated into %q, which is the language of its content already", o.src.Code.S, t.Language.S)
		return
	}
	l.related(t.Language.Pos, "duplicate-language", "capitals do not matter in a language tag", first, "first defined here",
		"offer %q is translated into %q twice", o.src.Code.S, t.Language.S)
}

func (l *linker) translation(env *environment, o *offer, t *catalog.Translation, tag string) {
	written := make([]bool, len(o.contents))
	for i := range t.Content {
		src := &t.Content[i]
		s := env.findSpace(src.Space.S)
		if s == nil {
			l.unknownSpace(src.Space, env)
			continue
		}
		at := slices.IndexFunc(o.contents, func(c content) bool { return c.space == s })
		if at < 0 {
			l.error(src.Space.Pos, "translation-without-content", "write the content for it first, in the catalog's own language",
				"offer %q has a translation for space %q, and no content for it", o.src.Code.S, src.Space.S)
			continue
		}
		written[at] = true
		c := &o.contents[at]
		fresh := c.translate(tag, l.contentFields(env, s, src))
		l.untranslated(o, t, c, src.Space.Pos, fresh.translated)
		c.translations = append(c.translations, fresh)
	}
	for i := range o.contents {
		if c := &o.contents[i]; !written[i] && c.parent(tag) == nil {
			l.untranslated(o, t, c, t.Language.Pos, make([]bool, len(c.fields)))
		}
	}
}

// translate completes the fields of a translation.
func (c *content) translate(tag string, fields []fieldValue) translation {
	t := translation{language: tag, fields: fields, translated: make([]bool, len(fields))}
	parent := c.parent(tag)
	for i := range fields {
		switch {
		case fields[i].present:
			t.translated[i] = true
		case parent != nil:
			fields[i], t.translated[i] = parent.fields[i], parent.translated[i]
		default:
			fields[i] = c.fields[i]
		}
	}
	return t
}

// parent is the translation into the language that a tag is a kind of, the
// nearest one, or nil.
func (c *content) parent(tag string) (nearest *translation) {
	for i := range c.translations {
		t := &c.translations[i]
		if strings.HasPrefix(tag, t.language+"-") && (nearest == nil || len(t.language) > len(nearest.language)) {
			nearest = t
		}
	}
	return nearest
}

// untranslated warns of words that a guest would read in another language than
// the rest. A kind of the catalog's own language may leave out what it likes.
func (l *linker) untranslated(o *offer, t *catalog.Translation, c *content, pos catalog.Pos, translated []bool) {
	if strings.HasPrefix(strings.ToLower(t.Language.S), strings.ToLower(l.src.Language.S)+"-") {
		return
	}
	src := o.src.Content[slices.IndexFunc(o.src.Content, func(x catalog.Content) bool { return x.Space.S == c.space.src.Name.S })]
	var missing []string
	for _, f := range src.Fields {
		i := slices.IndexFunc(c.space.fields, func(m markupField) bool { return m.name == f.Name.S })
		if i >= 0 && !translated[i] && hasWords(f.Value.S, c.space.fields[i].typ) {
			missing = append(missing, strconv.Quote(f.Name.S))
		}
	}
	if missing != nil {
		l.warn(pos, "untranslated", "translate it, or repeat it where it is the same in both languages",
			"offer %q has no %s in %q for space %q, and shows the default content's", o.src.Code.S, strings.Join(missing, ", "), t.Language.S, src.Space.S)
	}
}

// hasWords reports whether the value of a field has fixed text that somebody
// reads. In HTML what stands in tags and comments does not count, and neither do
// character references.
func hasWords(s string, typ catalog.FieldType) bool {
	if typ != catalog.FieldText && typ != catalog.FieldHTML {
		return false
	}
	m := &markup{src: catalog.Text{S: s}, report: func(catalog.Diagnostic) {}}
	if !m.split() {
		return false // reported where it is compiled
	}
	var text strings.Builder
	m.each(func(literal string) { text.WriteString(literal) }, func(*markupPart) {})
	s = text.String()
	for typ == catalog.FieldHTML && s != "" {
		at := strings.IndexAny(s, "<&")
		if at < 0 {
			break
		}
		if strings.IndexFunc(s[:at], unicode.IsLetter) >= 0 {
			return true
		}
		end := strings.IndexByte(s[at:], map[byte]byte{'<': '>', '&': ';'}[s[at]])
		if end < 0 {
			break
		}
		s = s[at+end+1:]
	}
	return strings.IndexFunc(s, unicode.IsLetter) >= 0
}

package author

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// language reads a language tag.
func (r *reader) language(v val) catalog.Text {
	t := r.text(v)
	if t.Pos != (catalog.Pos{}) && !isLanguage(t.S) {
		hint := `write a tag such as "en" or "pt-BR"`
		if other := strings.ReplaceAll(t.S, "_", "-"); other != t.S && isLanguage(other) {
			hint = "write " + other
		}
		r.error(v.pos(), "bad-value", quote(t.S)+" is not a language tag", hint)
	}
	return t
}

// isLanguage reports whether s has the form of a tag (RFC 5646, 2.1): a
// language of two or three letters (the longer ones that it allows are not in
// use), then parts of letters and digits. A part of one character announces
// another, so it is not the last.
func isLanguage(s string) bool {
	parts := strings.Split(s, "-")
	for _, part := range parts {
		if part == "" || len(part) > 8 || !only(part, "") {
			return false
		}
	}
	language, last := parts[0], parts[len(parts)-1]
	return len(s) <= maxName && len(language) >= 2 && len(language) <= 3 && len(last) > 1 && !strings.ContainsAny(language, "0123456789")
}

// translation reads an offer's content in one more language.
func (r *reader) translation(f *field) catalog.Translation {
	t := catalog.Translation{Language: r.language(f.key)}
	spaces, _ := r.fields(f.group(), nil)
	for i := range spaces {
		t.Content = append(t.Content, r.content(&spaces[i]))
	}
	return t
}

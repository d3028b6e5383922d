package catalog

import "slices"

// Code is a kind of problem. Its name is stable: editors and scripts search for
// it.
type Code struct {
	Name     string
	Severity Severity
	Meaning  string // one sentence, for people who write catalogs
}

// Codes are all kinds of problems, by name. Whoever reports a new one adds a
// line here and a case to a testdata directory; the table of FORMAT.md is
// rewritten by "go test ./catalog/author -run Codes -update".
var Codes = []Code{
	{"always-true", Warning, "A condition is true for everybody, so it changes nothing."},
	{"bad-date", Error, "A date is not one, or not in the years 1970 to 9999."},
	{"bad-duration", Error, "A length of time is not one, such as 10d or 2d6h, or is too long."},
	{"bad-expression", Error, "An expression has a mistake: its spelling, a name that does not exist, or a value of the wrong type."},
	{"bad-fallback", Error, "A space falls back to an environment that is not anonymous."},
	{"bad-fallback-offer", Error, "The fallback offer of a space has no content for it."},
	{"bad-host", Error, "A site is not a host name."},
	{"bad-name", Error, "A name has characters that it cannot have, or too many."},
	{"bad-number", Error, "A number is too large, or not in the range that it is for."},
	{"bad-path", Error, "A path into JSON answers cannot be read."},
	{"bad-pattern", Error, "The pattern of a page is not a path, or has a * where none can stand."},
	{"bad-schema", Error, "An attribute has a name that expressions cannot use, or there are too many."},
	{"bad-slot", Error, "The number of a slot is not 1 to 100."},
	{"bad-value", Error, "A text is none of those that can stand here."},
	{"conditional-in-field", Error, "A {{? }} stands in content; it belongs into the rendering."},
	{"conditional-in-url", Error, "A part of an address is conditional."},
	{"conditional-on-required", Warning, "A part of a rendering depends on a required field, which is always there."},
	{"conditional-splits-element", Error, "A {{? }} holds the start of an element and not its end, or the other way round."},
	{"conditional-too-deep", Error, "There are more than four {{? }} in each other."},
	{"conflicting-keys", Error, "Two keys stand together of which only one can be written."},
	{"content-too-long", Error, "A text of content or a rendering has more than 64 KiB."},
	{"contradiction", Warning, "Two conditions that both have to be true never are."},
	{"control-character", Error, "A text has a character that is not for reading, or is not UTF-8."},
	{"date-only-end", Warning, "An end is a date without a time, so that day itself is not in the period."},
	{"duplicate-attribute", Error, "An HTML element has an attribute twice."},
	{"duplicate-category", Error, "Two categories of an environment have one name."},
	{"duplicate-code", Error, "Two offers of an environment have one code."},
	{"duplicate-key", Error, "A key is written twice in one map."},
	{"duplicate-language", Error, "An offer has two translations into one language, or one into the catalog's own."},
	{"duplicate-name", Error, "Two things that divide visitors by chance have one name."},
	{"duplicate-page", Error, "Two pages of an environment have one pattern."},
	{"duplicate-path", Error, "Two slots in JSON answers have one place, or one lies within the other."},
	{"duplicate-site", Error, "Two sites have one host."},
	{"empty-catalog", Error, "There is nothing to read."},
	{"empty-category", Warning, "Neither a category nor any below it has an offer."},
	{"empty-field", Warning, "A required field is an empty text."},
	{"empty-placeholder", Error, "A {{ }} has nothing in it."},
	{"end-before-start", Error, "A period ends before it starts."},
	{"event-handler", Error, "HTML has an attribute that runs a script, such as onclick."},
	{"expression-too-large", Error, "An expression is too large with the predefined filters that it names."},
	{"fallback-not-live", Warning, "The fallback offer of a space is a draft or disabled, so it is not shown."},
	{"field-in-url", Error, "An address in a rendering mixes a url or image field with something else, or uses another field as one."},
	{"filter-cycle", Error, "Predefined filters name each other in a circle."},
	{"forbidden-attribute", Error, "HTML has an attribute that content cannot have."},
	{"forbidden-element", Error, "HTML has an element that content cannot have, such as <script>."},
	{"forbidden-markup", Error, "HTML has a declaration that belongs to whole documents."},
	{"hash-collision", Error, "Two names look alike in a cookie; rename one of them."},
	{"html-in-attribute", Error, "An html field stands in an attribute."},
	{"html-in-svg", Error, "An html field stands in a drawing."},
	{"html-in-text", Warning, "A rendering as text shows an html field, and people see its tags."},
	{"invalid-bool", Error, "A bool field is neither true nor false."},
	{"invalid-json", Error, "A rendering as JSON is not one JSON value, with all of its conditional parts or without some."},
	{"invalid-number", Error, "A number field is not a number as JSON writes it."},
	{"invalid-url", Error, "An address is not complete: it starts neither with a scheme and a host nor with /."},
	{"longer-than-retention", Error, "A presentation rule looks further back than propositions or visitors are kept."},
	{"malformed-comment", Error, "An HTML comment has no end, or browsers read it in different ways."},
	{"malformed-tag", Error, "An HTML tag cannot be read."},
	{"many-conditions", Warning, "A filter has more than five conditions, which is hard to see through."},
	{"markup-too-deep", Error, "More than 64 HTML elements are in each other."},
	{"misplaced-element", Error, "An HTML element stands where browsers move, close or drop it."},
	{"missing-content", Error, "An offer lacks a field that a space requires."},
	{"missing-key", Error, "A key that has to be written is not."},
	{"more-problems", Error, "There are more problems than are listed; a warning if all of the others are."},
	{"multiplier-overflow", Error, "The multipliers of a category and those above it are too large together."},
	{"nested-slot", Error, "HTML has a marker of a slot, which would be filled in turn."},
	{"never-active", Warning, "A period never meets those around it: of an offer, a category, a multiplier or a weight."},
	{"never-true", Warning, "A condition is true for nobody."},
	{"no-content", Warning, "An offer has no content, so it is never shown."},
	{"no-effect", Warning, "Something changes nothing where it stands."},
	{"no-environment", Error, "The catalog has no environment."},
	{"no-json-rendering", Warning, "A slot in JSON answers is of a space without a rendering as JSON, so it is never filled."},
	{"no-weight", Warning, "An offer has no weight, and the catalog no default_weight, so it is never shown."},
	{"not-text", Error, "A file is not UTF-8 text."},
	{"not-yet-supported", Error, "A word of the format that this version does not understand."},
	{"open-character-reference", Error, "An & stands before a placeholder, whose value would change its meaning."},
	{"placeholder-in-attribute", Error, "A placeholder stands in an HTML attribute that takes none."},
	{"placeholder-in-attribute-name", Error, "A placeholder stands in a tag outside of a value."},
	{"placeholder-in-comment", Error, "A placeholder stands in an HTML comment."},
	{"placeholder-in-escape", Error, "A placeholder stands in the middle of an escape of JSON."},
	{"placeholder-in-raw-text", Error, "A placeholder stands in an element whose text is no HTML, such as <script>."},
	{"placeholder-in-srcset", Error, "A placeholder stands in a list of addresses."},
	{"placeholder-in-tag-name", Error, "A placeholder stands in the name of an HTML element."},
	{"placeholder-unquoted", Error, "A placeholder stands in the value of an HTML attribute that has no quotes."},
	{"reference-in-url", Error, "An address in HTML has a character reference other than &amp;."},
	{"self-closing", Error, "An HTML element ends with />, which browsers do not take for its end."},
	{"shared-attribute", Error, "Environments that share a folder declare an attribute in two ways."},
	{"shared-folder", Error, "Two anonymous environments keep their visitors in one folder."},
	{"slot-never-filled", Warning, "A page lists the n-th best offer of a space that has fewer offers."},
	{"space-may-be-empty", Warning, "A space has neither a fallback offer nor one that is always there, without an end and a filter."},
	{"stray-conditional-end", Error, "A {{/}} has no {{? }} before it."},
	{"stray-end-tag", Error, "An HTML end tag has no start tag."},
	{"stray-less-than", Error, "A < in HTML starts no element."},
	{"syntax", Error, "The file is not YAML here."},
	{"too-deep", Error, "Maps and lists, or categories, are in each other too deep."},
	{"too-large", Error, "A file, a text or the whole catalog is too large."},
	{"too-many", Error, "There are more environments, fields or slots than a catalog can have."},
	{"too-many-conditions", Error, "A rendering as JSON has too many conditional parts for its length."},
	{"too-many-files", Error, "The directory has more than 1,000 files."},
	{"too-many-placeholders", Error, "A text has more than 256 placeholders."},
	{"too-many-values", Error, "The files have more values than a catalog can have."},
	{"translation-without-content", Error, "An offer has a translation for a space that it has no content for."},
	{"two-sources", Error, "Consent is read from two places."},
	{"unclosed-conditional", Error, "A {{? }} has no {{/}}."},
	{"unclosed-element", Error, "An HTML element has no end tag."},
	{"unclosed-placeholder", Error, "A {{ has no }}."},
	{"unfixed-name", Error, "An id or name in HTML starts with a placeholder."},
	{"unfixed-url", Error, "The scheme or the host of an address depends on a placeholder."},
	{"unguarded-url", Warning, "A link goes to an optional field and stays there without an address when the field is absent."},
	{"unknown-attribute", Error, "The environment does not declare the attribute."},
	{"unknown-category", Error, "The environment has no category of that name."},
	{"unknown-element", Error, "HTML has an element that does not exist."},
	{"unknown-environment", Error, "The catalog has no environment of that name."},
	{"unknown-field", Error, "The space has no field of that name."},
	{"unknown-key", Error, "A map has a key that does not belong there."},
	{"unknown-offer", Error, "The environment has no offer of that code."},
	{"unknown-people", Error, "The catalog does not list the people source."},
	{"unknown-rule", Error, "The catalog has no presentation rule of that name."},
	{"unknown-space", Error, "The environment has no space of that name."},
	{"unknown-theme", Error, "No category of the environment has the theme."},
	{"unknown-zone", Error, "There is no such time zone."},
	{"unlisted-slot", Warning, "A slot in JSON answers is not in the list of its page, so it is never filled."},
	{"unlisted-space", Warning, "No page lists a space, though pages list others of its channel."},
	{"unsafe-url", Error, "An address has a scheme other than http and https, or none before //."},
	{"unsettled-place", Error, "A placeholder of a JSON rendering is inside quotes or not, depending on which fields are there."},
	{"untranslated", Warning, "A translation lacks words that the content has."},
	{"url-character", Error, "An address has a character that has to be percent-encoded."},
	{"weight-never-wins", Warning, "A weight never decides, because of another one of the offer or because the offer lacks content for its space."},
	{"weight-not-positive", Warning, "A weight of 0 or less never shows its offer."},
	{"wrong-type", Error, "A value is of another type than expected, such as a text for a number."},
	{"yaml-feature", Error, "A part of YAML that catalogs do not use, such as an anchor."},
}

// CodeNamed finds a code.
func CodeNamed(name string) (Code, bool) {
	i, ok := slices.BinarySearchFunc(Codes, name, func(c Code, name string) int {
		switch {
		case c.Name < name:
			return -1
		case c.Name > name:
			return 1
		}
		return 0
	})
	if !ok {
		return Code{}, false
	}
	return Codes[i], true
}

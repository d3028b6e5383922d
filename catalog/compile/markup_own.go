package compile

import (
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// markupProposition gives what a rendering may say of its own proposition, as
// fields that an offer may lack: where nothing is stored there are none.
func markupProposition() []markupField {
	fields := make([]markupField, len(snapshot.PropositionNames))
	for i, name := range snapshot.PropositionNames {
		fields[i] = markupField{name: name, typ: catalog.FieldURL, index: snapshot.PropositionFields + uint16(i)}
	}
	fields[0].typ = catalog.FieldText // the id
	return fields
}

// isOwn reports whether a field is one of the proposition.
func (f *markupField) isOwn() bool { return f.index >= snapshot.PropositionFields }

// isID reports whether a field is the proposition's id: 16 hex digits, which may
// stand wherever the value of an expression may.
func (f *markupField) isID() bool { return f.index == snapshot.PropositionID }

// guards reports whether a part for when one field is there has the other too.
// The fields of a proposition are there together.
func (f *markupField) guards(other *markupField) bool {
	return f == other || f != nil && f.isOwn() && other.isOwn()
}

// markupIsOwnName reports whether a placeholder names what would be a field of
// the proposition.
func markupIsOwnName(s string) bool {
	name, ok := strings.CutPrefix(s, "proposition.")
	return ok && markupIsName(name)
}

// markupForm is the form in which a url or image field is written as the whole
// of an attribute. Only links lead anywhere by a click: the action of a form
// loses its query when it is sent, and other addresses are loaded without one.
func markupForm(element, attribute string, field *markupField) byte {
	if field.click && attribute == "href" && (element == "a" || element == "area") {
		return snapshot.FormClick
	}
	return snapshot.FormHTML
}

package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
)

// templated has a template of each kind with one field and one conditional part,
// each marked by what stands in front.
const templated = `
environments:
  visitors:
    kind: anonymous
    spaces:
      tracks:
        channel: web
        fields: {text: text, url: url}
        render: {html: 'HTML{{ text }}HTMLIF{{? url }}x{{/}}', json: '"JSON{{ text }}JSONIF{{? url }}x{{/}}"', text: 'TEXT{{ text }}TEXTIF{{? url }}x{{/}}'}
      plain:
        channel: web
        track: false
        fields: {url: url}
        render: {html: 'PLAIN{{ url }}'}
    categories: {all: {offers: {one: {weights: 1, content: {tracks: {text: 'FIELD{{ target.name }}{{ target.name }}'}}}}}}
    target: {name: string}
`

// TestVerifyTemplates puts another field segment in place of a marked one: what a
// template of its kind cannot have is refused.
func TestVerifyTemplates(t *testing.T) {
	const text, url = 0, 1
	id, beyond := snapshot.PropositionID, snapshot.PropositionReject+1
	tests := []struct {
		mark  string
		form  byte
		field uint16
		ok    bool
	}{
		{"HTML", snapshot.FormHTML, url, true},
		{"HTML", snapshot.FormHTML, id, true},
		{"HTML", snapshot.FormRaw, snapshot.PropositionReject, true},
		{"HTML", snapshot.FormHTML, beyond, false},
		{"HTML", snapshot.FormHTML, 0x7fff, false},
		{"HTML", snapshot.FormJSON, id, false},
		{"HTML", snapshot.FormClick, url, true},
		{"HTML", snapshot.FormClick, text, false},
		{"HTML", snapshot.FormClick, 2, false},
		{"HTML", snapshot.FormClick, id, false},
		{"HTML", snapshot.FormClick + 1, url, false},
		{"PLAIN", snapshot.FormClick, 0, false},
		{"PLAIN", snapshot.FormHTML, id, true},
		{"TEXT", snapshot.FormRaw, id, true},
		{"TEXT", snapshot.FormClick, url, false},
		{"TEXT", snapshot.FormValue, id, false},
		{"JSON", snapshot.FormJSON, id, true},
		{"JSON", snapshot.FormRaw, id, false},
		{"JSON", snapshot.FormClick, url, false},
	}
	v := open(t, parsed(t, templated))
	for _, tt := range tests {
		segment := []byte{snapshot.SegField, tt.form, byte(tt.field), byte(tt.field >> 8)}
		check(t, v, tt.mark, segment, tt.ok)
	}
	for _, mark := range []string{"HTMLIF", "JSONIF", "TEXTIF"} {
		for field, ok := range map[uint16]bool{url: true, id: true, snapshot.PropositionAccept: true, beyond: false, 2: false} {
			check(t, v, mark, binary.LittleEndian.AppendUint16([]byte{snapshot.SegIf}, field), ok)
		}
	}
	check(t, v, "FIELD", []byte{snapshot.SegExpr}, true)
	own := binary.LittleEndian.AppendUint16([]byte{snapshot.SegField, snapshot.FormRaw}, id)
	check(t, v, "FIELD", bytes.Repeat(own, 3), false) // as long as two expressions
}

// check writes a segment behind the mark in the texts of a snapshot and wants
// Verify's word on it.
func check(t *testing.T, v *snapshot.View, mark string, segment []byte, ok bool) {
	t.Helper()
	parts := partsOf(v)
	for _, p := range parts {
		if p.id != snapshot.SecText {
			continue
		}
		at := bytes.Index(p.content, []byte(mark)) + len(mark)
		copy(p.content[at:], segment)
	}
	edited, err := snapshot.Open(framed(parts))
	if err != nil {
		t.Fatal(err)
	}
	err = edited.Verify(seal.Sum256)
	if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "malformed template") {
		t.Errorf("%s with % x: %v, want it accepted: %v", mark, segment, err, ok)
	}
}

package compile

import (
	"encoding/binary"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// markupTemplate writes a template. Literals that follow each other become one.
type markupTemplate struct {
	b    []byte
	open int // one more than the place of the last literal's length; 0 = none is open
}

// bytes gives the template, never nil: an empty value is not an absent one.
func (t *markupTemplate) bytes() []byte {
	if t.b == nil {
		return []byte{}
	}
	return t.b
}

func (t *markupTemplate) literal(s string) {
	if s == "" {
		return
	}
	if t.open == 0 {
		t.b = append(t.b, snapshot.SegLiteral, 0, 0, 0, 0)
		t.open = len(t.b) - 4 + 1
	}
	t.b = append(t.b, s...)
	length := t.b[t.open-1:]
	binary.LittleEndian.PutUint32(length, uint32(len(length)-4))
}

func (t *markupTemplate) expr(escape byte, program uint32) {
	t.open = 0
	t.b = append(t.b, snapshot.SegExpr, escape)
	t.b = binary.LittleEndian.AppendUint32(t.b, program)
}

func (t *markupTemplate) field(form byte, index uint16) {
	t.open = 0
	t.b = append(t.b, snapshot.SegField, form)
	t.b = binary.LittleEndian.AppendUint16(t.b, index)
}

// begin starts a conditional part and gives its mark for end.
func (t *markupTemplate) begin(index uint16) (mark int) {
	t.open = 0
	mark = len(t.b)
	t.b = append(t.b, snapshot.SegIf)
	t.b = binary.LittleEndian.AppendUint16(t.b, index)
	t.b = append(t.b, 0, 0, 0, 0)
	return mark
}

// end closes the conditional part; one with nothing in it leaves nothing.
func (t *markupTemplate) end(mark int) {
	const header = 7
	t.open = 0
	body := len(t.b) - mark - header
	if body == 0 {
		t.b = t.b[:mark]
		return
	}
	binary.LittleEndian.PutUint32(t.b[mark+3:], uint32(body))
}

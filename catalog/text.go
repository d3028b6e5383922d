package catalog

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a source file. Line and Column count from 1, columns in
// characters; the zero Pos is no place.
type Pos struct {
	File         string
	Line, Column int
}

// IsValid reports whether p is a place.
func (p Pos) IsValid() bool { return p.Line > 0 }

// String is file:line:column.
func (p Pos) String() string {
	if !p.IsValid() {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Text is a string with its place.
type Text struct {
	Pos Pos
	S   string
	// Lines has the place of each line of S where S stands in a block, else it
	// is empty and S starts at Pos.
	Lines []Pos
	// Marks, in ascending order, are where S stops following the source
	// character for character: behind an escape or a folded line end.
	Marks []Mark
}

// Mark is the place of the character at byte Off of a Text.
type Mark struct {
	Off, Line, Column int32
}

// At is the place of the character that starts at byte offset off of S.
func (t Text) At(off int) Pos {
	off = min(max(off, 0), len(t.S))
	if n := sort.Search(len(t.Marks), func(i int) bool { return int(t.Marks[i].Off) > off }); n > 0 {
		m := t.Marks[n-1]
		column := int(m.Column) + utf8.RuneCountInString(t.S[m.Off:off])
		return Pos{File: t.Pos.File, Line: int(m.Line), Column: column}
	}
	if line := strings.Count(t.S[:off], "\n"); line < len(t.Lines) {
		p := t.Lines[line]
		p.Column += utf8.RuneCountInString(t.S[strings.LastIndexByte(t.S[:off], '\n')+1 : off])
		return p
	}
	p := t.Pos
	p.Column += utf8.RuneCountInString(t.S[:off])
	return p
}

// Length is how many characters of t's first line in the source it takes, from
// t.Pos on.
func (t Text) Length() int {
	end := t.At(len(t.S))
	if end.Line == t.Pos.Line {
		return end.Column - t.Pos.Column
	}
	return maxLength
}

// maxLength is more than a line has: whoever marks a place ends with the line.
const maxLength = 1 << 20

// Slice is the part of t from one byte to another, with its places.
func (t Text) Slice(from, to int) Text {
	part := Text{Pos: t.At(from), S: t.S[from:to]}
	if line := strings.Count(t.S[:from], "\n"); line < len(t.Lines) {
		part.Lines = append([]Pos{part.Pos}, t.Lines[line+1:]...)
	}
	for _, m := range t.Marks {
		if int(m.Off) > from && int(m.Off) <= to {
			m.Off -= int32(from)
			part.Marks = append(part.Marks, m)
		}
	}
	return part
}

// Float is a number with its place.
type Float struct {
	Pos Pos
	F   float64
}

// Instant is a moment, in milliseconds since 1970-01-01T00:00:00Z, or none.
type Instant struct {
	Pos Pos
	Set bool
	MS  int64
}

// Flag is an option that is on or off, with the place of its value.
type Flag struct {
	Pos Pos
	On  bool
}

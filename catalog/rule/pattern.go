package rule

import (
	"encoding/binary"
	"errors"
	"fmt"
	regex "regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// The limits of a pattern. Its automaton has one byte for a state and one for a
// class, and its table shares the size of a program with the rest.
const (
	maxInstructions = 4 << 10 // of the parsed pattern; what a person writes has under 100
	maxDrafted      = 2 << 10 // states before equal ones become one
	maxStates       = 254     // besides no and yes
	maxClasses      = 255
	maxTable        = 8 << 10 // bytes
	maxWork         = 4 << 20 // instructions looked at while states are made: under 0.2 s
)

// patternError is why a pattern is refused.
type patternError struct{ message, hint string }

var tooLarge = &patternError{
	"the pattern of matches() is too complex",
	"write less of {n,m} and of large classes of characters, or several patterns",
}

// patternTable compiles a regular expression of the syntax RE2, as package
// regexp reads it, to the table that snapshot.Pattern describes.
func patternTable(src string) ([]byte, *patternError) {
	re, err := regex.Parse(src, regex.Perl)
	if err != nil {
		return nil, unreadable(err)
	}
	prog, err := regex.Compile(re.Simplify())
	if err != nil {
		return nil, unreadable(err)
	}
	if len(prog.Inst) > maxInstructions {
		return nil, tooLarge
	}
	a := newAlphabet(prog)
	if a.count() > maxClasses {
		return nil, tooLarge
	}
	d := draft{prog: prog, alphabet: a, numbers: map[string]int{}}
	if !d.build() {
		return nil, tooLarge
	}
	m, ok := d.reduce()
	if !ok {
		return nil, tooLarge
	}
	table := m.table(src, a)
	if len(table) > maxTable {
		return nil, tooLarge
	}
	return table, nil
}

// unreadable is the error of a text that is no regular expression.
func unreadable(err error) *patternError {
	message := err.Error()
	if bad := (*regex.Error)(nil); errors.As(err, &bad) {
		message = fmt.Sprintf("%s: %q", bad.Code, bad.Expr)
	}
	return &patternError{"the pattern of matches() is no regular expression: " + message, `a character that is meant as it is has \\ before it, as in "\\."`}
}

// alphabet divides the code points into classes that no instruction of a
// program tells apart.
type alphabet struct {
	bounds  []rune // where ranges begin; the last is beyond all
	classes []int  // of each range
	samples []rune // one code point of each class
	words   bool   // the program asks for word boundaries
	lines   bool   // it asks for starts or ends of lines
	starts  bool   // it asks for the start of the text
}

func (a *alphabet) count() int { return len(a.samples) }

func newAlphabet(prog *regex.Prog) *alphabet {
	a := &alphabet{}
	cuts := []rune{0, utf8.RuneSelf, unicode.MaxRune + 1}
	for i := range prog.Inst {
		cuts = a.cut(cuts, &prog.Inst[i])
	}
	if a.words {
		cuts = append(cuts, '0', '9'+1, 'A', 'Z'+1, '_', '_'+1, 'a', 'z'+1)
	}
	if a.lines {
		cuts = append(cuts, '\n', '\n'+1)
	}
	slices.Sort(cuts)
	a.bounds = slices.Compact(cuts)
	seen := map[string]int{}
	for _, low := range a.bounds[:len(a.bounds)-1] {
		sign := a.sign(prog, low)
		class, known := seen[sign]
		if !known {
			class = len(a.samples)
			seen[sign] = class
			a.samples = append(a.samples, low)
		}
		a.classes = append(a.classes, class)
	}
	return a
}

// cut adds the places where an instruction begins or stops to match.
func (a *alphabet) cut(cuts []rune, in *regex.Inst) []rune {
	switch in.Op {
	case regex.InstEmptyWidth:
		op := regex.EmptyOp(in.Arg)
		a.words = a.words || op&(regex.EmptyWordBoundary|regex.EmptyNoWordBoundary) != 0
		a.lines = a.lines || op&(regex.EmptyBeginLine|regex.EmptyEndLine) != 0
		a.starts = a.starts || op&regex.EmptyBeginText != 0
	case regex.InstRuneAnyNotNL:
		cuts = append(cuts, '\n', '\n'+1)
	case regex.InstRune, regex.InstRune1:
		if len(in.Rune) > 1 {
			for i := 0; i+1 < len(in.Rune); i += 2 {
				cuts = append(cuts, in.Rune[i], in.Rune[i+1]+1)
			}
			return cuts
		}
		for _, r := range in.Rune { // one, perhaps with its other cases
			cuts = append(cuts, r, r+1)
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				cuts = append(cuts, f, f+1)
			}
		}
	}
	return cuts
}

// sign is equal for code points that no instruction tells apart.
func (a *alphabet) sign(prog *regex.Prog, r rune) string {
	sign := []byte{byte(a.context(r))}
	for i := range prog.Inst {
		if in := &prog.Inst[i]; takesRune(in) {
			sign = append(sign, yesNo(in.MatchRune(r)))
		}
	}
	return string(sign)
}

func yesNo(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func takesRune(in *regex.Inst) bool {
	switch in.Op {
	case regex.InstRune, regex.InstRune1, regex.InstRuneAny, regex.InstRuneAnyNotNL:
		return true
	}
	return false
}

// The contexts are what assertions ask of the code point before a place, each
// by a code point that has it: of -1, the start of the text, up to those that
// no assertion tells from a space.
const (
	contextStart = -1
	contextLine  = '\n'
	contextWord  = 'a'
	contextOther = ' '
)

// context is what a code point is for the place behind it.
func (a *alphabet) context(r rune) rune {
	switch {
	case r < 0 && (a.starts || a.lines):
		return contextStart
	case r == '\n' && a.lines:
		return contextLine
	case r >= 0 && a.words && regex.IsWordChar(r):
		return contextWord
	}
	return contextOther
}

// table writes the alphabet and the automaton.
func (m *machine) table(src string, a *alphabet) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(src)))
	b = append(append(b, src...), m.start, byte(m.classes))
	var bounds []byte
	count, ascii := 0, [utf8.RuneSelf]byte{}
	for i, low := range a.bounds[:len(a.bounds)-1] {
		class := m.renamed[a.classes[i]]
		for r := low; r < min(a.bounds[i+1], utf8.RuneSelf); r++ {
			ascii[r] = class
		}
		if low < utf8.RuneSelf || len(bounds) > 0 && bounds[len(bounds)-4] == class {
			continue
		}
		bounds = binary.LittleEndian.AppendUint32(bounds, uint32(low)<<8|uint32(class))
		count++
	}
	b = append(binary.LittleEndian.AppendUint16(b, uint16(count)), ascii[:]...)
	return append(append(b, bounds...), m.rows...)
}

package rule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common"

	"github.com/profferhq/proffer/catalog/snapshot"
)

// Issue is one problem of an expression.
type Issue struct {
	Offset  int    // byte within the source, from 0
	Line    int    // from 1
	Column  int    // from 1, in characters
	Message string // one sentence, lower case, no full stop
	Hint    string // what to do, or the nearest known name; may be empty
	Kind    IssueKind
	// Filter is the predefined filter that has a part in it, or "".
	Filter string
}

// IssueKind tells issues apart that are about something else than a mistake in
// the expression.
type IssueKind uint8

// The kinds of issue.
const (
	Mistake IssueKind = iota
	Later             // what is written belongs to a later version
	Cycle             // a predefined filter that names itself, by way of others or not
	Large             // predefined filters that make an expression too long
)

// String gives the issue as line:column: message (hint).
func (i Issue) String() string {
	s := fmt.Sprintf("%d:%d: %s", i.Line, i.Column, i.Message)
	if i.Hint != "" {
		s += " (" + i.Hint + ")"
	}
	return s
}

// sorted puts issues in the order of their places and keeps one of equal ones.
func sorted(issues []Issue) []Issue {
	slices.SortStableFunc(issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(issues)
}

const (
	tooDeep     = "the expression is nested too deep"
	tooDeepHint = "split it into several conditions"
)

// tooComplex is the issue of an expression whose program is refused. filters
// says that it names predefined ones.
func tooComplex(err error, filters bool) Issue {
	issue := Issue{Line: 1, Column: 1, Message: "the expression is too long for one program", Hint: tooDeepHint}
	if errors.Is(err, snapshot.FaultProgramStack) || errors.Is(err, snapshot.FaultProgramNest) {
		issue.Message = tooDeep
	}
	if errors.Is(err, errTurns) {
		issue.Message = "the expression " + errTurns.Error()
		issue.Hint = "use shorter lists, or fewer macros in one another"
		return issue
	}
	if filters {
		issue.Kind = Large
		issue.Message = strings.Replace(issue.Message, "the expression is", "with its predefined filters, the expression is", 1)
		issue.Hint = "write attributes or fewer conditions instead"
	}
	return issue
}

// source is the text of an expression with the byte offset of each character,
// for cel-go counts characters.
type source struct {
	text    string
	offsets []int // of each character, and of the end
}

func newSource(text string) *source {
	s := &source{text: text}
	if len(text) > MaxSource {
		return s
	}
	for i := range text {
		s.offsets = append(s.offsets, i)
	}
	s.offsets = append(s.offsets, len(text))
	return s
}

// refuse finds what is wrong with the text as such.
func (s *source) refuse() (Issue, bool) {
	switch {
	case len(s.text) > MaxSource:
		return Issue{Line: 1, Column: 1, Message: fmt.Sprintf("the expression has %d bytes, at most %d are allowed", len(s.text), MaxSource)}, true
	case !utf8.ValidString(s.text):
		for i, r := range s.text {
			if _, size := utf8.DecodeRuneInString(s.text[i:]); r == utf8.RuneError && size == 1 {
				return s.issue(utf8.RuneCountInString(s.text[:i]), "the expression is not UTF-8 here"), true
			}
		}
	case strings.TrimSpace(s.text) == "":
		return Issue{Line: 1, Column: 1, Message: "the expression is empty"}, true
	}
	return Issue{}, false
}

// issue makes an issue at a character.
func (s *source) issue(character int, message string) Issue {
	offset := s.offsets[min(max(character, 0), len(s.offsets)-1)]
	line := strings.Count(s.text[:offset], "\n") + 1
	column := utf8.RuneCountInString(s.text[strings.LastIndexByte(s.text[:offset], '\n')+1:offset]) + 1
	return Issue{Offset: offset, Line: line, Column: column, Message: message}
}

// locate gives the character at a line and column of cel-go's, which count
// lines from 1 and columns from 0.
func (s *source) locate(l common.Location) int {
	start := 0
	for line := 1; line < l.Line(); line++ {
		next := strings.IndexByte(s.text[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	return utf8.RuneCountInString(s.text[:start]) + l.Column()
}

package author

import (
	"fmt"
	"strings"

	"github.com/profferhq/proffer/catalog"
)

// maxName bounds a name in bytes: names stand in markup, URLs and logs.
const maxName = 64

// nameRule is the form of a kind of names.
type nameRule struct {
	form     string // as a regular expression, for messages
	matches  func(s string) bool
	reserved func(s string) string // why a matching name cannot be used, or ""
}

var (
	plainName = &nameRule{
		form:    "[A-Za-z][A-Za-z0-9_-]*",
		matches: func(s string) bool { return isLetter(s[0]) && only(s[1:], "_-") },
	}
	spaceName = &nameRule{form: plainName.form, matches: plainName.matches, reserved: ordinalName}
	// identifier is a name that expressions use.
	identifier = &nameRule{
		form: "[a-z_][A-Za-z0-9_]*",
		matches: func(s string) bool {
			return (s[0] >= 'a' && s[0] <= 'z' || s[0] == '_') && only(s[1:], "_")
		},
		reserved: reservedWord,
	}
	// filterName is a name that expressions use by itself.
	filterName = &nameRule{form: identifier.form, matches: identifier.matches, reserved: takenWord}
	offerCode  = &nameRule{
		form:    "[A-Za-z0-9][A-Za-z0-9_.:-]*",
		matches: func(s string) bool { return only(s[:1], "") && only(s[1:], "_.:-") },
	}
)

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// only reports whether s has letters, digits and the given characters alone.
func only(s, others string) bool {
	for i := 0; i < len(s); i++ {
		if !isLetter(s[i]) && !isDigit(s[i]) && strings.IndexByte(others, s[i]) < 0 {
			return false
		}
	}
	return true
}

// ordinalName refuses a space name that a slot could not tell from an ordinal.
func ordinalName(s string) string {
	if _, _, ok := splitOrdinal(s); ok {
		return "_ and digits at its end mean the second, third, … best offer of a space"
	}
	return ""
}

// reservedWord refuses the words that the expression language keeps: its
// literals and operators, and those that its definition reserves.
func reservedWord(s string) string {
	switch s {
	case "true", "false", "null", "in",
		"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
		"namespace", "return", "var", "void", "while":
		return "it is a word of the expression language"
	}
	return ""
}

// takenWord refuses the words that mean something where a predefined filter is
// named: those of the language, its types, and the groups of names.
func takenWord(s string) string {
	switch s {
	case "target", "interaction", "request", "offer", "history", "experiment", "proposition":
		return "it is a group of names, such as " + s + ".NAME"
	case "bool", "bytes", "double", "dyn", "int", "list", "map", "null_type", "string", "type", "uint":
		return "it is a type of the expression language"
	}
	return reservedWord(s)
}

// problem says what is wrong with a name, or "".
func (rule *nameRule) problem(s string) string {
	if s == "" || len(s) > maxName || !rule.matches(s) {
		return fmt.Sprintf("a name here matches %s and has at most %d characters", rule.form, maxName)
	}
	if rule.reserved != nil {
		return rule.reserved(s)
	}
	return ""
}

// name reads a text and checks that it is a name. One that breaks the rule is
// reported and returned, so that what refers to it is not reported too.
func (r *reader) name(v val, rule *nameRule, what string) catalog.Text {
	t := r.text(v)
	if !v.ok() || rule == nil || t.Pos == (catalog.Pos{}) {
		return t
	}
	if problem := rule.problem(t.S); problem != "" {
		r.error(v.pos(), "bad-name", fmt.Sprintf("%s cannot name %s: %s", quote(t.S), what, problem), "")
	}
	return t
}

// splitOrdinal splits the digits after a last _ from a slot's space. It fails
// where there are none.
func splitOrdinal(s string) (space, digits string, ok bool) {
	end := len(strings.TrimRight(s, "0123456789"))
	if end == len(s) || end < 2 || s[end-1] != '_' {
		return s, "", false
	}
	return s[:end-1], s[end:], true
}

// NameProblem says why s cannot name an environment, a category or the like,
// or "".
func NameProblem(s string) string { return plainName.problem(s) }

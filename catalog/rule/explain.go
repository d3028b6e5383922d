package rule

import (
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
)

// syntax shortens what the parser says, which is every token that could have
// stood at the place, and guesses what was meant.
func syntax(message string) (short, hint string) {
	message = strings.TrimPrefix(message, "Syntax error: ")
	if strings.Contains(message, "recursion") {
		return tooDeep, tooDeepHint
	}
	message, _, _ = strings.Cut(message, " expecting ")
	message = strings.ReplaceAll(message, "'<EOF>'", "end of the expression")
	for _, odd := range [...]string{"mismatched input", "extraneous input", "token recognition error at:"} {
		if rest, ok := strings.CutPrefix(message, odd); ok {
			message = "unexpected" + rest
		}
	}
	if _, token, ok := strings.Cut(message, "unexpected '"); ok {
		hint = meant(strings.TrimSpace(strings.TrimSuffix(token, "'")))
	}
	return "syntax error: " + message, hint
}

// meant is the hint for a token that other languages have.
func meant(token string) string {
	switch token {
	case "=":
		return "equality is =="
	case "and", "AND", "&":
		return "and is &&"
	case "or", "OR", "|":
		return "or is ||"
	case "<>":
		return "inequality is !="
	}
	if strings.HasPrefix(token, `"`) || strings.HasPrefix(token, "'") {
		return `the string does not end, or has an escape other than \n, \", \u00e9 and the like`
	}
	return ""
}

// explain puts the type checker's message into the words of authors, who write
// == and not _==_.
func explain(message string) (explained, hint string) {
	if types, ok := strings.CutPrefix(message, "expected type '"); ok {
		want, got, _ := strings.Cut(strings.TrimSuffix(types, "'"), "' but found '")
		return got + " where " + want + " is needed", ""
	}
	rest, isOverload := strings.CutPrefix(message, "found no matching overload for '")
	if !isOverload {
		return message, ""
	}
	fn, args, _ := strings.Cut(rest, "' applied to '")
	args = strings.TrimSuffix(args, "'")
	if symbol, ok := operators.FindReverse(fn); ok && symbol != "" {
		fn = symbol
	} else if fn == operators.Conditional {
		fn = "?:"
	} else if fn == operators.Index {
		fn = "[]"
	}
	if fn == "+" && strings.Contains(args, "string") {
		hint = "+ joins texts or adds numbers; in content, give each value its own {{ }}"
	}
	if strings.Contains(args, "double") && strings.Contains(args, "int") {
		hint = "int, uint and double do not mix here: 1 is an int, 1u a uint, 1.0 a double"
	}
	if fn == overloads.Contains && strings.HasPrefix(args, "list(") {
		hint = `whether something is in a list asks in, as in "sea" in target.interests`
	}
	return fn + " does not take " + args, hint
}

// Hints for what has no compiled form.
const (
	valueHint   = "values are names of groups, constants, and what operators, functions and macros make of them"
	listHint    = "write the comparisons out, as in a == x || b == x"
	elementHint = "the elements have to be of one type: texts, int, double or bool"
)

// mixHint is the hint for a value of the wrong type.
func mixHint(got, want Type) string {
	if want == Bool && got.fits(Number) {
		return "a condition is true or false: compare the number, as in target.visits > 0"
	}
	if want == Bool && got == String {
		return `a condition is true or false: compare the text, as in target.country == "FR"`
	}
	if got.fits(Number) && (want == Int || want == Double) {
		return "1 is an int, 1u a uint, 1.0 a double"
	}
	return ""
}

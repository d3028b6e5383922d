package author

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author/yaml"
)

// maxText bounds one text in bytes. A page's whole HTML is rarely as long.
const maxText = 64 << 10

// wrongType reports a value of another type than expected.
func (r *reader) wrongType(v val, expected, hint string) {
	if pos := v.pos(); !r.skip(pos) {
		r.error(pos, "wrong-type", "expected "+expected+", found "+found(v.n), hint)
	}
}

// found says what stands where something else is expected.
func found(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.Map:
		return "a map"
	case n.Kind == yaml.List:
		return "a list"
	case n.IsNull():
		return "nothing"
	case n.Style != yaml.Plain:
		return "the string " + quote(n.Text)
	case n.Text == "true" || n.Text == "false":
		return n.Text
	case isNumber(n.Text):
		return "the number " + clip(n.Text)
	}
	return "the string " + quote(n.Text)
}

// scalar checks that v is written, and no map or list.
func (r *reader) scalar(v val, expected, hint string) bool {
	if !v.ok() {
		return false
	}
	if v.n.Kind != yaml.Scalar || v.n.IsNull() {
		r.wrongType(v, expected, hint)
		return false
	}
	return true
}

// text reads any scalar as its characters.
func (r *reader) text(v val) catalog.Text { return r.textAs(v, "a string") }

func (r *reader) textAs(v val, expected string) catalog.Text {
	if !r.scalar(v, expected, "") {
		return catalog.Text{}
	}
	if len(v.n.Text) > maxText {
		r.error(v.pos(), "too-large", fmt.Sprintf("a text has at most %d bytes", maxText), "")
		return catalog.Text{}
	}
	return v.text()
}

// text is the scalar with the places of its characters.
func (v val) text() catalog.Text {
	t := catalog.Text{Pos: v.at(v.n.Start), S: v.n.Text}
	marks := v.f.doc.Marks(v.n)
	if v.n.Style == yaml.Literal {
		for _, m := range marks {
			t.Lines = append(t.Lines, v.at(m.Source))
		}
		return t
	}
	for _, m := range marks {
		p := v.at(m.Source)
		t.Marks = append(t.Marks, catalog.Mark{Off: int32(m.Text), Line: int32(p.Line), Column: int32(p.Column)})
	}
	return t
}

// expression reads a text of the expression language.
func (r *reader) expression(v val) catalog.Text {
	t := r.textAs(v, "an expression")
	if v.ok() && v.n.Kind == yaml.Scalar && !v.n.IsNull() && strings.TrimSpace(v.n.Text) == "" {
		r.error(v.pos(), "bad-value", "an expression cannot be empty", "remove the key")
	}
	return t
}

// bool reads true or false.
func (r *reader) bool(v val, absent bool) bool {
	if !v.ok() {
		return absent
	}
	if b, ok := boolean(v.n); ok {
		return b
	}
	r.wrongType(v, "true or false", boolHint(v.n))
	return absent
}

// flag reads true or false with its place; absent is off.
func (r *reader) flag(v val) catalog.Flag {
	if !v.ok() {
		return catalog.Flag{}
	}
	return catalog.Flag{Pos: v.pos(), On: r.bool(v, false)}
}

func boolean(n *yaml.Node) (value, ok bool) {
	if n.Kind != yaml.Scalar || n.Style != yaml.Plain {
		return false, false
	}
	return n.Text == "true", n.Text == "true" || n.Text == "false"
}

// boolHint translates what other formats write.
func boolHint(n *yaml.Node) string {
	if n.Kind != yaml.Scalar {
		return ""
	}
	switch strings.ToLower(n.Text) {
	case "yes", "y", "on", "true", "1":
		return "write true, without quotes"
	case "no", "n", "off", "false", "0":
		return "write false, without quotes"
	}
	return ""
}

// isNumber reports whether a plain text is a number: digits with an optional
// sign, fraction and exponent, or one of YAML's words for infinite and not a
// number.
func isNumber(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" {
		return false
	}
	switch strings.ToLower(digits) {
	case ".inf", ".nan":
		return true
	}
	if strings.Trim(digits, "0123456789.eE+-") != "" || digits[0] != '.' && (digits[0] < '0' || digits[0] > '9') {
		return false
	}
	_, err := strconv.ParseFloat(digits, 64)
	return err == nil || isRange(err)
}

func isRange(err error) bool {
	return errors.Is(err, strconv.ErrRange)
}

// number reads a finite number.
func (r *reader) number(v val) (float64, bool) {
	if !v.ok() {
		return 0, false
	}
	if v.n.Kind != yaml.Scalar || v.n.Style != yaml.Plain || !isNumber(v.n.Text) {
		r.wrongType(v, "a number", numberHint(v.n))
		return 0, false
	}
	f, err := strconv.ParseFloat(v.n.Text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		r.error(v.pos(), "bad-number", clip(v.n.Text)+" is not a finite number", "")
		return 0, false
	}
	return f, true
}

func numberHint(n *yaml.Node) string {
	if n.Kind != yaml.Scalar {
		return ""
	}
	plain := strings.NewReplacer("_", "", ",", ".", "%", "", " ", "").Replace(n.Text)
	if !isNumber(plain) {
		return ""
	}
	return "write " + plain + ", without quotes"
}

// choice reads one of some words and returns its index, -1 if it is not one
// or absent.
func (r *reader) choice(v val, words ...string) int {
	if !v.ok() {
		return -1
	}
	i := slices.Index(words, v.n.Text)
	if i >= 0 && v.n.Kind == yaml.Scalar || !r.scalar(v, join(words, "or"), "") || r.skip(v.pos()) {
		return i
	}
	hint := didYouMean(v.n.Text, words)
	if hint == "" {
		hint = "write " + join(words, "or")
	}
	r.error(v.pos(), "bad-value", quote(v.n.Text)+" is not known here", hint)
	return -1
}

// list reads the entries of a list. One that is not written has none.
func (r *reader) list(v val, hint string) []val {
	if !v.ok() || v.n.IsNull() {
		return nil
	}
	if v.n.Kind != yaml.List {
		r.wrongType(v, "a list", hint)
		return nil
	}
	var out []val
	for n := v.n.Child; n != nil; n = n.Next {
		out = append(out, val{v.f, n})
	}
	return out
}

// names reads a list of names; a nil rule takes any.
func (r *reader) names(v val, rule *nameRule, what string) []catalog.Text {
	var out []catalog.Text
	for _, item := range r.list(v, "put it in brackets: [ ]") {
		if t := r.name(item, rule, what); t.S != "" {
			out = append(out, t)
		}
	}
	return out
}

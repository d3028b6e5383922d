package proxy

import "strings"

// acceptance is what an Accept-Encoding says (RFC 9110, section 12.5.3), in
// weights of thousandths.
type acceptance struct {
	said    bool
	weights [numCodings]int // unsaid, or 0 for what is refused
	others  int             // of "*"
}

const unsaid = -1

func newAcceptance(values []string) acceptance {
	a := acceptance{said: len(values) > 0, others: unsaid}
	for c := range a.weights {
		a.weights[c] = unsaid
	}
	for _, v := range values {
		for element := range strings.SplitSeq(v, ",") {
			name, weight := weighed(element)
			if name == "*" {
				a.others = weight
			} else if c := codingNamed(name); c != strange {
				a.weights[c] = max(a.weights[c], weight)
			}
		}
	}
	return a
}

// weighed splits one element of an Accept-Encoding. A weight that is none counts
// as a refusal.
func weighed(element string) (name string, weight int) {
	name, parameters, _ := strings.Cut(element, ";")
	weight = 1000
	for p := range strings.SplitSeq(parameters, ";") {
		if key, value, ok := strings.Cut(p, "="); ok && strings.EqualFold(strings.TrimSpace(key), "q") {
			weight = thousandths(strings.TrimSpace(value))
		}
	}
	return strings.TrimSpace(name), weight
}

// thousandths reads a weight (RFC 9110, section 12.4.2).
func thousandths(s string) int {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > 3 || whole != "0" && whole != "1" {
		return 0
	}
	n := 0
	for i := range 3 {
		digit := 0
		if i < len(fraction) {
			digit = int(fraction[i]) - '0'
		}
		if digit < 0 || digit > 9 {
			return 0
		}
		n = 10*n + digit
	}
	if whole == "1" {
		return 1000
	}
	return n
}

// weight is what a coding counts for. Who says nothing of the plain form takes
// it where there is nothing else.
func (a *acceptance) weight(c coding) int {
	switch {
	case !a.said:
		return 1000
	case a.weights[c] != unsaid:
		return a.weights[c]
	case a.others != unsaid:
		return a.others
	}
	return 0
}

// byCost are our codings, cheapest first; see RATIONALE.md.
var byCost = [...]coding{inGzip, inZstd, inBrotli, inDeflate}

// choose is the coding in which a body is sent that came in another one: the same
// if it is accepted, else what is liked best, and the plain form if that is
// nothing of ours.
func (a *acceptance) choose(from coding) coding {
	if from != uncoded && a.weight(from) > 0 {
		return from
	}
	if !a.said {
		return uncoded
	}
	best, most := uncoded, 0
	if a.weights[uncoded] != unsaid {
		most = a.weights[uncoded]
	}
	for _, c := range byCost {
		weight := a.weight(c)
		if weight > most || weight == most && weight > 0 && best == uncoded {
			best, most = c, weight
		}
	}
	return best
}

// askable is the Accept-Encoding for an origin, of which we have to read what it
// sends: the visitor's without the codings that are not ours.
func askable(values []string) []string {
	if len(values) == 0 {
		return []string{codingNames[uncoded]}
	}
	if allOurs(values) {
		return values
	}
	listed := newAcceptance(values)
	var list []string
	for _, v := range values {
		for element := range strings.SplitSeq(v, ",") {
			element = strings.TrimSpace(element)
			name, weight := weighed(element)
			switch {
			case name == "*":
				list = append(list, expanded(&listed, element[1:], weight)...)
			case codingNamed(name) != strange:
				list = append(list, element)
			}
		}
	}
	if len(list) == 0 {
		return []string{codingNames[uncoded]}
	}
	return []string{strings.Join(list, ", ")}
}

// allOurs reports that an Accept-Encoding names nothing but codings of ours.
func allOurs(values []string) bool {
	for _, v := range values {
		for element := range strings.SplitSeq(v, ",") {
			name, _, _ := strings.Cut(element, ";")
			if codingNamed(strings.TrimSpace(name)) == strange {
				return false
			}
		}
	}
	return true
}

// expanded is "*" in words: each coding of ours that is not listed, or, where all
// others are refused, the plain form.
func expanded(listed *acceptance, parameters string, weight int) (list []string) {
	for c, name := range codingNames {
		if listed.weights[c] == unsaid && (coding(c) == uncoded) == (weight == 0) {
			list = append(list, name+parameters)
		}
	}
	return list
}

package compile

import (
	"math"
	"strconv"
	"strings"
)

// markupIsNumber reports whether s is a number as JSON writes them, within the
// range of a float64. Renderings carry it as it stands, so 1.50 stays 1.50; the
// content of an answer has it as a number.
func markupIsNumber(s string) bool {
	rest := strings.TrimPrefix(s, "-")
	whole := markupDigits(rest)
	if whole == 0 || whole > 1 && rest[0] == '0' {
		return false
	}
	rest = rest[whole:]
	if strings.HasPrefix(rest, ".") {
		n := markupDigits(rest[1:])
		if n == 0 {
			return false
		}
		rest = rest[1+n:]
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		n := markupDigits(rest)
		if n == 0 {
			return false
		}
		rest = rest[n:]
	}
	f, err := strconv.ParseFloat(s, 64)
	return rest == "" && err == nil && !math.IsInf(f, 0)
}

// markupDigits counts the digits that s starts with.
func markupDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// markupQuote shortens s for a message.
func markupQuote(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

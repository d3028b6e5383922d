package number

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkFloat compares ParseFloat with the standard library. What that takes
// besides decimal numbers (hexadecimal, underscores, inf, nan) is refused.
func checkFloat(t interface {
	Helper()
	Errorf(string, ...any)
}, s string) {
	t.Helper()
	want, err := strconv.ParseFloat(s, 64)
	decimal := s != "" && strings.Trim(s, "0123456789+-.eE") == ""
	got, ok := ParseFloat([]byte(s))
	if ok != (decimal && err == nil) {
		t.Errorf("ParseFloat(%q) is ok = %v, strconv %v", s, ok, err)
	}
	if ok && math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("ParseFloat(%q) = %v, want %v", s, got, want)
	}
}

func TestParseFloat(t *testing.T) {
	long := strings.Repeat("0123456789", 100)
	for _, s := range []string{
		"", "0", "-0", "+0", "00", ".", "-", "+", ".5", "5.", "-.5", "1e", "1e+", "e5", ".e5", "1e5", "1E-5", "1e+5", "--1", "+-1",
		"1.2.3", "1 ", " 1", "1x", "0x10", "0x1p-2", "1_000", "inf", "-Inf", "infinity", "nan", "NaN",
		"0.1", "0.3", "0.30000000000000004", "123456789012345678", "9007199254740993", "9007199254740992.5",
		"1e22", "1e23", "1e-22", "1e-23", "123456789e-30", "8.98846567431158e307",
		"1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e308", "1e309", "1e310", "1e999999999999999999999",
		"2.2250738585072014e-308", "2.2250738585072011e-308", "2.225073858507201e-308", // around the least normal
		"5e-324", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.5e-324", "1e-324", "1e-400", "1e-999999999999999999999", // around the least
		"0e999999999", "0.000e-999999999", "0." + strings.Repeat("0", 400) + "1e400", "1" + strings.Repeat("0", 400) + "e-400",
		long, "0." + long, long + "." + long, long + "e-1000", "1" + long + "e-1300", strings.Repeat("9", 309), strings.Repeat("9", 1024) + "e-800",
	} {
		checkFloat(t, s)
		checkFloat(t, "-"+s)
	}
}

// TestParseFloatHalfway goes through numbers half way between two neighbours,
// whole and with a digit far behind that lifts or lowers them.
func TestParseFloatHalfway(t *testing.T) {
	for _, bits := range []uint64{
		0, 1, 2, 1<<52 - 1, 1 << 52, 1<<52 + 1, 0x3ff0000000000000, 0x3fefffffffffffff,
		0x4340000000000000, 0x7fe0000000000000, 0x7feffffffffffffe, 0x3fb999999999999a, 0x0010000000000001,
	} {
		half := halfway(bits)
		for _, s := range []string{half, half + "0", half + "1", half + strings.Repeat("0", 100) + "1", below(half)} {
			checkFloat(t, s)
		}
	}
}

// halfway is the number between a float64 and the next one, with all digits.
func halfway(bits uint64) string {
	var x natural
	x.mulAdd(0, 1)
	fraction, exponent := bits&(1<<52-1), int(bits>>52)
	if exponent > 0 {
		fraction |= 1 << 52
	} else {
		exponent = 1
	}
	fraction = 2*fraction + 1
	x.words[0], x.words[1], x.n = uint32(fraction), uint32(fraction>>32), 2
	for x.n > 0 && x.words[x.n-1] == 0 {
		x.n--
	}
	exponent -= 1076
	if exponent >= 0 {
		x.shift(exponent)
		return x.text() + "."
	}
	for range -exponent { // times 10, by 2 and 5, for each binary place
		x.mulAdd(5, 0)
	}
	digits := x.text()
	for len(digits) <= -exponent {
		digits = "0" + digits
	}
	point := len(digits) + exponent
	return digits[:point] + "." + digits[point:]
}

// text is x in decimal; x is zero afterwards.
func (x *natural) text() string {
	var digits []byte
	for x.n > 0 {
		rest := uint64(0)
		for i := x.n - 1; i >= 0; i-- {
			rest = rest<<32 | uint64(x.words[i])
			x.words[i] = uint32(rest / 10)
			rest %= 10
		}
		digits = append(digits, byte('0'+rest))
		for x.n > 0 && x.words[x.n-1] == 0 {
			x.n--
		}
	}
	for i, j := 0, len(digits)-1; i < j; i, j = i+1, j-1 {
		digits[i], digits[j] = digits[j], digits[i]
	}
	return string(digits)
}

// below is a number just below one whose last digit is not zero.
func below(s string) string {
	s = strings.TrimSuffix(s, ".")
	return s[:len(s)-1] + string(s[len(s)-1]-1) + map[bool]string{true: "9", false: ".9"}[strings.Contains(s, ".")]
}

func TestParseFloatAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return
		}
		form := rapid.SampledFrom([]byte("efg")).Draw(t, "form")
		checkFloat(t, strconv.FormatFloat(f, form, rapid.IntRange(-1, 40).Draw(t, "precision"), 64))
	})
	rapid.Check(t, func(t *rapid.T) {
		checkFloat(t, rapid.StringMatching(`[-+]?[0-9]{0,30}(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,3})?`).Draw(t, "number"))
	})
}

func FuzzParseFloat(f *testing.F) {
	for _, s := range []string{"0", "-1.5e-7", "2.2250738585072011e-308", "9007199254740993", ".5", "1e400"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 5000 {
			checkFloat(t, s)
		}
	})
}

func TestParseInt(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, s string) {
		want, err := strconv.ParseInt(s, 10, 64)
		if got, ok := ParseInt([]byte(s)); ok != (err == nil) || ok && got != want {
			t.Errorf("ParseInt(%q) = %d, %v, want %d, %v", s, got, ok, want, err)
		}
	}
	for _, s := range []string{
		"", "-", "+", "0", "-0", "+7", "007", "1.", "1e3", " 1", "1 ", "1_0", "0x1", "--1", "9223372036854775807", "9223372036854775808",
		"-9223372036854775808", "-9223372036854775809", "92233720368547758070", "-92233720368547758080", "99999999999999999999999",
	} {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, strconv.FormatInt(rapid.Int64().Draw(t, "n"), 10)) })
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.StringMatching(`[-+]?[0-9]{0,20}`).Draw(t, "text")) })
}

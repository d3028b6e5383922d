package wire

const (
	msPerSecond = 1000
	msPerDay    = 86400 * msPerSecond

	firstInstant = -62135596800 * msPerSecond   // 0001-01-01T00:00:00Z
	lastInstant  = 253402300800*msPerSecond - 1 // 9999-12-31T23:59:59.999Z
	instantHead  = len("2006-01-02T15:04:05")   // the part of fixed width
	instantMin   = len("2006-01-02T15:04:05Z")  // shortest text
	maxFraction  = len("999999999")             // digits, nanoseconds
	zoneLen      = len("+02:00")                // a numeric zone
	instantShape = "dddd-dd-ddTdd:dd:dd"        // d is a digit
)

// ParseInstant reads an RFC 3339 date-time and gives milliseconds since
// 1970-01-01T00:00:00Z. It takes "T" and "Z" in upper case only, a zone ±hh:mm
// up to 23:59, and 1 to 9 digits of fraction, of which it keeps three and drops
// the rest. It refuses a date that does not exist, second 60 (no clock here
// counts leap seconds), year 0 and an instant that falls outside the years 1 to
// 9999 of UTC.
func ParseInstant(s []byte) (ms int64, ok bool) {
	if len(s) < instantMin || !shaped(s) {
		return 0, false
	}
	year, month, day := number(s[0:4]), number(s[5:7]), number(s[8:10])
	hour, minute, second := number(s[11:13]), number(s[14:16]), number(s[17:19])
	if year == 0 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) ||
		hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	fraction, rest, ok := millis(s[instantHead:])
	if !ok {
		return 0, false
	}
	zone, ok := offset(rest)
	if !ok {
		return 0, false
	}
	seconds := int64((hour*60+minute)*60 + second)
	ms = Days(year, month, day)*msPerDay + seconds*msPerSecond + fraction - zone
	return ms, ms >= firstInstant && ms <= lastInstant
}

// shaped reports whether s begins with digits and punctuation as in
// instantShape.
func shaped(s []byte) bool {
	for i, c := range s[:instantHead] {
		want := instantShape[i]
		if want == 'd' && (c < '0' || c > '9') || want != 'd' && c != want {
			return false
		}
	}
	return true
}

// number gives the value of decimal digits.
func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}

// millis reads a fraction of a second, if one is there, and gives what follows.
func millis(s []byte) (ms int64, rest []byte, ok bool) {
	if s[0] != '.' {
		return 0, s, true
	}
	n := 1
	for scale := int64(100); n < len(s) && s[n] >= '0' && s[n] <= '9'; n++ {
		ms += scale * int64(s[n]-'0')
		scale /= 10
	}
	if n == 1 || n > maxFraction+1 {
		return 0, nil, false
	}
	return ms, s[n:], true
}

// offset reads a zone, which must be all of s, and gives its milliseconds east
// of UTC.
func offset(s []byte) (ms int64, ok bool) {
	if len(s) == 1 && s[0] == 'Z' {
		return 0, true
	}
	if len(s) != zoneLen || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	for _, i := range [...]int{1, 2, 4, 5} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	hour, minute := number(s[1:3]), number(s[4:6])
	if hour > 23 || minute > 59 {
		return 0, false
	}
	ms = int64(hour*60+minute) * 60 * msPerSecond
	if s[0] == '-' {
		ms = -ms
	}
	return ms, true
}

// AppendInstant appends milliseconds since 1970-01-01T00:00:00Z as RFC 3339 in
// UTC, "2026-07-10T12:00:00Z"; a fraction, of three digits, only when it is not
// zero. Years beyond 1 to 9999, which RFC 3339 does not have, get a sign and
// five or more digits as in ISO 8601, which ParseInstant refuses.
func AppendInstant(dst []byte, ms int64) []byte {
	days := floorDiv(ms, msPerDay)
	clock := int(ms - days*msPerDay)
	year, month, day := Civil(days)
	dst = appendYear(dst, year)
	dst = append(dst, '-')
	dst = append2(dst, month)
	dst = append(dst, '-')
	dst = append2(dst, day)
	dst = append(dst, 'T')
	dst = append2(dst, clock/3600000)
	dst = append(dst, ':')
	dst = append2(dst, clock/60000%60)
	dst = append(dst, ':')
	dst = append2(dst, clock/1000%60)
	if fraction := clock % 1000; fraction != 0 {
		dst = append(dst, '.', byte('0'+fraction/100))
		dst = append2(dst, fraction%100)
	}
	return append(dst, 'Z')
}

func appendYear(dst []byte, year int) []byte {
	if year >= 1 && year <= 9999 {
		return append2(append2(dst, year/100), year%100)
	}
	sign := byte('+')
	if year < 0 {
		sign, year = '-', -year
	}
	dst = append(dst, sign)
	if year >= 100000 {
		dst = appendDecimal(dst, year/100000)
		year %= 100000
	}
	dst = append(dst, byte('0'+year/10000))
	return append2(append2(dst, year/100%100), year%100)
}

func appendDecimal(dst []byte, n int) []byte {
	var digits [20]byte
	i := len(digits)
	for ; n > 0; n /= 10 {
		i--
		digits[i] = byte('0' + n%10)
	}
	return append(dst, digits[i:]...)
}

func append2(dst []byte, n int) []byte {
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

package author

import (
	"fmt"
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog"
)

// The years in which instants lie: milliseconds since 1970, four digits.
const (
	firstYear = 1970
	lastYear  = 9999
)

const dateLen = len("2006-01-02")

const dateHint = "write 2026-06-01, 2026-06-01T09:30 or 2026-06-01T09:30:00Z; a time zone may follow after a space"

// dayAfter is the date behind one that was read.
func dayAfter(date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return day.AddDate(0, 0, 1).Format(time.DateOnly)
}

// period reads from and to.
func (r *reader) period(o *object) (from, to catalog.Instant) {
	from, _ = r.instant(o.get("from"))
	end := o.get("to")
	to, whole := r.instant(end)
	if !to.Set {
		return from, to
	}
	if whole {
		r.warn(to.Pos, "date-only-end", "this end is the start of the day, so the day itself is not in the period",
			fmt.Sprintf("write %sT00:00%s if that is meant, or %sT00:00%[2]s to include the day", end.n.Text[:dateLen], end.n.Text[dateLen:], dayAfter(end.n.Text[:dateLen])))
	}
	if from.Set && from.MS >= to.MS {
		r.related(to.Pos, "end-before-start", "the period ends before it starts", from.Pos, "starts here")
	}
	return from, to
}

// instant reads a moment. whole says that it is a date without a time.
func (r *reader) instant(v val) (at catalog.Instant, whole bool) {
	if !r.scalar(v, "a date", dateHint) {
		return at, false
	}
	at.Pos = v.pos()
	s := stampReader{rest: v.n.Text}
	if problem := s.read(); problem != "" {
		r.error(at.Pos, "bad-date", quote(v.n.Text)+" is not a date: "+problem, dateHint)
		return at, false
	}
	loc := r.zones.local
	if s.zone != "" {
		if loc = r.zones.find(s.zone); loc == nil {
			r.unknownZone(at.Pos, s.zone)
			return at, false
		}
	}
	seconds := s.wall - s.offset
	if !s.fixed {
		seconds = resolve(s.wall, loc)
	}
	at.MS = seconds*1000 + s.ms
	if at.MS < 0 || at.MS >= time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
		r.error(at.Pos, "bad-date", fmt.Sprintf("%s is not in the years %d to %d", quote(v.n.Text), firstYear, lastYear), "")
		return at, false
	}
	at.Set = true
	return at, s.whole
}

// stampReader reads a date, with a time and an offset as RFC 3339 writes them
// or with a zone's name.
type stampReader struct {
	rest   string
	wall   int64 // what the clock shows, in seconds, as if it were UTC
	ms     int64
	whole  bool // no time was written
	fixed  bool // an offset was written
	offset int64
	zone   string // a zone was written
}

// read returns what is wrong, or "".
func (s *stampReader) read() string {
	year, ok1 := s.digits(4)
	ok2 := s.accept("-")
	month, ok3 := s.digits(2)
	ok4 := s.accept("-")
	day, ok5 := s.digits(2)
	switch {
	case !ok1 || !ok2 || !ok3 || !ok4 || !ok5:
		return "it starts with year, month and day, as in 2026-06-01"
	case year < firstYear:
		return fmt.Sprintf("years are %d to %d", firstYear, lastYear)
	case month < 1 || month > 12:
		return fmt.Sprintf("there is no month %d", month)
	case day < 1 || day > time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day():
		return fmt.Sprintf("%s %d has no day %d", time.Month(month), year, day)
	}
	s.wall = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix()
	if s.whole = !s.atTime(); !s.whole {
		if problem := s.time(); problem != "" {
			return problem
		}
	}
	return s.place()
}

// atTime reports whether a time follows, and moves to it.
func (s *stampReader) atTime() bool {
	if len(s.rest) > 1 && (s.rest[0] == 'T' || s.rest[0] == 't' || s.rest[0] == ' ' && isDigit(s.rest[1])) {
		s.rest = s.rest[1:]
		return true
	}
	return false
}

// time reads hours and minutes, and seconds and milliseconds if written.
func (s *stampReader) time() string {
	hour, ok1 := s.digits(2)
	ok2 := s.accept(":")
	minute, ok3 := s.digits(2)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 {
		return "a time is from 00:00 to 23:59"
	}
	s.wall += int64(hour*3600 + minute*60)
	if !s.accept(":") {
		return ""
	}
	second, ok := s.digits(2)
	if !ok || second > 59 {
		return "seconds are from 00 to 59"
	}
	s.wall += int64(second)
	if s.accept(".") {
		return s.fraction()
	}
	return ""
}

func (s *stampReader) fraction() string {
	n := len(s.rest) - len(strings.TrimLeft(s.rest, "0123456789"))
	if n < 1 || n > 3 {
		return "a second has at most three decimals, and at least one after its point"
	}
	for i := range 3 {
		s.ms *= 10
		if i < n {
			s.ms += int64(s.rest[i] - '0')
		}
	}
	s.rest = s.rest[n:]
	return ""
}

// place reads Z, an offset, or a zone after a space.
func (s *stampReader) place() string {
	switch {
	case s.rest == "":
		return ""
	case s.rest[0] == ' ':
		s.zone = strings.TrimLeft(s.rest, " ")
		if strings.ContainsAny(s.zone, " ") || s.zone == "" {
			return "after the time stands one zone, such as Europe/Paris"
		}
		return ""
	case s.whole:
		return "a time follows a date after a T or a space"
	case s.rest == "Z" || s.rest == "z":
		s.fixed = true
		return ""
	}
	return s.utcOffset()
}

func (s *stampReader) utcOffset() string {
	const problem = "after the time stands Z, an offset such as +02:00, or a zone after a space"
	sign := int64(1)
	if s.rest[0] == '-' {
		sign = -1
	} else if s.rest[0] != '+' {
		return problem
	}
	s.rest = s.rest[1:]
	hour, ok1 := s.digits(2)
	ok2 := s.accept(":")
	minute, ok3 := s.digits(2)
	if !ok1 || !ok2 || !ok3 || s.rest != "" || hour > 23 || minute > 59 {
		return problem
	}
	s.fixed, s.offset = true, sign*int64(hour*3600+minute*60)
	return ""
}

// digits reads exactly n digits.
func (s *stampReader) digits(n int) (int, bool) {
	if len(s.rest) < n {
		return 0, false
	}
	v := 0
	for i := range n {
		if !isDigit(s.rest[i]) {
			return 0, false
		}
		v = v*10 + int(s.rest[i]-'0')
	}
	s.rest = s.rest[n:]
	return v, true
}

func (s *stampReader) accept(c string) bool {
	rest, ok := strings.CutPrefix(s.rest, c)
	s.rest = rest
	return ok
}

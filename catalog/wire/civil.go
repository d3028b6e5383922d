package wire

// The arithmetic is Howard Hinnant's, "chrono-Compatible Low-Level Date
// Algorithms", days_from_civil and civil_from_days,
// https://howardhinnant.github.io/date_algorithms.html: the year starts in
// March, so that the leap day is its last, and 400 years are one era.
const (
	daysPerEra = 146097
	epochShift = 719468 // days from 0000-03-01 to 1970-01-01
)

// Days gives the number of days from 1970-01-01 to a date of the proleptic
// Gregorian calendar, negative before it. Year 0 is 1 BC. The month must be 1
// to 12; the day may go beyond its month and counts on. Exact for years within
// ±1,000,000,000.
func Days(y, m, d int) int64 {
	year := int64(y)
	if m <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := int64((153*((m+9)%12)+2)/5 + d - 1)
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return era*daysPerEra + dayOfEra - epochShift
}

// Civil gives the date that lies a number of days after 1970-01-01; it undoes
// Days, in the same range of years.
func Civil(days int64) (y, m, d int) {
	days += epochShift
	era := floorDiv(days, daysPerEra)
	dayOfEra := days - era*daysPerEra
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := int(dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100))
	month := (5*dayOfYear + 2) / 153 // 0 is March
	d = dayOfYear - (153*month+2)/5 + 1
	m = (month+2)%12 + 1
	year := yearOfEra + era*400
	if m <= 2 {
		year++
	}
	return int(year), m, d
}

// Weekday gives the day of the week of a day counted from 1970-01-01, a
// Thursday: 0 is Sunday, 6 Saturday.
func Weekday(days int64) int {
	return int(days - 7*floorDiv(days+4, 7) + 4)
}

// floorDiv divides by a positive number and rounds down.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// monthDays gives the length of a month 1 to 12.
func monthDays(y, m int) int {
	if m == 2 {
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (m+m>>3)&1
}

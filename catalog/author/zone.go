package author

import (
	"strings"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/zone"
)

// zones remembers the zones that were found; a name that the database does not
// have costs no more than the map of this one.
type zones struct {
	known map[string]*time.Location
	local *time.Location // the catalog's own, UTC if it has none
}

// find looks a zone of the database up, nil if it does not have it.
func (z *zones) find(name string) *time.Location {
	if loc, ok := z.known[name]; ok {
		return loc
	}
	loc, ok := zone.Load(name)
	if !ok {
		return nil
	}
	if z.known == nil {
		z.known = map[string]*time.Location{}
	}
	z.known[name] = loc
	return loc
}

// zone reads the catalog's zone.
func (r *reader) zone(v val) catalog.Text {
	r.zones.local = time.UTC
	t := r.text(v)
	if !t.Pos.IsValid() {
		return t
	}
	loc := r.zones.find(t.S)
	if loc == nil {
		r.unknownZone(v.pos(), t.S)
		return t
	}
	r.zones.local = loc
	return t
}

func (r *reader) unknownZone(pos catalog.Pos, name string) {
	hint := `write a name of the IANA database, such as "Europe/Paris" or "UTC"`
	if len(name) > maxName {
		r.error(pos, "unknown-zone", "unknown time zone "+quote(name), hint)
		return
	}
	city := strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], " ", "_")
	for _, region := range []string{"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian"} {
		if city != "" && r.zones.find(region+"/"+title(city)) != nil {
			hint = "did you mean " + quote(region+"/"+title(city)) + "?"
			break
		}
	}
	r.error(pos, "unknown-zone", "unknown time zone "+quote(name), hint)
}

// title gives each word of a city its capital: new_york is New_York.
func title(s string) string {
	b := []byte(strings.ToLower(s))
	for i := range b {
		if (i == 0 || b[i-1] == '_' || b[i-1] == '-') && b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

// resolve turns the seconds that a local clock shows, counted as if it were
// UTC, into the moment: the earlier of two, or the first after a gap.
func resolve(wall int64, loc *time.Location) int64 {
	// No zone is more than 16 hours from UTC: the search starts before the moment.
	t := time.Unix(wall-24*3600, 0).In(loc)
	for {
		_, offset := t.Zone()
		start, end := t.ZoneBounds()
		moment := wall - int64(offset)
		if !start.IsZero() && moment < start.Unix() {
			return start.Unix() // the clock jumped over wall
		}
		if end.IsZero() || moment < end.Unix() {
			return moment
		}
		t = end.In(loc)
	}
}

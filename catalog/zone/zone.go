package zone

import (
	"strings"
	"time"
)

// Load is the zone of a name such as "Europe/Paris" or "UTC"; false if the
// database does not have it. "Local" and paths are no names.
func Load(name string) (*time.Location, bool) {
	if name == "UTC" {
		return time.UTC, true
	}
	if name == "" || name == "Local" || strings.HasPrefix(name, "/") || strings.Contains(name, "..") || !spelled(name) {
		return nil, false
	}
	loc, err := load(name)
	return loc, err == nil
}

// spelled reports whether a name begins as those of the database do: file
// systems that do not tell upper from lower case would find others too.
func spelled(name string) bool { return name[0] >= 'A' && name[0] <= 'Z' }

//go:build proffer_zones

package zone

import (
	"archive/zip"
	_ "embed" // for the database
	"io/fs"
	"strings"
	"sync"
	"time"
)

// archive is lib/time/zoneinfo.zip of the Go that builds this: the Makefile
// lays it over this directory, where it is not.
//
//go:embed zoneinfo.zip
var archive string

var files = sync.OnceValues(func() (*zip.Reader, error) {
	return zip.NewReader(strings.NewReader(archive), int64(len(archive)))
})

// load reads the database of the build, whatever the machine has.
func load(name string) (*time.Location, error) {
	r, err := files()
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(r, name)
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(name, data)
}

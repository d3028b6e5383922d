package zone

import (
	"archive/zip"
	_ "embed"
	"io"
	"strings"
	"sync"
	"time"
)

//go:generate cp ${GOROOT}/lib/time/zoneinfo.zip zoneinfo.zip

//go:embed zoneinfo.zip
var database string

// files are the database's entries by name, read once: opening the archive
// takes as long as 30 look-ups.
var files = sync.OnceValue(func() map[string]*zip.File {
	archive, err := zip.NewReader(strings.NewReader(database), int64(len(database)))
	if err != nil {
		panic("zone: the embedded database is damaged: " + err.Error())
	}
	byName := make(map[string]*zip.File, len(archive.File))
	for _, f := range archive.File {
		byName[f.Name] = f
	}
	return byName
})

// Load is the zone of a name such as "Europe/Paris" or "UTC"; false if the
// database does not have it.
func Load(name string) (*time.Location, bool) {
	f, ok := files()[name]
	if !ok || f.FileInfo().IsDir() {
		return nil, false
	}
	r, err := f.Open()
	if err != nil {
		return nil, false
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, false
	}
	loc, err := time.LoadLocationFromTZData(name, data)
	return loc, err == nil
}

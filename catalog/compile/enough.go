package compile

import (
	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/snapshot"
)

// What bounds the work on a catalog that is wrong throughout, or made to be.
const (
	// maxErrors ends compiling: no more than half of them are ever shown, and
	// each may cost a search through all names.
	maxErrors = 2000
	// maxLooked bounds the names that are looked through for hints, at most 1 µs
	// each. 10,000 names and a hundred slips of the pen have their hints.
	maxLooked = 1_000_000
)

// enough ends a compilation whose catalog is refused already.
type enough struct{}

// attempt links the catalog, as far as it makes sense.
func (l *linker) attempt() {
	defer func() {
		if r := recover(); r != nil && r != (enough{}) {
			panic(r)
		}
	}()
	l.link()
}

// charge counts bytes that the snapshot is going to have, or memory of that
// order, before any is taken: some lines of a catalog can stand for gigabytes,
// such as a hundred thousand categories that inherit as many themes.
func (l *linker) charge(pos catalog.Pos, n int) {
	if l.charged += n; l.charged > snapshot.MaxSize {
		l.error(pos, "too-large", "", "up to here the catalog takes more than %d bytes of snapshot", snapshot.MaxSize)
		panic(enough{})
	}
}

// nearest is a hint that names the nearest known name, or "".
func (l *linker) nearest(name string, known []string) string {
	if l.looked += len(known); l.looked > maxLooked {
		return ""
	}
	return didYouMean(name, known)
}

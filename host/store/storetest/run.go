package storetest

import (
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store"
)

// Open opens the store of a directory, with a clock, and an outbox of 64 KiB. Of
// new visitors it takes any number. Nobody is known by a people source.
type Open func(t *testing.T, dir string, clock func() time.Time) store.Store

// Run runs every case with a store of its own.
func Run(t *testing.T, open Open) {
	for _, c := range [...]struct {
		name string
		test func(t *bench)
	}{
		{"an unknown visitor is known in no folder", unknown},
		{"a change is seen at once", readYourWrites},
		{"a record does not change", frozen},
		{"nothing is kept of a change", copied},
		{"a call without changes makes no row", noRow},
		{"one folder is not another", folders},
		{"the same again changes nothing", idempotent},
		{"statuses go by their precedence", precedence},
		{"what was withdrawn comes back with a click", withdrawn},
		{"a time in the future is now", future},
		{"a history has an end", bounded},
		{"a condition that holds no longer", conflict},
		{"two first requests", firstRequests},
		{"a person is found by the link", linking},
		{"a person's link outlives the visitor", linkAlone},
		{"a visitor is one person's, the last", relinking},
		{"a person's other visitors", linked},
		{"what is malformed is refused", malformed},
		{"an alias stays, and is one row's", aliases},
		{"a person's proposition has the person's alias", personAlias},
		{"the outbox is in order and is emptied", outbox},
		{"the outbox sheds the least first", shedding},
		{"a store that is closed", closed},
		{"a store that is opened again", reopened},
		{"what is durable is there after a crash", durable},
		{"an erased visitor is a stranger", erased},
		{"an erased person takes the visitors along", erasedPerson},
		{"an export has everything", export},
		{"a canceled call changes nothing", canceled},
		{"two tabs do not exceed a cap", races},
		{"whatever is done, it knows what a model does", random},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{T: t, open: open, dir: t.TempDir(), now: time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)}
			b.reopen()
			t.Cleanup(b.close)
			c.test(b)
		})
	}
}

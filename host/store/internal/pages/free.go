package pages

import (
	"os"

	"go.etcd.io/bbolt"
)

// ZeroFree overwrites the pages of a file that are free in a write transaction, many
// at a time. Nobody may read from an older transaction.
func ZeroFree(tx *bbolt.Tx, f *os.File) error {
	size := int64(tx.DB().Info().PageSize)
	zeros := make([]byte, 256*size)
	from, to := int64(2), int64(2) // free pages that were found
	flush := func() error {
		for ; from < to; from += min(256, to-from) {
			if _, err := f.WriteAt(zeros[:min(256, to-from)*size], from*size); err != nil {
				return err
			}
		}
		return nil
	}
	for id := int64(2); ; id++ {
		p, err := tx.Page(int(id))
		if err != nil {
			return err
		}
		if p == nil {
			return flush()
		}
		if p.Type == "free" {
			if to != id {
				if err := flush(); err != nil {
					return err
				}
				from = id
			}
			to = id + 1
			continue
		}
		id += int64(p.OverflowCount)
	}
}

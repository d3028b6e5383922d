package bolt_test

import (
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, dir string, clock func() time.Time) store.Store {
		s, err := bolt.Open(bolt.Config{Dir: dir, Clock: clock, OutboxBytes: 64 << 10, Newcomers: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

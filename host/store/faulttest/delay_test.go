//go:build linux || darwin

package faulttest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
)

// TestDelay holds what is not durable to the stated delay: after that, and the time
// that a transaction takes here, it is in the file.
func TestDelay(t *testing.T) {
	const delay, transaction = 20 * time.Millisecond, 2 * time.Second
	s := open(t, bolt.Config{Dir: t.TempDir(), Delay: delay})
	defer s.Close()
	longest := time.Duration(0)
	for n := range 30 {
		began := time.Now()
		c := store.Change{Since: store.Always, Events: [][]byte{fmt.Appendf(nil, "proffer-event/1 e=shown&t=%d&p=0", n)}}
		if err := s.Append(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
		<-s.Arrivals()
		longest = max(longest, time.Since(began))
		if list, err := s.Pending(uint64(n), 2); err != nil || len(list) != 1 {
			t.Fatalf("%d: %v, %v", n, list, err)
		}
	}
	if longest > delay+transaction {
		t.Errorf("in the file after %v, want %v", longest, delay)
	}
	t.Logf("in the file after at most %v", longest)
}

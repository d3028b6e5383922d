package bolt

import (
	"fmt"
	"sync"
	"time"

	"github.com/profferhq/proffer/host/store"
)

// maxNetworks is how many networks are told apart, some 100 bytes each. More share
// what one may.
const maxNetworks = 1 << 16

// newcomers limits how many rows of new visitors come from one network.
type newcomers struct {
	room, rate float64

	mu       sync.Mutex
	networks map[string]*bucket
	pruned   time.Time
	others   bucket
}

// bucket is what a network may still have made.
type bucket struct {
	left float64
	at   time.Time
}

func (n *newcomers) init(room, rate int) {
	n.room, n.rate, n.networks = float64(room), float64(rate), map[string]*bucket{}
	n.others.left = n.room
}

// admit reports an error if a network has had its share.
func (n *newcomers) admit(network string, now time.Time) error {
	if network == "" {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	b := n.of(network, now)
	b.left, b.at = n.filled(b, now), now
	if b.left < 1 {
		return fmt.Errorf("%w: too many new visitors from %s", store.ErrFull, network)
	}
	b.left--
	return nil
}

// filled is what a bucket has by now. A clock that went back adds nothing.
func (n *newcomers) filled(b *bucket, now time.Time) float64 {
	return min(n.room, b.left+n.rate*max(0, now.Sub(b.at).Seconds()))
}

func (n *newcomers) of(network string, now time.Time) *bucket {
	if b := n.networks[network]; b != nil {
		return b
	}
	if len(n.networks) >= maxNetworks {
		n.prune(now)
	}
	if len(n.networks) >= maxNetworks {
		return &n.others
	}
	b := &bucket{n.room, now}
	n.networks[network] = b
	return b
}

// prune forgets the networks that have their whole share again; at most once in a
// second, for it looks at all of them.
func (n *newcomers) prune(now time.Time) {
	if d := now.Sub(n.pruned); d >= 0 && d < time.Second {
		return
	}
	n.pruned = now
	for name, b := range n.networks {
		if n.filled(b, now) >= n.room {
			delete(n.networks, name)
		}
	}
}

// admit reports an error if a new visitor cannot have a row.
func (s *Store) admit(network string) error {
	if have := s.memory.count(visitors); have >= s.config.MaxVisitors {
		return fmt.Errorf("%w: %d visitors (have %d)", store.ErrFull, have, s.config.MaxVisitors)
	}
	return s.network.admit(network, s.config.Clock())
}

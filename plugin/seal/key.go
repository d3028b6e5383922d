package seal

import (
	"errors"
	"strconv"
)

// Use is what a key is for. A key of one use never verifies for another.
type Use uint8

// The uses.
const (
	UseCookie   Use = iota // cookies, click and event tokens, derived entropy
	UseIdentity            // identity tokens, which the site's own software signs
	UsePeer                // requests of trusted peers
	useCount
)

// String gives the name of the use as a keys file writes it.
func (u Use) String() string {
	switch u {
	case UseCookie:
		return "cookie"
	case UseIdentity:
		return "identity"
	case UsePeer:
		return "peer"
	}
	return "use " + strconv.Itoa(int(u))
}

// MaxKeys is the number of keys that one use may have: one that signs, the rest
// from earlier rotations or to come. Sixteen are one each month for longer than
// the 395 days that a cookie lives.
const MaxKeys = 16

// TestKeyID is the id of the published test key; no other key may have it.
const TestKeyID = 0

// Key is one secret. Several processes that share secrets agree on ids.
type Key struct {
	ID      uint8 // 1 to 255; 0 is the published test key alone
	Use     Use
	Primary bool // signs; the others of its use only verify
	Secret  [32]byte
}

// Keyring holds the keys of every use. It does not change after NewKeyring and
// may be used from any number of goroutines.
type Keyring struct {
	uses     [useCount]keys
	testOnly bool
}

// keys are those of one use; the one at primary signs.
type keys struct {
	ids     [MaxKeys]uint8
	macs    [MaxKeys]MAC
	n       int
	primary int
}

// NewKeyring checks keys and makes them ready for use; the order does not
// matter. In each use ids are unique, there are at most MaxKeys, and exactly
// one is primary; the only key of a use is so by itself. A use may be without
// keys. Refused are a secret of zeros, the published test secret under another
// id, another secret under TestKeyID, and the test key beside any other key,
// for with it anyone can sign. All mistakes are reported together; no message
// holds a secret.
func NewKeyring(list []Key) (*Keyring, error) {
	ring := &Keyring{testOnly: len(list) > 0}
	var faults []error
	for _, k := range list {
		if err := ring.add(k); err != nil {
			faults = append(faults, err)
		}
		ring.testOnly = ring.testOnly && k.ID == TestKeyID
	}
	for _, k := range list {
		if k.ID == TestKeyID && !ring.testOnly {
			faults = append(faults, errors.New("seal: key 0 is the published test key and cannot stand beside other keys"))
			break
		}
	}
	for u := range useCount {
		if err := ring.choosePrimary(u, list); err != nil {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return ring, nil
}

func (r *Keyring) add(k Key) error {
	if k.Use >= useCount {
		return fault(k, "has no known use")
	}
	uses := &r.uses[k.Use]
	switch {
	case k.Secret == [32]byte{}:
		return fault(k, "has a secret of zeros")
	case k.ID == TestKeyID && k.Secret != testSecret():
		return fault(k, "has another secret than the published test key, whose id it is")
	case k.ID != TestKeyID && k.Secret == testSecret():
		return fault(k, "has the secret of the published test key")
	case uses.n == MaxKeys:
		return fault(k, "is one more than the "+strconv.Itoa(MaxKeys)+" that a use may have")
	}
	for _, id := range uses.ids[:uses.n] {
		if id == k.ID {
			return fault(k, "is there twice")
		}
	}
	uses.ids[uses.n] = k.ID
	uses.macs[uses.n] = NewMAC(k.Secret[:])
	uses.n++
	return nil
}

func (r *Keyring) choosePrimary(u Use, list []Key) error {
	uses, primaries := &r.uses[u], 0
	for _, k := range list {
		if k.Use == u && k.Primary {
			primaries++
			uses.primary = uses.find(k.ID)
		}
	}
	if primaries == 1 || primaries == 0 && uses.n <= 1 {
		return nil
	}
	return errors.New("seal: " + strconv.Itoa(primaries) + " of the " + strconv.Itoa(uses.n) + " " +
		u.String() + " keys are primary, want 1")
}

func fault(k Key, what string) error {
	return errors.New("seal: " + k.Use.String() + " key " + strconv.Itoa(int(k.ID)) + " " + what)
}

// find gives the place of an id, or n.
func (k *keys) find(id uint8) int {
	for i, have := range k.ids[:k.n] {
		if have == id {
			return i
		}
	}
	return k.n
}

// Primary gives the key that signs for a use; not ok when the use has no keys
// or the ring is nil.
func (r *Keyring) Primary(u Use) (id uint8, mac *MAC, ok bool) {
	if r == nil || u >= useCount || r.uses[u].n == 0 {
		return 0, nil, false
	}
	k := &r.uses[u]
	return k.ids[k.primary], &k.macs[k.primary], true
}

// Find gives a key of a use by its id, to verify with.
func (r *Keyring) Find(u Use, id uint8) (*MAC, bool) {
	if r == nil || u >= useCount {
		return nil, false
	}
	k := &r.uses[u]
	i := k.find(id)
	if i == k.n {
		return nil, false
	}
	return &k.macs[i], true
}

// TestOnly reports whether the ring holds the published test key and no other:
// what it signs proves nothing.
func (r *Keyring) TestOnly() bool { return r != nil && r.testOnly }

// TestKeyring gives a ring that has the published test key for every use: id 0,
// the 32 bytes 00 01 02 … 1f. It is a test vector, known to everyone, and makes
// documents with tokens in them reproducible; no service may run on it.
func TestKeyring() *Keyring {
	var list []Key
	for u := range useCount {
		list = append(list, Key{ID: TestKeyID, Use: u, Primary: true, Secret: testSecret()})
	}
	ring, err := NewKeyring(list)
	if err != nil {
		panic(err) // the list above is a constant
	}
	return ring
}

func testSecret() (secret [32]byte) {
	for i := range secret {
		secret[i] = byte(i)
	}
	return secret
}

//go:build race

package seal_test

// poolsKeep tells whether sync.Pool keeps what it is given: the race detector
// makes it drop objects at random.
const poolsKeep = false

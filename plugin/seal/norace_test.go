//go:build !race

package seal_test

// poolsKeep tells whether sync.Pool keeps what it is given.
const poolsKeep = true

package decide_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the collector wait: drawn catalogs and what compiles them are
// small, and a third of the tests' time went into collecting them.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

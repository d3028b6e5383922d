//go:build linux || darwin

package faulttest_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/profferhq/proffer/host/store/bolt"
)

// ctx is that of the children, which end when they are ended.
var ctx = context.Background()

// children are what the test binary does when it runs itself: in a directory, with
// a number.
var children = map[string]func(dir string, n int) error{
	"append":      appends,
	"drain":       drains,
	"descriptors": lacksDescriptors,
	"read only":   readsOnly,
}

const childEnv = "PROFFER_FAULTTEST"

func TestMain(m *testing.M) {
	run := children[os.Getenv(childEnv)]
	if run == nil {
		os.Exit(m.Run())
	}
	n, _ := strconv.Atoi(os.Args[2])
	if err := run(os.Args[1], n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child is a process that does one of children. It ends with the test.
func child(t *testing.T, name, dir string, n int) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir, strconv.Itoa(n))
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

// random has another seed each time, which the log tells.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func open(t *testing.T, c bolt.Config) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closing(t *testing.T, s *bolt.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

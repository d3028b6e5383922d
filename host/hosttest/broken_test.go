package hosttest_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/native"
)

// mistake names, in the environment of a second process, what an engine there does
// wrong.
const mistake = "PROFFER_TEST_MISTAKE"

// mistakes are engines that no test must let pass, and what is said of each.
var mistakes = map[string]struct {
	claims hosttest.NotClaimed
	wrong  func(good *hosttest.Running, s *hosttest.Setup, err error) (*hosttest.Running, error)
	want   string
}{
	"refuses no snapshot": {nil, func(good *hosttest.Running, _ *hosttest.Setup, err error) (*hosttest.Running, error) {
		good.Swap = func([]byte) error { return nil }
		return good, err
	}, "bit: it is swapped in"},
	"answers without a snapshot": {nil, func(good *hosttest.Running, s *hosttest.Setup, err error) (*hosttest.Running, error) {
		if s.Snapshot == nil {
			good.Handle = func([]byte) ([]byte, error) { return []byte{0x92, 0, 0xc0}, nil }
		}
		return good, err
	}, "/ is answered by"},
	"answers something else": {nil, func(good *hosttest.Running, _ *hosttest.Setup, err error) (*hosttest.Running, error) {
		handle := good.Handle
		good.Handle = func(request []byte) ([]byte, error) {
			b, err := handle(request)
			return bytes.Replace(b, []byte("offer"), []byte("other"), 1), err
		}
		return good, err
	}, "differs from that in process"},
	"takes nothing over and claims it": {nil, func(good *hosttest.Running, _ *hosttest.Setup, err error) (*hosttest.Running, error) {
		good.Swap = nil
		return good, err
	}, "it takes no snapshots while it runs, and claims it"},
	"claims what is not": {hosttest.NotClaimed{"faults/fire": "water"}, func(good *hosttest.Running, _ *hosttest.Setup, err error) (*hosttest.Running, error) {
		return good, err
	}, `"faults/fire": "water": no such sub-test`},
}

// TestMistakesAreFound runs Run on engines that are wrong, in processes whose tests
// must fail.
func TestMistakesAreFound(t *testing.T) {
	for name, m := range mistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestMistake$")
			cmd.Env = append(os.Environ(), mistake+"="+name)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), m.want) {
				t.Errorf("%v, want a failure with %q:\n%s", err, m.want, out)
			}
		})
	}
}

// TestMistake is what these processes run; elsewhere there is nothing to do.
func TestMistake(t *testing.T) {
	m, there := mistakes[os.Getenv(mistake)]
	if !there {
		return
	}
	claims := hosttest.NotClaimed{"corpus": "it takes seconds", "faults/huge": "it takes memory"}
	maps.Copy(claims, m.claims)
	hosttest.Run(t, hosttest.Engine{NotClaimed: claims, Start: func(t *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
		e, err := native.New(s.Settings)
		if err != nil {
			return nil, err
		}
		good, err := running(t, e, s)
		return m.wrong(good, s, err)
	}})
}

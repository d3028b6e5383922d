package hosttest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// A test of a program that runs proffer-command.wasm and takes one message.
func ExampleEngine() {
	_ = func(t *testing.T) { // in a test file: func TestEngine(t *testing.T)
		hosttest.Run(t, hosttest.Engine{
			Module: "../proffer-command.wasm",
			Inline: true,
			Start: func(t *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
				return &hosttest.Running{Handle: func(request []byte) ([]byte, error) {
					message := abi.AppendCommand(nil, s.Settings, request)
					return runMyEngine(t.Context(), s.Module, message)
				}}, nil
			},
			NotClaimed: hosttest.NotClaimed{
				"faults/swap": "each message brings its snapshot",
			},
		})
	}
	// Output:
}

// A test of a proxy that is a program of its own.
func ExampleEdge() {
	_ = func(t *testing.T) { // in a test file: func TestEdge(t *testing.T)
		hosttest.Run(t, hosttest.Edge{
			Module: "../proffer-http-wasm.wasm",
			Start: func(t *testing.T, s *hosttest.Setup) (*hosttest.Served, error) {
				dir := t.TempDir()
				if err := errors.Join(
					os.WriteFile(dir+"/offers.snapshot", s.Snapshot, 0o600),
					os.WriteFile(dir+"/settings.msgpack", s.Settings, 0o600),
				); err != nil {
					return nil, err
				}
				cmd := exec.Command("my-proxy", "-module", s.Module, "-files", dir, "-origin", s.Origin, "-listen", "127.0.0.1:8080")
				if err := cmd.Start(); err != nil {
					return nil, err
				}
				t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
				return &hosttest.Served{URL: "http://127.0.0.1:8080"}, waitFor("127.0.0.1:8080")
			},
			Added: []string{"Server", "Via"},
			NotClaimed: hosttest.NotClaimed{
				"faults/memory": "my-proxy sets no limit",
				"faults/loop":   "my-proxy has no deadline",
				"faults/swap":   "my-proxy reads its files once",
				"faults/ready":  "my-proxy has no health check",
			},
		})
	}
	// Output:
}

// runMyEngine stands for what is put to the test.
func runMyEngine(context.Context, string, []byte) ([]byte, error) { return nil, errors.ErrUnsupported }

// waitFor stands for waiting until somebody listens.
func waitFor(string) error { return nil }

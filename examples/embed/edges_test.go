//go:build edges

package embed_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
)

// node is Node running run.mjs.
type node struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader
	stderr bytes.Buffer

	settings, snapshot []byte // of the instance that it has
	next               [2][]byte
}

func start(t testing.TB, file string) *node {
	t.Helper()
	n := &node{cmd: exec.Command("node", "run.mjs", file)}
	n.cmd.Stderr = &n.stderr
	in, err := n.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	n.in, n.out = in, bufio.NewReader(out)
	if err := n.cmd.Start(); err != nil {
		t.Fatalf("%v: run make edges, which installs it", err)
	}
	return n
}

// end lets the process come to its end, which is one with an error where an answer was
// one.
func (n *node) end() error { return errors.Join(n.in.Close(), n.cmd.Wait()) }

// set makes the next request go to an instance with this configuration and
// snapshot.
func (n *node) set(settings, snapshot []byte) {
	n.next = [2][]byte{}
	if !bytes.Equal(settings, n.settings) || !bytes.Equal(snapshot, n.snapshot) {
		n.next = [2][]byte{settings, snapshot}
		n.settings, n.snapshot = settings, snapshot
	}
}

// Handle implements hosttest.Instance.
func (n *node) Handle(request []byte) ([]byte, error) {
	frames := [][]byte{n.next[0], n.next[1], request}
	n.next = [2][]byte{}
	b, err := ask(n.in, n.out, frames)
	if err != nil {
		return nil, fmt.Errorf("%w: Node writes %q", err, n.stderr.Bytes())
	}
	return b, nil
}

// Memory implements hosttest.Instance.
func (n *node) Memory() (int, error) {
	b, err := n.Handle(nil)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(b))
}

// TestEngineInNode puts embed.mjs to the test that every engine can be put to. What
// its Proffer throws ends run.mjs: another is started then.
func TestEngineInNode(t *testing.T) {
	const bounds = "what runs in V8 is bounded by nobody but its process"
	hosttest.Run(t, hosttest.Engine{
		Module: module(t),
		Start:  startNode,
		NotClaimed: hosttest.NotClaimed{
			"faults/memory": bounds, "faults/loop": bounds, "faults/swap": "an instance keeps its snapshot",
		},
	})
}

func startNode(t *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
	settings, snapshot := s.Settings, s.Snapshot
	var now *node
	t.Cleanup(func() {
		if now == nil {
			return // the last one has failed
		}
		if err := now.end(); err != nil {
			t.Errorf("%v: Node writes %q", err, now.stderr.Bytes())
		}
	})
	r, err := hosttest.Restarting(func() (*node, error) {
		now = start(t, s.Module)
		now.set(settings, snapshot)
		return now, nil
	}, func(n *node) {
		if n.end() == nil {
			t.Error("an answer is an error, and Node ends without one")
		}
		now = nil
	})
	r.Configure = func(b []byte) error { settings = b; now.set(settings, snapshot); return nil }
	r.Swap = func(b []byte) error { snapshot = b; now.set(settings, snapshot); return nil }
	return r, err
}

// TestSoakInNode lets an instance live for 200,000 requests in V8.
func TestSoakInNode(t *testing.T) {
	n := start(t, module(t))
	t.Cleanup(func() {
		if err := n.end(); err != nil {
			t.Errorf("%v: Node writes %q", err, n.stderr.Bytes())
		}
	})
	hosttest.Soak(t, 200_000, func(settings, snapshot []byte) hosttest.Instance {
		n.set(settings, snapshot)
		return n
	}, func(int) {})
}

// TestSoakInWazero lets one live as long in Go.
func TestSoakInWazero(t *testing.T) {
	m := compile(t, module(t))
	hosttest.Soak(t, 200_000, func(settings, snapshot []byte) hosttest.Instance {
		in, err := m.Start(t.Context(), settings, snapshot)
		if err != nil {
			t.Fatal(err)
		}
		return &living{t.Context(), in}
	}, func(int) {})
}

// ask sends frames and reads one.
func ask(w io.Writer, r io.Reader, frames [][]byte) ([]byte, error) {
	var all []byte
	for _, f := range frames {
		all = append(binary.LittleEndian.AppendUint32(all, uint32(len(f))), f...)
	}
	if _, err := w.Write(all); err != nil {
		return nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.LittleEndian.Uint32(size[:]))
	_, err := io.ReadFull(r, b)
	return b, err
}

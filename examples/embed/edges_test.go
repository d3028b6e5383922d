//go:build edges

package embed_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/profferhq/proffer/examples/embed"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// node is Node running run.mjs.
type node struct {
	in     io.Writer
	out    io.Reader
	stderr bytes.Buffer

	settings, snapshot []byte // of the instance that it has
	next               [2][]byte
}

func start(t testing.TB) *node {
	t.Helper()
	hosttest.Artefact(t, "proffer.wasm")
	cmd := exec.Command("node", "run.mjs", filepath.Join("..", "..", "build", "out", "proffer.wasm"))
	n := &node{}
	cmd.Stderr = &n.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	n.in, n.out = in, bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: run make edges, which installs Node", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			t.Errorf("%v: Node writes %q", err, n.stderr.Bytes())
		}
	})
	return n
}

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

// TestCorpusInNode puts the whole corpus through embed.mjs.
func TestCorpusInNode(t *testing.T) {
	n := start(t)
	hosttest.Compare(t, func(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
		r.Snapshot = hash(t, snapshot)
		n.set(settings, snapshot)
		b, err := n.Handle(abi.AppendRequest(nil, r))
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

// TestSoakInNode lets an instance live for 200,000 requests in V8.
func TestSoakInNode(t *testing.T) {
	n := start(t)
	hosttest.Soak(t, 200_000, func(settings, snapshot []byte) hosttest.Instance {
		n.set(settings, snapshot)
		return n
	}, func(int) {})
}

// TestSoakInWazero lets one live as long in Go.
func TestSoakInWazero(t *testing.T) {
	m := compile(t)
	hosttest.Soak(t, 200_000, func(settings, snapshot []byte) hosttest.Instance {
		in, err := m.Start(t.Context(), settings, snapshot)
		if err != nil {
			t.Fatal(err)
		}
		return &living{t.Context(), in}
	}, func(int) {})
}

type living struct {
	ctx context.Context
	in  *embed.Instance
}

func (l *living) Handle(request []byte) ([]byte, error) { return l.in.Handle(l.ctx, request) }

func (l *living) Memory() (int, error) { return l.in.Memory(), nil }

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

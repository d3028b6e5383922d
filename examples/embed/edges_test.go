//go:build edges

package embed_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestCorpusInNode puts the whole corpus through embed.mjs.
func TestCorpusInNode(t *testing.T) {
	hosttest.Artefact(t, "proffer.wasm")
	cmd := exec.Command("node", "run.mjs", filepath.Join("..", "..", "build", "out", "proffer.wasm"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: run make edges, which installs Node", err)
	}
	var settings, resident []byte
	hosttest.Compare(t, func(t testing.TB, s, snap []byte, r *abi.Request) []byte {
		r.Snapshot = hash(t, snap)
		frames := [][]byte{nil, nil, abi.AppendRequest(nil, r)}
		if !bytes.Equal(s, settings) || !bytes.Equal(snap, resident) {
			frames[0], frames[1], settings, resident = s, snap, s, snap
		}
		b, err := ask(in, out, frames)
		if err != nil {
			t.Fatalf("%v: Node writes %q", err, stderr.Bytes())
		}
		return b
	})
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: Node writes %q", err, stderr.Bytes())
	}
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

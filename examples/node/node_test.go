//go:build edges

package node_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// process is Node running run.mjs.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
}

func start(t testing.TB) *process {
	t.Helper()
	hosttest.Artefact(t, "proffer-command.wasm")
	p := &process{cmd: exec.Command("node", "--no-warnings", "run.mjs",
		filepath.Join("..", "..", "build", "out", "proffer-command.wasm"))}
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("%v: run make edges, which installs Node", err)
	}
	return p
}

// end closes the standard input and waits for the end.
func (p *process) end() error {
	return errors.Join(p.in.Close(), p.cmd.Wait())
}

// ask sends one frame and reads one.
func (p *process) ask(message []byte) ([]byte, error) {
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(message)))
	if _, err := p.in.Write(append(frame, message...)); err != nil {
		return nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(p.out, size[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.LittleEndian.Uint32(size[:]))
	_, err := io.ReadFull(p.out, b)
	return b, err
}

// TestCorpus puts the whole corpus through one process.
func TestCorpus(t *testing.T) {
	p := start(t)
	hosttest.Compare(t, func(t testing.TB, settings, snapshot []byte, r *abi.Request) []byte {
		r.Snapshot = snapshot
		b, err := p.ask(abi.AppendCommand(nil, settings, abi.AppendRequest(nil, r)))
		if err != nil {
			t.Fatalf("%v: the process ends with %v and writes %q", err, p.end(), p.stderr.Bytes())
		}
		return b
	})
	if err := p.end(); err != nil {
		t.Errorf("the process ends with %v and writes %q", err, p.stderr.Bytes())
	}
}

// TestBadMessages holds that nothing in a message stops the process, and that
// an answer is that of its own message.
func TestBadMessages(t *testing.T) {
	p := start(t)
	ping := abi.AppendCommand(nil, nil, abi.AppendRequest(nil, &abi.Request{Kind: abi.KindPing}))
	long := append(ping[:len(ping):len(ping)], make([]byte, 2<<20)...)
	for _, c := range []struct {
		name    string
		message []byte
		want    abi.Status
	}{
		{"ping", ping, abi.StatusOK},
		{"nothing", nil, abi.StatusMalformed},
		{"text", []byte("GET / HTTP/1.1\r\n\r\n"), abi.StatusMalformed},
		{"half a message", ping[:len(ping)/2], abi.StatusMalformed},
		{"more than a message", long, abi.StatusMalformed},
		{"ping again", ping, abi.StatusOK},
	} {
		b, err := p.ask(c.message)
		if err != nil {
			t.Fatalf("%s: %v, %s", c.name, err, p.stderr.Bytes())
		}
		if status, ok := abi.StatusOf(b); !ok || status != c.want {
			t.Errorf("%s: status %v of %q, want %v", c.name, status, b, c.want)
		}
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
}

func TestBadFrames(t *testing.T) {
	for name, c := range map[string]struct{ frame, want string }{
		"over the limit":     {"\xff\xff\xff\xff", "over the limit"},
		"half a length":      {"\x01\x00", "within a frame, after 2 of 4 bytes"},
		"half a message":     {"\x05\x00\x00\x00abc", "within a frame, after 3 of 5 bytes"},
		"length and no more": {"\x05\x00\x00\x00", "before a message of 5 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			if _, err := io.WriteString(p.in, c.frame); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := p.end(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("the process ends with %v, want exit code 1", err)
			}
			if !strings.Contains(p.stderr.String(), c.want) {
				t.Errorf("it writes %q, want %q in it", p.stderr.Bytes(), c.want)
			}
		})
	}
}

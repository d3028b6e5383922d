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
	return startOf(t, module(t))
}

func module(t testing.TB) string {
	t.Helper()
	return filepath.Join(hosttest.OutDir(t), "proffer-command.wasm")
}

// startOf runs a build of the module.
func startOf(t testing.TB, file string) *process {
	t.Helper()
	p := &process{cmd: exec.Command("node", "--no-warnings", "run.mjs", file)}
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

// TestEngine puts Node to the test that every engine can be put to. A module that
// traps ends run.mjs: another is started then.
func TestEngine(t *testing.T) {
	const bounds = "what runs in V8 is bounded by nobody but its process"
	hosttest.Run(t, hosttest.Engine{
		Module: module(t), Inline: true, Start: serve,
		NotClaimed: hosttest.NotClaimed{
			"faults/memory": bounds, "faults/loop": bounds, "faults/swap": "each message brings its snapshot",
		},
	})
}

// serving is a process and the configuration that its messages bring.
type serving struct {
	*process
	settings *[]byte
}

// Handle answers a request.
func (s serving) Handle(request []byte) ([]byte, error) {
	return s.ask(abi.AppendCommand(nil, *s.settings, request))
}

func serve(t *testing.T, s *hosttest.Setup) (*hosttest.Running, error) {
	settings := s.Settings
	var now *process
	t.Cleanup(func() {
		if now == nil {
			return // the last one has failed
		}
		if err := now.end(); err != nil {
			t.Errorf("the process ends with %v and writes %q", err, now.stderr.Bytes())
		}
	})
	r, err := hosttest.Restarting(func() (serving, error) {
		now = startOf(t, s.Module)
		return serving{now, &settings}, nil
	}, func(p serving) {
		_ = p.end()
		now = nil
	})
	r.Configure = func(b []byte) error { settings = b; return nil }
	r.Swap = func([]byte) error { return nil } // each message brings it
	return r, err
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

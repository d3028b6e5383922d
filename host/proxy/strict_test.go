package proxy_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// strictOrigin reads requests by the letter of RFC 9112, which leaves nothing to
// two interpretations, and answers each with what it was.
type strictOrigin struct {
	listener net.Listener
	all      sync.WaitGroup

	mu   sync.Mutex
	seen []string // "POST /target [body]"; "cut" or "unclean: …" ends a connection
}

func newStrictOrigin(t testing.TB) *strictOrigin {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &strictOrigin{listener: l}
	o.all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			o.all.Go(func() { o.serve(c) })
		}
	})
	return o
}

func (o *strictOrigin) url() string { return "http://" + o.listener.Addr().String() }

// end waits for the connections, which the proxy has to close, and gives what came
// over them.
func (o *strictOrigin) end() string {
	_ = o.listener.Close()
	o.all.Wait()
	return strings.Join(o.seen, ", ")
}

func (o *strictOrigin) note(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, what)
}

func (o *strictOrigin) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	for {
		_, err := r.Peek(1)
		if err != nil {
			return
		}
		request, err := readStrictly(r, func() { _, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n") })
		var broken net.Error
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &broken):
			o.note("cut")
			return
		case err != nil:
			o.note("unclean: " + err.Error())
			return
		}
		o.note(request.String())
		body := request.String()
		if request.method == "HEAD" {
			body = ""
		}
		if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(request.String()), body); err != nil {
			return
		}
	}
}

// strictRequest is one that leaves nothing open.
type strictRequest struct {
	method, target string
	header         map[string][]string // names in lower case
	body           string
	trailer        map[string][]string
}

// String is the request with all by which it could be another one.
func (r strictRequest) String() string {
	out := fmt.Sprintf("%s %s [%s]", r.method, r.target, r.body)
	if host := r.header["host"][0]; host != site && host != "x" {
		out += " of " + host
	}
	if slices.Contains(r.header["connection"], "close") {
		out += " alone"
	}
	for _, name := range slices.Sorted(maps.Keys(r.trailer)) {
		out += fmt.Sprintf(" %s: %s", name, r.trailer[name])
	}
	return out
}

var (
	requestLine = regexp.MustCompile(`^([!#$%&'*+.^_|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\.1$`)
	fieldLine   = regexp.MustCompile("^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\\t\\x20-\\x7e\\x80-\\xff]*)$")
	chunkSize   = regexp.MustCompile(`^[0-9a-f]{1,7}$`)
	digits      = regexp.MustCompile(`^[0-9]{1,18}$`)
)

// readLine reads one that ends with CR LF, and has neither within.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.ContainsAny(text, "\r\x00") {
		return "", fmt.Errorf("line %q", line)
	}
	return text, nil
}

func readFields(r *bufio.Reader) (map[string][]string, error) {
	out := map[string][]string{}
	for {
		line, err := readLine(r)
		if err != nil {
			return nil, err
		}
		if line == "" {
			return out, nil
		}
		f := fieldLine.FindStringSubmatch(line)
		if f == nil {
			return nil, fmt.Errorf("field %q", line)
		}
		name := strings.ToLower(f[1])
		out[name] = append(out[name], strings.TrimSpace(f[2]))
	}
}

func readStrictly(r *bufio.Reader, goOn func()) (out strictRequest, err error) {
	line, err := readLine(r)
	if err != nil {
		return out, err
	}
	first := requestLine.FindStringSubmatch(line)
	if first == nil {
		return out, fmt.Errorf("request line %q", line)
	}
	out.method, out.target = first[1], first[2]
	if out.header, err = readFields(r); err != nil {
		return out, err
	}
	h := out.header
	length, coding := h["content-length"], h["transfer-encoding"]
	switch {
	case len(h["host"]) != 1, len(h["upgrade"]) > 0 && h["upgrade"][0] != "websocket":
		return out, fmt.Errorf("header %q", h)
	case len(length) > 1, len(coding) > 1, len(length)+len(coding) > 1:
		return out, fmt.Errorf("two lengths: %q %q", length, coding)
	}
	if len(h["expect"]) > 0 {
		goOn()
	}
	switch {
	case len(coding) == 1 && coding[0] == "chunked":
		return out, out.chunks(r)
	case len(coding) == 1:
		return out, fmt.Errorf("coding %q", coding)
	case len(length) == 1 && !digits.MatchString(length[0]):
		return out, fmt.Errorf("length %q", length)
	case len(length) == 1:
		n, _ := strconv.Atoi(length[0])
		b := make([]byte, n)
		_, err = io.ReadFull(r, b)
		out.body = string(b)
	}
	return out, err
}

func (s *strictRequest) chunks(r *bufio.Reader) error {
	var body bytes.Buffer
	for {
		line, err := readLine(r)
		if err != nil {
			return err
		}
		if !chunkSize.MatchString(line) {
			return fmt.Errorf("chunk size %q", line)
		}
		n, _ := strconv.ParseInt(line, 16, 64)
		if n == 0 {
			s.body = body.String()
			s.trailer, err = readFields(r)
			return err
		}
		if _, err := io.CopyN(&body, r, n); err != nil {
			return err
		}
		if end, err := readLine(r); err != nil || end != "" {
			return fmt.Errorf("%q behind a chunk: %w", end, errors.Join(err, io.EOF))
		}
	}
}

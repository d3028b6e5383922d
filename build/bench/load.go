package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/profferhq/proffer/build/bench/internal/workload"
)

// connections are kept alive to each server.
const connections = 16

// load is visitors who ask a server for the same page again and again.
type load struct {
	request []byte
	conns   []*visit
}

// visit is one of their connections.
type visit struct {
	net.Conn
	r    *bufio.Reader
	took sample // by each request, in ns
}

// call is a browser's request.
func call(path, cookie string) []byte {
	accept, dest := "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "document"
	switch path {
	case picturePath:
		accept, dest = "image/avif,image/webp,*/*;q=0.8", "image"
	case jsonPath:
		accept, dest = "*/*", "empty"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"+
		"Accept: %s\r\nAccept-Language: en-GB,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n"+
		"Cookie: session=0123456789abcdef; theme=dark%s\r\nUpgrade-Insecure-Requests: 1\r\n"+
		"Sec-Fetch-Dest: %s\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\n\r\n", path, workload.Host, accept, cookie, dest)
	return b.Bytes()
}

func newLoad(address string, request []byte) (*load, error) {
	l := &load{request: request}
	for range connections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			l.close()
			return nil, err
		}
		l.conns = append(l.conns, &visit{Conn: c, r: bufio.NewReaderSize(c, 64<<10)})
	}
	return l, nil
}

func (l *load) close() {
	for _, v := range l.conns {
		_ = v.Close()
	}
}

// run asks for so long and gives how many answers there were.
func (l *load) run(d time.Duration) (answers int, err error) {
	end := time.Now().Add(d)
	errs := make([]error, len(l.conns))
	before := l.answers()
	var all sync.WaitGroup
	for i, v := range l.conns {
		all.Go(func() { errs[i] = v.ask(l.request, end) })
	}
	all.Wait()
	return l.answers() - before, errors.Join(errs...)
}

func (l *load) answers() (n int) {
	for _, v := range l.conns {
		n += len(v.took)
	}
	return n
}

// forget forgets how long requests took so far.
func (l *load) forget() {
	for _, v := range l.conns {
		v.took = v.took[:0]
	}
}

// latencies are how long all requests took.
func (l *load) latencies() (all sample) {
	for _, v := range l.conns {
		all = append(all, v.took...)
	}
	return all
}

func (v *visit) ask(request []byte, end time.Time) error {
	for start := time.Now(); start.Before(end); {
		if _, err := v.Write(request); err != nil {
			return err
		}
		if err := v.skip(); err != nil {
			return err
		}
		now := time.Now()
		v.took = append(v.took, float64(now.Sub(start)))
		start = now
	}
	return nil
}

var (
	okStatus    = []byte("HTTP/1.1 200 OK\r\n")
	lengthField = []byte("Content-Length: ")
	chunkField  = []byte("Transfer-Encoding: chunked\r\n")
	lastChunk   = []byte("0\r\n")
)

// skip passes over an answer, which must be good.
func (v *visit) skip() error {
	length, chunked := -1, false
	for first := true; ; first = false {
		line, err := v.r.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case first && !bytes.Equal(line, okStatus):
			return fmt.Errorf("answer %q", line)
		case bytes.HasPrefix(line, lengthField):
			length = decimal(line[len(lengthField):])
		case bytes.Equal(line, chunkField):
			chunked = true
		}
		if len(line) <= len("\r\n") {
			break
		}
	}
	if chunked {
		return v.skipChunks()
	}
	if length < 0 {
		return errors.New("an answer without a length")
	}
	_, err := v.r.Discard(length)
	return err
}

func (v *visit) skipChunks() error {
	for {
		line, err := v.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		last := bytes.Equal(line, lastChunk)
		if _, err := v.r.Discard(hexadecimal(line) + len("\r\n")); err != nil || last {
			return err
		}
	}
}

func decimal(b []byte) (n int) {
	for _, c := range b {
		if c >= '0' && c <= '9' {
			n = 10*n + int(c-'0')
		}
	}
	return n
}

func hexadecimal(b []byte) (n int) {
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			n = 16*n + int(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n = 16*n + int(c|0x20-'a'+10)
		}
	}
	return n
}

// once asks once and gives the whole answer.
func once(address string, request []byte) (http.Header, []byte, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	defer c.Close()
	if _, err := c.Write(request); err != nil {
		return nil, nil, err
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.Header, body, err
}

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"

	"github.com/profferhq/proffer/build/bench/internal/page"
	"github.com/profferhq/proffer/build/bench/internal/workload"
)

// bodySize is how large the bodies of the measurement of proxies are, in bytes.
const bodySize = 20 << 10

// The paths of the origin.
const (
	slotsPath   = workload.Path // listed, with three slots
	plainPath   = "/plain"      // a page without slots
	picturePath = "/picture.jpg"
	jsonPath    = "/api/items"
)

// site is an origin that costs as little as possible: it answers each path with
// the same bytes, in one write.
type site struct {
	net.Listener
	answers map[string][]byte
}

func newSite() (*site, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &site{l, map[string][]byte{
		slotsPath:   response("text/html; charset=utf-8", page.Shop(bodySize, workload.Spaces[:]...)),
		plainPath:   response("text/html; charset=utf-8", page.Shop(bodySize)),
		picturePath: response("image/jpeg", bytes.Repeat([]byte{0xff, 0xd8, 'j', 'p'}, bodySize/4)),
		jsonPath:    response("application/json", append(bytes.Repeat([]byte(`{"id":1},`), bodySize/9), "{}"...)),
	}}
	go s.serve()
	return s, nil
}

func response(kind string, body []byte) []byte {
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Fri, 10 Jul 2026 12:00:00 GMT\r\nContent-Type: %s\r\n"+
		"Content-Length: %d\r\nCache-Control: max-age=60\r\nEtag: \"4f2a9c\"\r\n\r\n", kind, len(body))
	return append([]byte(head), body...)
}

func (s *site) serve() {
	for {
		c, err := s.Accept()
		if err != nil {
			return
		}
		go s.talk(c)
	}
}

// talk answers the requests of a connection, which have no bodies.
func (s *site) talk(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		var answer []byte
		for first := true; ; first = false {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if first {
				fields := bytes.Fields(line)
				if len(fields) != 3 {
					return
				}
				answer = s.answers[string(fields[1])]
			}
			if len(line) <= len("\r\n") {
				break
			}
		}
		if _, err := c.Write(answer); err != nil || answer == nil {
			return
		}
	}
}

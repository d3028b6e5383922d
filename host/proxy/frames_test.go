package proxy_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// frames is a client of HTTP/2 that sends what it likes.
type frames struct {
	*testing.T
	*http2.Framer
	conn   net.Conn
	packed bytes.Buffer
	packer *hpack.Encoder
	got    map[uint32]string // of each stream: "200 body", or what ended it
	over   string            // what ended the connection
}

func newFrames(t *testing.T, s *httptest.Server) *frames {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c, err := tls.Dial("tcp", s.Listener.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "example.com", NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	f := &frames{T: t, Framer: http2.NewFramer(c, c), conn: c, got: map[uint32]string{}}
	f.AllowIllegalWrites = true
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	f.packer = hpack.NewEncoder(&f.packed)
	if _, err := c.Write([]byte(http2.ClientPreface)); err != nil {
		t.Fatal(err)
	}
	f.sent(f.WriteSettings())
	return f
}

// sent notes that a frame could not be: the server may have hung up already.
func (f *frames) sent(err error) {
	if err != nil && f.over == "" {
		f.over = "closed"
	}
}

// ask sends a header, fields as name and value in turns, and a body unless it is "".
func (f *frames) ask(stream uint32, body string, fields ...string) {
	f.packed.Reset()
	for i := 0; i < len(fields); i += 2 {
		if err := f.packer.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}); err != nil {
			f.Fatal(err)
		}
	}
	f.sent(f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: f.packed.Bytes(), EndHeaders: true, EndStream: body == ""}))
	if body != "" {
		f.sent(f.WriteData(stream, true, []byte(body)))
	}
}

// wait reads until a stream or the connection is over.
func (f *frames) wait(stream uint32) string {
	body := map[uint32]string{}
	for f.over == "" {
		frame, err := f.ReadFrame()
		var wrong http2.ConnectionError
		switch {
		case errors.As(err, &wrong):
			f.Fatal(err)
		case err != nil:
			f.over = "closed"
		}
		ended := false
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				f.sent(f.WriteSettingsAck())
			}
		case *http2.MetaHeadersFrame:
			if status := frame.PseudoValue("status"); status != "" {
				f.got[frame.StreamID] = status
			}
			ended = frame.StreamEnded()
		case *http2.DataFrame:
			body[frame.StreamID] += string(frame.Data())
			ended = frame.StreamEnded()
		case *http2.RSTStreamFrame:
			f.got[frame.StreamID] = fmt.Sprint("reset ", frame.ErrCode)
		case *http2.GoAwayFrame:
			if f.over = fmt.Sprint("away ", frame.ErrCode); frame.ErrCode == http2.ErrCodeNo {
				f.over = ""
			}
		}
		if frame == nil {
			break
		}
		id := frame.Header().StreamID
		if ended && f.got[id] == "200" {
			f.got[id] += " " + body[id]
		}
		if _, reset := frame.(*http2.RSTStreamFrame); id == stream && (ended || reset) {
			return f.got[id]
		}
	}
	return f.over
}

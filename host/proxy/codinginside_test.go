package proxy

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// unpack decodes a body in parts, until it is over or breaks.
func unpack(c coding, body []byte, part int) (out []byte, err error) {
	d := newDecoder(c)
	defer d.close()
	buffer := make([]byte, 1000)
	for over := false; ; {
		n, err := d.next(buffer)
		out = append(out, buffer[:n]...)
		switch {
		case err == nil && len(out) < 8<<20:
		case errors.Is(err, errMore) && !over:
			n := min(part, len(body))
			over = n == len(body)
			d.feed(body[:n], over)
			body = body[n:]
		default:
			return out, err
		}
	}
}

// packed is a text in a coding of ours.
func packed(c coding, text string) []byte {
	var b piece
	e := newEncoder(c, &b)
	_, _ = io.WriteString(e, text)
	_ = e.Close()
	encoders[c].Put(e)
	return b
}

// However a body is cut, it is the same; and none does harm.
func FuzzDecoder(f *testing.F) {
	for c := inGzip; c < numCodings; c++ {
		whole := packed(c, strings.Repeat("<p>some text</p>", 50))
		for _, body := range [][]byte{nil, whole, whole[:len(whole)/2], append(bytes.Clone(whole), "more"...), append(bytes.Clone(whole), whole...)} {
			f.Add(uint8(c), body, uint16(3))
		}
	}
	f.Fuzz(func(t *testing.T, name uint8, body []byte, part uint16) {
		c := inGzip + coding(name)%(numCodings-1)
		want, wantErr := unpack(c, body, len(body))
		got, gotErr := unpack(c, body, int(part)+1)
		if errors.Is(wantErr, errBomb) || errors.Is(gotErr, errBomb) {
			return // who comes in parts is found out sooner
		}
		if !bytes.Equal(got, want) || errors.Is(gotErr, io.EOF) != errors.Is(wantErr, io.EOF) || errors.Is(gotErr, errPanic) {
			t.Fatalf("%s: in parts %d bytes, %v; whole %d bytes, %v", codingNames[c], len(got), gotErr, len(want), wantErr)
		}
		if errors.Is(wantErr, io.EOF) {
			if again, err := unpack(c, packed(c, string(want)), int(part)+1); !errors.Is(err, io.EOF) || !bytes.Equal(again, want) {
				t.Fatalf("%s: packed again %d bytes, %v, want %d", codingNames[c], len(again), err, len(want))
			}
		}
	})
}

func TestChosenCoding(t *testing.T) {
	for _, c := range []struct {
		accept string // "-" is none
		from   coding
		want   coding
	}{
		{"-", inZstd, inZstd}, {"-", uncoded, uncoded}, {"", inGzip, uncoded}, {"", uncoded, uncoded},
		{"GZIP", inGzip, inGzip}, {"x-gzip", inGzip, inGzip}, {"br, gzip", uncoded, inGzip}, {"br;q=1, gzip;q=0.999", uncoded, inBrotli},
		{"gzip;q=0.001", inGzip, inGzip}, {"gzip;q=0.000", inGzip, uncoded}, {"gzip; q=0", inGzip, uncoded}, {"gzip;Q=0", inGzip, uncoded},
		{"gzip;q=0.0001", inGzip, uncoded}, {"gzip;q=2", inGzip, uncoded}, {"gzip;q=-1", inGzip, uncoded}, {"gzip;q=", inGzip, uncoded},
		{"gzip;q=1.5", inGzip, inGzip}, {"gzip;level=9;q=0", inGzip, uncoded}, {"gzip, gzip;q=0", inGzip, inGzip},
		{"*", inBrotli, inBrotli}, {"*;q=0", inBrotli, uncoded}, {"*;q=0, br", inBrotli, inBrotli}, {"br;q=0, *", inBrotli, inGzip},
		{"identity", inGzip, uncoded}, {"identity;q=0", inGzip, uncoded}, {"identity;q=0, br", inGzip, inBrotli}, {"identity;q=0.5, br;q=0.4", inGzip, uncoded},
		{"identity;q=0.5, br;q=0.5", inGzip, inBrotli}, {"deflate, zstd", inGzip, inZstd}, {"deflate", inGzip, inDeflate}, {"lzma, ,", inGzip, uncoded},
	} {
		values := []string{c.accept}
		if c.accept == "-" {
			values = nil
		}
		a := newAcceptance(values)
		if got := a.choose(c.from); got != c.want {
			t.Errorf("%q, from %s: %s, want %s", c.accept, codingNames[c.from], codingNames[got], codingNames[c.want])
		}
	}
}

func TestAskedCodings(t *testing.T) {
	for accept, want := range map[string]string{
		"gzip, deflate, br, zstd": "gzip, deflate, br, zstd", "gzip;q=0.5,identity;q=0": "gzip;q=0.5,identity;q=0", "": "identity", "lzma": "identity",
		"gzip, dcb, dcz": "gzip", "*": "gzip, br, zstd, deflate", "*;q=0.5, br": "gzip;q=0.5, zstd;q=0.5, deflate;q=0.5, br",
		"lzma, *;q=0": "identity;q=0", "gzip, identity, *;q=0": "gzip, identity", "compress;q=1, X-GZIP;q=0.1": "X-GZIP;q=0.1",
	} {
		var values []string
		if accept != "" {
			values = []string{accept}
		}
		if got := strings.Join(askable(values), "|"); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
	as := []string{"gzip, br", "zstd"}
	if got := askable(as); len(got) != 2 || &got[0] != &as[0] {
		t.Errorf("%q became %q", as, got)
	}
}

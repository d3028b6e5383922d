package record

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"regexp"
	"strings"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
)

// about reports whether a record's line is about somebody.
type about func(line []byte) bool

// ofVisitor are the records that have a visitor's id in them.
func ofVisitor(visitor [abi.VisitorSize]byte) about {
	id := hex.AppendEncode(nil, visitor[:])
	return func(line []byte) bool { return bytes.Contains(line, id) }
}

// tokens finds identity tokens; the group is what they say.
var tokens = regexp.MustCompile(`p1\.[0-9]+\.([A-Za-z0-9_-]+)\.`)

// ofPerson are the records that name a person: as whom the request was decided, in
// an identity token among its headers, whether it was good or not, or in the header
// in which a peer names people.
func ofPerson(source, key string) about {
	return func(line []byte) bool {
		for _, m := range tokens.FindAllSubmatch(line, -1) {
			if says(m[1], source, key) {
				return true
			}
		}
		if !bytes.Contains(line, []byte(`"target"`)) && !bytes.Contains(line, []byte(`"person_header"`)) {
			return false
		}
		d, err := document.Parse(line)
		return err == nil && (targets(d, source, key) || peerNames(d, key))
	}
}

func targets(d *document.Document, source, key string) bool {
	t := &d.Target
	return string(t.Key) == key && (len(t.Source) == 0 || string(t.Source) == source)
}

// peerNames reports whether a peer's header names a key. It does not say of which
// source.
func peerNames(d *document.Document, key string) bool {
	if d.Recorded == nil {
		return false
	}
	for _, n := range d.Recorded.Names {
		if n.Key != "person_header" {
			continue
		}
		for _, h := range d.Headers {
			if strings.EqualFold(string(h.Name), n.Value) && string(h.Value) == key {
				return true
			}
		}
	}
	return false
}

// says reports whether a token's payload names a person.
func says(payload []byte, source, key string) bool {
	text, err := base64.RawURLEncoding.DecodeString(string(payload))
	if err != nil {
		return false
	}
	form, err := url.ParseQuery(string(text))
	return err == nil && form.Get("key") == key && form.Get("source") == source
}

// OfVisitor gives the records of a directory that hold a visitor's id, the newest
// file first.
func OfVisitor(dir string, visitor [abi.VisitorSize]byte) ([][]byte, error) {
	return lines(dir, ofVisitor(visitor))
}

// OfPerson gives the records that name a person: as whom the request was decided,
// or in an identity token. A request by which a person was known only by the
// visitor's cookie names the visitor alone.
func OfPerson(dir, source, key string) ([][]byte, error) {
	return lines(dir, ofPerson(source, key))
}

func lines(dir string, about about) (out [][]byte, err error) {
	err = walk(dir, func(lines [][]byte) bool {
		for _, line := range lines {
			if about(line) && bytes.HasSuffix(line, []byte("}")) {
				out = append(out, line)
			}
		}
		return true
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return out, err
}

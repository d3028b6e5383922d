package record

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"regexp"
	"slices"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
)

// subject is somebody whom a record can name.
type subject string

func aVisitor(id []byte) subject { return subject("visitor " + string(id)) }

// aPerson is a person; without a source one of whichever source has the key.
func aPerson(source, key string) subject { return subject("person " + source + "\x00" + key) }

// linkedTo are the visitors that are linked to a person, but for the one whose
// request it is: a record has what they were shown, and does not say which of them.
func linkedTo(source, key string) subject { return subject("linked " + source + "\x00" + key) }

// named are all whom a record's line names, some of them more than once. It reads
// lines that may be damaged.
func named(line []byte) (out []subject) {
	for _, m := range tokens.FindAllSubmatch(line, -1) {
		if source, key, ok := said(m[1]); ok {
			out = append(out, aPerson(source, key))
		}
	}
	d, err := document.Parse(line)
	if err != nil {
		return out
	}
	if len(d.Target.Key) > 0 {
		out = append(out, aPerson(string(d.Target.Source), string(d.Target.Key)))
	}
	if d.Recorded != nil {
		out = append(out, recordedOf(d)...)
	}
	if d.Store == nil {
		return out
	}
	for i := range d.Store.Record.Persons {
		source, key := string(d.Store.Record.Persons[i].Source), string(d.Store.Record.Persons[i].Key)
		out = append(out, aPerson(source, key))
		if len(d.Store.Record.Linked) > 0 {
			out = append(out, linkedTo(source, key))
		}
	}
	return out
}

// recordedOf are those whom what was recorded leads to: visitors, and the person
// in the header that was configured then.
func recordedOf(d *document.Document) (out []subject) {
	for _, id := range d.Recorded.Visitors {
		out = append(out, aVisitor(id))
	}
	for _, n := range d.Recorded.Names {
		for i := range d.Headers {
			if h := &d.Headers[i]; n.Key == "person_header" && string(h.Name) == n.Value {
				out = append(out, aPerson("", string(h.Value)))
			}
		}
	}
	return out
}

// tokens finds identity tokens; the group is what they say.
var tokens = regexp.MustCompile(`p1\.[0-9]+\.([A-Za-z0-9_-]+)\.`)

// said is the person whom a token's payload names, whether it is good or not.
func said(payload []byte) (source, key string, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(string(payload))
	if err != nil {
		return "", "", false
	}
	form, err := url.ParseQuery(string(text))
	return form.Get("source"), form.Get("key"), err == nil
}

// about reports whether a record's line is about somebody.
type about func(line []byte) bool

// ofVisitor are the records that have a visitor's id in them.
func ofVisitor(visitor [abi.VisitorSize]byte) about {
	id := hex.AppendEncode(nil, visitor[:])
	return func(line []byte) bool { return bytes.Contains(line, id) }
}

// ofPerson are the records that name a person: as whom the request was decided, in
// what a store had, or in an identity token among its headers.
func ofPerson(source, key string) about {
	return naming(key, aPerson(source, key), aPerson("", key))
}

// ofLinked are the records that have what a person's other visitors were shown.
func ofLinked(source, key string) about { return naming(key, linkedTo(source, key)) }

// naming are the records that name one of several subjects of a key. To parse a
// line takes long; most have neither the key nor a token.
func naming(key string, who ...subject) about {
	mark := inJSON(key)
	return func(line []byte) bool {
		if !bytes.Contains(line, mark) && !bytes.Contains(line, []byte("p1.")) {
			return false
		}
		return slices.ContainsFunc(named(line), func(s subject) bool { return slices.Contains(who, s) })
	}
}

// inJSON is a string as a document has it, without quotes.
func inJSON(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string cannot fail
	}
	return bytes.TrimSuffix(b.Bytes()[1:], []byte("\"\n"))
}

// OfVisitor gives the records of a directory that hold a visitor's id, the newest
// file first.
func OfVisitor(dir string, visitor [abi.VisitorSize]byte) ([][]byte, error) {
	return lines(dir, ofVisitor(visitor))
}

// OfPerson gives the records that name a person: as whom the request was decided,
// in what a store had, or in an identity token. Where no store was asked, a request
// by which a person was known only by the visitor's cookie names the visitor alone.
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

package people

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
)

// format is that of the files here.
const format = 1

// The buckets of a file.
var (
	bucketMeta    = []byte("meta")
	bucketPeople  = []byte("people")
	bucketCookies = []byte("cookies")
	bucketLinks   = []byte("links")
)

// linkSize is that of a key of bucketLinks.
const linkSize = 1 + abi.LinkSize

// entry is what bucketPeople has of a person.
type entry struct {
	attributes []byte
	cookies    []byte
	links      []byte
}

var errEntry = errors.New("the entry of a person does not have its checksum")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(key, rest []byte) uint32 {
	return crc32.Update(crc32.Update(0, castagnoli, key), castagnoli, rest)
}

// append appends the entry's encoding.
func (e *entry) append(dst, key []byte) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = wire.AppendArray(dst, 3)
	dst = append(dst, e.attributes...)
	dst = wire.AppendBin(dst, e.cookies)
	dst = wire.AppendBin(dst, e.links)
	binary.LittleEndian.PutUint32(dst[start:], sum(key, dst[start+4:]))
	return dst
}

// decode reads an entry, which aliases b.
func (e *entry) decode(b, key []byte) error {
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != sum(key, b[4:]) {
		return errEntry
	}
	c := wire.NewCursor(b[4:])
	n := c.Array()
	e.attributes = c.Raw()
	e.cookies = c.Bin()
	e.links = c.Bin()
	if n != 3 || !c.Done() || len(e.cookies)%abi.VisitorSize != 0 || len(e.links)%linkSize != 0 {
		return errEntry
	}
	return nil
}

// person is the entry as an import's line has it.
func (e *entry) person(key string) document.Person {
	p := document.Person{Key: key}
	var a abi.Attribute
	for it := abi.Attributes(e.attributes).Iterate(); it.Next(&a); {
		p.Attributes = append(p.Attributes, a)
	}
	for at := 0; at < len(e.cookies); at += abi.VisitorSize {
		p.Cookies = append(p.Cookies, e.cookies[at:at+abi.VisitorSize])
	}
	return p
}

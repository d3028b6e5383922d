package bolt

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// Limits of a row.
const (
	// maxHistory is how many propositions a row has, the newest: as many as a
	// visitor is shown in two months at four a day. At 100 bytes each that keeps
	// a row within 26 KB.
	maxHistory = 256
	// maxLinked is how many visitors a person has, those linked last; one that is
	// beyond them is linked to nobody any more. 4 KB of a row.
	maxLinked = 256
	// maxHashes is how many hashes of a person's key are known: the module makes
	// another with each of its keys, and knows two or three at a time.
	maxHashes = 8
)

// row is what is held of one visitor or person. It does not change once others can
// see it.
type row struct {
	seq     uint64 // place of its last change in the order of all
	changed int64  // time of that, in milliseconds
	alias   [aliasSize]byte
	link    string                  // key of the person's row to whom the visitor is linked, or empty
	folders []abi.FolderChange      // a visitor's data, in order of their names
	history abi.History             // newest first
	details []byte                  // encoding of an array, see detail
	linked  [][abi.VisitorSize]byte // a person's visitors, the one linked last first
	hashes  []hash                  // of a person's key, the newest first
	listed  int64                   // time of the oldest proposition, 0 without one
}

const aliasSize = 8

// hash names a person in cookies.
type hash struct {
	keyID uint8
	hash  [abi.LinkSize]byte
}

// A row's value: form, seq, time of the change, time of the oldest proposition,
// whether it is linked; the rest as MessagePack; and a CRC of all that.
const (
	rowForm  = 1
	atSeq    = 1
	atTime   = atSeq + 8
	atOldest = atTime + 8
	atLinked = atOldest + 8
	rowHead  = atLinked + 1
	rowTail  = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode gives the row's value without its seq and CRC, which seal writes.
func (r *row) encode() []byte {
	dst := make([]byte, rowHead, rowHead+rowTail+64+len(r.history)+len(r.details)+16*len(r.linked))
	dst[0] = rowForm
	binary.BigEndian.PutUint64(dst[atTime:], uint64(r.changed))
	binary.BigEndian.PutUint64(dst[atOldest:], uint64(r.listed))
	if r.link != "" || len(r.linked) > 0 {
		dst[atLinked] = 1
	}
	dst = wire.AppendArray(dst, 7)
	dst = wire.AppendBin(dst, r.alias[:])
	dst = wire.AppendBin(dst, []byte(r.link))
	dst = wire.AppendArray(dst, len(r.folders))
	for i := range r.folders {
		f := &r.folders[i]
		dst = wire.AppendArray(dst, 2)
		dst = wire.AppendStrBytes(dst, f.Folder)
		dst = appendOr(dst, f.Attributes, wire.AppendMap)
	}
	dst = appendOr(dst, r.history, wire.AppendArray)
	dst = appendOr(dst, r.details, wire.AppendArray)
	dst = wire.AppendArray(dst, len(r.linked))
	for i := range r.linked {
		dst = wire.AppendBin(dst, r.linked[i][:])
	}
	dst = wire.AppendArray(dst, len(r.hashes))
	for i := range r.hashes {
		dst = wire.AppendArray(dst, 2)
		dst = wire.AppendUint(dst, uint64(r.hashes[i].keyID))
		dst = wire.AppendBin(dst, r.hashes[i].hash[:])
	}
	return append(dst, make([]byte, rowTail)...)
}

func appendOr(dst, encoded []byte, empty func([]byte, int) []byte) []byte {
	if len(encoded) == 0 {
		return empty(dst, 0)
	}
	return append(dst, encoded...)
}

// seal completes a row's value.
func seal(value []byte, seq uint64) {
	binary.BigEndian.PutUint64(value[atSeq:], seq)
	end := len(value) - rowTail
	binary.BigEndian.PutUint32(value[end:], crc32.Checksum(value[:end], castagnoli))
}

// decodeRow reads a row's value, of which it keeps parts.
func decodeRow(key string, value []byte) (*row, error) {
	if len(value) < rowHead+rowTail || value[0] != rowForm {
		return nil, damaged(key)
	}
	end := len(value) - rowTail
	if binary.BigEndian.Uint32(value[end:]) != crc32.Checksum(value[:end], castagnoli) {
		return nil, damaged(key)
	}
	r := &row{
		seq:     binary.BigEndian.Uint64(value[atSeq:]),
		changed: int64(binary.BigEndian.Uint64(value[atTime:])),
		listed:  int64(binary.BigEndian.Uint64(value[atOldest:])),
	}
	c := wire.NewCursor(value[rowHead:end])
	if c.Array() != 7 {
		return nil, damaged(key)
	}
	r.decodeWho(&c)
	r.history = whole(&c)
	r.details = whole(&c)
	r.decodeLinked(&c)
	if !c.Done() || !formed(r.history) {
		return nil, damaged(key)
	}
	return r, nil
}

func (r *row) decodeWho(c *wire.Cursor) {
	if alias := c.Bin(); len(alias) == aliasSize {
		copy(r.alias[:], alias)
	} else {
		c.Fail()
	}
	r.link = string(c.Bin())
	for n := c.Array(); n > 0 && c.OK(); n-- {
		if c.Array() != 2 {
			c.Fail()
		}
		f := abi.FolderChange{Folder: c.Str()}
		start := *c
		if start.Map() > 0 {
			f.Attributes = c.Raw()
		} else {
			c.Skip()
		}
		r.folders = append(r.folders, f)
	}
}

func (r *row) decodeLinked(c *wire.Cursor) {
	for n := c.Array(); n > 0 && c.OK(); n-- {
		id := c.Bin()
		if len(id) != abi.VisitorSize {
			c.Fail()
			return
		}
		r.linked = append(r.linked, [abi.VisitorSize]byte(id))
	}
	for n := c.Array(); n > 0 && c.OK(); n-- {
		if c.Array() != 2 {
			c.Fail()
		}
		h := hash{keyID: uint8(c.Uint())}
		if b := c.Bin(); len(b) == abi.LinkSize {
			copy(h.hash[:], b)
		} else {
			c.Fail()
		}
		r.hashes = append(r.hashes, h)
	}
}

// whole is the encoding of an array, nil of an empty one.
func whole(c *wire.Cursor) []byte {
	look := *c
	if look.Array() == 0 {
		c.Skip()
		return nil
	}
	return c.Raw()
}

// formed reports whether a history can be read to its end.
func formed(h abi.History) bool {
	if len(h) == 0 {
		return true
	}
	n, read := h.Len(), 0
	var e abi.HistoryEntry
	for it := h.Iterate(); it.Next(&e); {
		read++
	}
	return n == read && n > 0 && wire.Size(h) == len(h)
}

func damaged(key string) error { return fmt.Errorf("bolt: the row of %s is damaged", describe(key)) }

// The first byte of a key in memory says in which bucket it is.
const (
	ofVisitor = 'v'
	ofPerson  = 'p'
	ofLink    = 'l'
	ofGrave   = 't'
)

func visitorKey(id []byte) string { return string(ofVisitor) + string(id) }

func personKey(source, key []byte) string {
	return string(ofPerson) + string(source) + "\x00" + string(key)
}

func linkKey(source []byte, keyID uint8, hash []byte) string {
	return string(ofLink) + string(source) + "\x00" + string([]byte{keyID}) + string(hash)
}

// cutPerson undoes personKey.
func cutPerson(key string) (source, person string) {
	source, person, _ = strings.Cut(key[1:], "\x00")
	return source, person
}

func describe(key string) string {
	switch key[0] {
	case ofVisitor:
		return "visitor " + hex.EncodeToString([]byte(key[1:]))
	case ofPerson:
		source, person := cutPerson(key)
		return fmt.Sprintf("person %q of %q", person, source)
	}
	return fmt.Sprintf("%x", key)
}

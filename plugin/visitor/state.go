package visitor

import "github.com/profferhq/proffer/catalog/wire"

// Sizes and limits of a cookie's content. The text form of 540 bytes in their
// envelope is 744 characters; with its name that leaves 256 of the 1,024 that
// all our cookies may take for the second one.
const (
	MaxBody = 540
	MaxData = 256 // bytes of visitor data over all sections
	// maxSections is more than a body can hold of useful ones: each takes at
	// least 7 bytes.
	maxSections = 64
)

// Tags of the parts of a cookie's content.
const (
	tagLink        = 1 // u8 key id, 16 bytes of hash, source
	tagFolder      = 2 // u32 hash of the folder's name, then parts
	tagEnvironment = 3 // u32 hash of the environment's name, then parts
	tagListed      = 4 // as tagLink
)

// Tags of the parts of a section.
const (
	partData    = 1 // attributes: u32 hash of the name, msgpack value
	partHistory = 2 // propositions, see History
	partShared  = 3 // u32 hash of an environment's name, then its propositions: in a folder that several share
)

// State is the content of a visitor cookie. The zero State is a stranger's.
// Its slices alias the opened cookie.
type State struct {
	ID         [16]byte
	Known      bool  // ID is set
	VisitStart int64 // seconds since 1970-01-01T00:00:00Z
	LastNoted  int64 // the last request that was noted, likewise
	Link       Link
	Sections   [maxSections]Section
	N          int // how many sections there are
}

// Link is a keyed hash of the person that the visitor was last identified as, or,
// where it was not, of the one for whom a people source listed it: then it
// identifies nobody, and says whose the persons' sections are.
type Link struct {
	Set    bool
	Listed bool
	KeyID  uint8
	Hash   [16]byte
	Source []byte
}

// Section is what the cookie holds for one visitor folder, or for the linked
// person in one identified environment.
type Section struct {
	Person bool   // an environment's, else a folder's
	Name   uint32 // Hash32 of the environment's or the folder's name
	Parts  []byte
}

// Decode reads an opened cookie's body into s. It reports false, and s is a
// stranger's, if the body is not well formed.
func (s *State) Decode(body []byte) bool {
	s.Reset()
	if len(body) < 24 || len(body) > MaxBody {
		return false
	}
	copy(s.ID[:], body)
	s.Known = true
	s.VisitStart = int64(le32(body[16:]))
	s.LastNoted = int64(le32(body[20:]))
	for rest := body[24:]; len(rest) > 0; {
		tag, part, tail, ok := cut(rest)
		if !ok || !s.add(tag, part) {
			s.Reset()
			return false
		}
		rest = tail
	}
	return true
}

// Reset makes s a stranger's. It leaves alone what lies behind its sections,
// which is most of it.
func (s *State) Reset() {
	clear(s.Sections[:s.N])
	s.ID, s.Known, s.VisitStart, s.LastNoted, s.Link, s.N = [16]byte{}, false, 0, 0, Link{}, 0
}

// add takes one part of a body in. Parts of unknown tags are dropped: only a
// newer version can have written them.
func (s *State) add(tag byte, part []byte) bool {
	switch tag {
	case tagLink, tagListed:
		if len(part) < 17 || s.Link.Set {
			return false
		}
		s.Link = Link{Set: true, Listed: tag == tagListed, KeyID: part[0], Source: part[17:]}
		copy(s.Link.Hash[:], part[1:])
	case tagFolder, tagEnvironment:
		if len(part) < 4 || s.N == maxSections {
			return false
		}
		s.Sections[s.N] = Section{Person: tag == tagEnvironment, Name: le32(part), Parts: part[4:]}
		s.N++
	}
	return true
}

// cut takes the first part off: a tag, a u16 length, and as many bytes.
func cut(b []byte) (tag byte, part, rest []byte, ok bool) {
	if len(b) < 3 {
		return 0, nil, nil, false
	}
	n := int(b[1]) | int(b[2])<<8
	if n > len(b)-3 {
		return 0, nil, nil, false
	}
	return b[0], b[3 : 3+n], b[3+n:], true
}

// begin and finish write a part around what is appended between them.
func begin(dst []byte, tag byte) ([]byte, int) {
	return append(dst, tag, 0, 0), len(dst)
}

func finish(dst []byte, at int) []byte {
	n := len(dst) - at - 3
	dst[at+1], dst[at+2] = byte(n), byte(n>>8)
	return dst
}

// Section is the section of that kind and name, or nil.
func (s *State) Section(person bool, name uint32) *Section {
	for i := range s.Sections[:s.N] {
		if t := &s.Sections[i]; t.Name == name && t.Person == person {
			return t
		}
	}
	return nil
}

// DropPersons takes the sections of persons out of s: of one environment, or of
// all.
func (s *State) DropPersons(name uint32, all bool) {
	n := 0
	for i := range s.Sections[:s.N] {
		if t := s.Sections[i]; !t.Person || !all && t.Name != name {
			s.Sections[n] = t
			n++
		}
	}
	s.N = n
}

// Data are the encoded attributes of a section, none for a nil section: for each
// the Hash32 of its name in four bytes, little-endian, and its msgpack value.
func (t *Section) Data() []byte { return t.part(partData) }

// part is the content of the first part with that tag, or nil.
func (t *Section) part(want byte) []byte {
	if t == nil {
		return nil
	}
	for rest := t.Parts; len(rest) > 0; {
		tag, part, tail, ok := cut(rest)
		if !ok {
			return nil
		}
		if tag == want {
			return part
		}
		rest = tail
	}
	return nil
}

// Attribute is the attribute at an offset of a section's data: the hash of its
// name, and where its value begins and ends. It is not ok at the end of the
// data and where they are not well formed.
func Attribute(data []byte, at int) (name uint32, start, end int, ok bool) {
	if len(data)-at < 5 {
		return 0, 0, 0, false
	}
	name, start = le32(data[at:]), at+4
	size := wire.Size(data[start:])
	return name, start, start + size, size > 0
}

func le32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

//go:noinline
func appendLE32(dst []byte, v uint32) []byte {
	return append(dst, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}

// DataSize is how many bytes of visitor data a section holds.
func (t *Section) DataSize() int { return len(t.Data()) }

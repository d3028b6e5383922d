package snapshot

import (
	"bytes"

	"github.com/profferhq/proffer/catalog/wire"
)

// Format is the version of the format that this package reads and the
// compiler writes.
const Format = 1

// Magic is the first element of a snapshot's frame.
const Magic = "proffer"

// HashSize is the length of a snapshot's name in bytes: a SHA-256.
const HashSize = 32

// TableEntry is the size of an entry of the section table: u32 id, offset,
// length in bytes, and 0.
const TableEntry = 16

// Problem says why bytes are not a snapshot.
type Problem string

func (p Problem) Error() string { return "snapshot: " + string(p) }

// View reads a snapshot where it lies. The zero View is empty; a View is
// read-only and may be shared.
type View struct {
	bytes    []byte
	hash     []byte
	hashed   int // where the hashed bytes start
	sections [NumSections][]byte
}

// Open checks magic, format, lengths and the section table of b, which the
// View aliases from then on. It does not check what the sections hold: see
// Verify.
func Open(b []byte) (View, error) {
	if len(b) > MaxSize {
		return View{}, Problem("larger than 64 MiB")
	}
	v := View{bytes: b}
	c := wire.NewCursor(b)
	n := c.Array()
	if string(c.Str()) != Magic || !c.OK() {
		return View{}, Problem("not a snapshot: no magic")
	}
	if f := c.Uint(); !c.OK() || f != Format {
		return View{}, Problem("format not supported (have 1)")
	}
	v.hash = c.Bin()
	v.hashed = c.Offset()
	table := c.Bin()
	if !c.OK() || len(v.hash) != HashSize || len(table)%TableEntry != 0 || n != 4+len(table)/TableEntry {
		return View{}, Problem("broken head")
	}
	return v, v.openSections(table, c.Offset())
}

const (
	binHeader   = 5 // msgpack bin32
	maxSections = 64
)

// openSections cuts the sections. Each lies in a bin of its own, in the order
// of the table, padded so that the next starts on a multiple of 8.
func (v *View) openSections(table []byte, at int) error {
	if len(table)/TableEntry > maxSections {
		return Problem("too many sections")
	}
	for ; len(table) > 0; table = table[TableEntry:] {
		id, off, length := u32(table), at+binHeader, u32(table[8:])
		if off > len(v.bytes) || int64(u32(table[4:])) != int64(off) || off%8 != 0 || int64(length) > int64(len(v.bytes)-off) {
			return Problem("broken section table")
		}
		bin := uint32(v.bytes[at+1])<<24 | uint32(v.bytes[at+2])<<16 | uint32(v.bytes[at+3])<<8 | uint32(v.bytes[at+4])
		if v.bytes[at] != 0xc6 || bin < length || bin-length > 7 || int64(bin) > int64(len(v.bytes)-off) {
			return Problem("broken section frame")
		}
		at = off + int(bin)
		if id >= NumSections {
			continue
		}
		end := off + int(length)
		if v.sections[id] != nil || int(length)%recordSize[id] != 0 {
			return Problem("broken section length")
		}
		v.sections[id] = v.bytes[off:end:end]
	}
	if at != len(v.bytes) {
		return Problem("bytes behind the last section")
	}
	if len(v.sections[SecCatalog]) != catalogSize || len(v.sections[SecNameIndex]) < 4 {
		return Problem("a section is missing")
	}
	return nil
}

// Bytes are the snapshot's own.
func (v *View) Bytes() []byte { return v.bytes }

// Hash is the snapshot's name: the SHA-256 of what follows it. Empty for the
// zero View.
func (v *View) Hash() []byte { return v.hash }

// Hashed are the bytes that Hash is of.
func (v *View) Hashed() []byte { return v.bytes[v.hashed:] }

// Count is the number of records of a section.
func (v *View) Count(section int) uint32 {
	return uint32(len(v.sections[section]) / recordSize[section])
}

// Section is a section's bytes.
func (v *View) Section(section int) []byte { return v.sections[section] }

func (v *View) Catalog() *Catalog { return (*Catalog)(v.sections[SecCatalog]) }
func (v *View) Site(i uint32) *Site {
	return (*Site)(v.sections[SecSites][int(i)*siteSize : int(i)*siteSize+siteSize])
}
func (v *View) Environment(i uint32) *Environment {
	return (*Environment)(v.sections[SecEnvironments][int(i)*environmentSize : int(i)*environmentSize+environmentSize])
}
func (v *View) Attribute(i uint32) *Attribute {
	return (*Attribute)(v.sections[SecAttributes][int(i)*attributeSize : int(i)*attributeSize+attributeSize])
}
func (v *View) Page(i uint32) *Page {
	return (*Page)(v.sections[SecPages][int(i)*pageSize : int(i)*pageSize+pageSize])
}
func (v *View) PageSlot(i uint32) *PageSlot {
	return (*PageSlot)(v.sections[SecPageSlots][int(i)*pageSlotSize : int(i)*pageSlotSize+pageSlotSize])
}
func (v *View) Space(i uint32) *Space {
	return (*Space)(v.sections[SecSpaces][int(i)*spaceSize : int(i)*spaceSize+spaceSize])
}
func (v *View) Field(i uint32) *Field {
	return (*Field)(v.sections[SecFields][int(i)*fieldSize : int(i)*fieldSize+fieldSize])
}
func (v *View) Write(i uint32) *Write {
	return (*Write)(v.sections[SecWrites][int(i)*writeSize : int(i)*writeSize+writeSize])
}
func (v *View) Category(i uint32) *Category {
	return (*Category)(v.sections[SecCategories][int(i)*categorySize : int(i)*categorySize+categorySize])
}
func (v *View) Offer(i uint32) *Offer {
	return (*Offer)(v.sections[SecOffers][int(i)*offerSize : int(i)*offerSize+offerSize])
}
func (v *View) Weight(i uint32) *Weight {
	return (*Weight)(v.sections[SecWeights][int(i)*weightSize : int(i)*weightSize+weightSize])
}
func (v *View) Content(i uint32) *Content {
	return (*Content)(v.sections[SecContents][int(i)*contentSize : int(i)*contentSize+contentSize])
}
func (v *View) ContentField(i uint32) *ContentField {
	return (*ContentField)(v.sections[SecContentFields][int(i)*contentFieldSize : int(i)*contentFieldSize+contentFieldSize])
}
func (v *View) Transition(i uint32) *Transition {
	return (*Transition)(v.sections[SecTransitions][int(i)*transitionSize : int(i)*transitionSize+transitionSize])
}

func (v *View) Consent(i uint32) *Consent {
	return (*Consent)(v.sections[SecConsents][int(i)*consentSize : int(i)*consentSize+consentSize])
}
func (v *View) JSONSlot(i uint32) *JSONSlot {
	return (*JSONSlot)(v.sections[SecJSONSlots][int(i)*jsonSlotSize : int(i)*jsonSlotSize+jsonSlotSize])
}

// List is entry i of SecLists.
func (v *View) List(i uint32) uint32 { return u32(v.sections[SecLists][int(i)*4 : int(i)*4+4]) }

// Bitmap is word i of SecBitmaps.
func (v *View) Bitmap(i uint32) uint64 { return u64(v.sections[SecBitmaps][int(i)*8 : int(i)*8+8]) }

// Program is the code of a program.
func (v *View) Program(i uint32) []byte {
	s := span(v.sections[SecPrograms][int(i)*spanSize : int(i)*spanSize+spanSize])
	return v.sections[SecCode][s.Start : s.Start+s.Length]
}

// Uses is what a program reads.
func (v *View) Uses(i uint32) uint32 { return u32(v.sections[SecProgramUses][int(i)*4 : int(i)*4+4]) }

// Value is a msgpack value of SecValues; nil if absent.
//
//go:noinline
func (v *View) Value(s Span) []byte {
	if s.Start == None {
		return nil
	}
	return v.sections[SecValues][s.Start : s.Start+s.Length]
}

// OfferAttribute is the msgpack value of entry i of SecOfferAttributes; nil if absent.
func (v *View) OfferAttribute(i uint32) []byte {
	return v.Value(span(v.sections[SecOfferAttributes][int(i)*spanSize : int(i)*spanSize+spanSize]))
}

// Text is a template or label; nil if absent.
func (v *View) Text(s Span) []byte {
	if s.Start == None {
		return nil
	}
	return v.sections[SecText][s.Start : s.Start+s.Length : s.Start+s.Length]
}

// Name is the bytes of a name; empty for None.
//
//go:noinline
func (v *View) Name(id uint32) []byte {
	if id == None {
		return nil
	}
	ix := v.sections[SecNameIndex][int(id)*4 : int(id)*4+8]
	return v.sections[SecNames][u32(ix):u32(ix[4:])]
}

// Find is the id of a name, or None.
//
//go:noinline
func (v *View) Find(name []byte) uint32 {
	lo, hi := uint32(0), v.Count(SecNameIndex)-1
	for lo < hi {
		mid := lo + (hi-lo)/2
		switch bytes.Compare(v.Name(mid), name) {
		case 0:
			return mid
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return None
}

// FindEnvironment is the environment of that name, or None.
func (v *View) FindEnvironment(name uint32) uint32 {
	if name == None {
		return None
	}
	for i := range v.Count(SecEnvironments) {
		if v.Environment(i).Name() == name {
			return i
		}
	}
	return None
}

// FindSpace is the space of that name in an environment, or None.
//
//go:noinline
func (v *View) FindSpace(env *Environment, name uint32) uint32 {
	if name == None {
		return None
	}
	r := env.Spaces()
	lo, hi := r.Start, r.End()
	for lo < hi {
		mid := lo + (hi-lo)/2
		switch n := v.Space(mid).Name(); {
		case n == name:
			return mid
		case n < name:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return None
}

// FindCategory is the category of that name in an environment, or None.
func (v *View) FindCategory(env *Environment, name uint32) uint32 {
	if name == None {
		return None
	}
	r := env.Categories()
	lo, hi := r.Start, r.End()
	for lo < hi {
		mid := lo + (hi-lo)/2
		cat := u32(v.sections[SecCategoryIndex][int(mid)*4 : int(mid)*4+4])
		switch n := v.Category(cat).Name(); {
		case n == name:
			return cat
		case n < name:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return None
}

// FindAttribute is the index of a name in a run of attributes, or None.
//
//go:noinline
func (v *View) FindAttribute(r Range, name []byte) uint32 {
	lo, hi := r.Start, r.End()
	for lo < hi {
		mid := lo + (hi-lo)/2
		switch bytes.Compare(v.Name(v.Attribute(mid).Name()), name) {
		case 0:
			return mid - r.Start
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return None
}

// FindContent is what an offer shows on a space by default, or nil.
func (v *View) FindContent(o *Offer, space uint32) *Content {
	r := o.Contents()
	for i := r.Start; i < r.End(); i++ {
		if c := v.Content(i); c.Space() == space {
			return c
		}
	}
	return nil
}

// Package people keeps people sources on disk, one file for each, and imports
// them from JSON Lines.
//
// A store's directory has people/SOURCE.db, the import in force; people/SOURCE.new,
// a directory with what an import under way has got to; and people/SOURCE.lock,
// which an import holds, and nothing else. An import replaces the file in one step
// when it is complete, so that a service reads on meanwhile, and goes over to the
// new file within a second.
//
// SOURCE.db is a bbolt file with four buckets:
//
//	meta     format: 1; people, cookies, links: how many; loaded: entries of the import
//	people   key of a person: CRC-32C u32 ‖ msgpack [attributes map, cookies bin, links bin]
//	cookies  visitor id (16): key of the person
//	links    key id u8 ‖ link hash (16): key of the person
//
// Numbers of meta are msgpack; the CRC is little-endian, and of the person's key and
// what follows. Cookies and links of a person are the index entries that name it, one
// behind the other, so that erasing finds them.
//
// A reader holds a shared lock on the file and turns it into an exclusive one to
// erase; an import never touches it. So other processes can read the file beside a
// service. On systems without flock they cannot.
//
// Where to look next: RATIONALE.md for why it is so and what it costs,
// plugin/COOKIES.md for the link hash.
package people

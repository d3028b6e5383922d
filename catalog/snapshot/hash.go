package snapshot

// Hash64 is FNV-1a over b with MurmurHash3's 64-bit finalizer behind it. It is
// frozen: ties and cookies depend on it. Test vectors stand in SNAPSHOT.md.
//
// Sources: Fowler, Noll, Vo, "FNV Non-Cryptographic Hash Algorithm"; Austin
// Appleby, MurmurHash3 (fmix64).
func Hash64(b []byte) uint64 { return Mix64(FNV64(fnvOffset, b)) }

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// FNV64 continues FNV-1a from h over b, without the finalizer.
func FNV64(h uint64, b []byte) uint64 {
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

// Mix64 is MurmurHash3's 64-bit finalizer.
func Mix64(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Hash32 is the upper half of Hash64: the form in which cookies name offers,
// attributes, folders and environments. The compiler refuses a catalog in
// which two of one kind collide.
func Hash32(b []byte) uint32 { return uint32(Hash64(b) >> 32) }

// CallTie is the part of a tie's hash that a call fixes: the bucket (the
// call's seed, the start of the visit in seconds, or the local day number) in
// eight little-endian bytes, then the id.
func CallTie(bucket uint64, id []byte) uint64 { return Mix64(FNV64(bucketHash(bucket), id)) }

// bucketHash is FNV-1a over a number in eight little-endian bytes.
func bucketHash(bucket uint64) uint64 {
	h := uint64(fnvOffset)
	for i := 0; i < 64; i += 8 {
		h = (h ^ bucket>>i&0xff) * fnvPrime
	}
	return h
}

// Tie orders an offer among equal weights: ascending. call is CallTie's
// result, offer the Hash64 of its code.
func Tie(call, offer uint64) uint64 { return Mix64(call ^ offer) }

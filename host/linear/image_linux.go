package linear

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// leastMapped is the size from which mapping beats copying: a mapping costs two
// system calls, and a page fault for every 64 KiB that is read.
const leastMapped = 64 << 10

// Image is a run of bytes that memories hold. Nobody may change it.
type Image struct {
	bytes []byte
	file  *os.File // has the same bytes; nil = they are copied
}

// NewImage makes an image of b, which stays the caller's to read.
func NewImage(b []byte) *Image {
	i := &Image{bytes: b}
	if len(b) < leastMapped {
		return i
	}
	fd, err := unix.MemfdCreate("proffer", unix.MFD_CLOEXEC)
	if err != nil {
		return i // the kernel or a sandbox does not allow it
	}
	i.file = os.NewFile(uintptr(fd), "proffer")
	if _, err := i.file.Write(b); err != nil {
		i.Close()
	}
	return i
}

// Close gives the image's file back. Memories keep what they hold; later ones
// get copies.
func (i *Image) Close() {
	if i.file != nil {
		_ = i.file.Close() // of a file in memory there is nothing to lose
		i.file = nil
	}
}

// mapInto maps the image's whole pages copy-on-write over to, and says how many
// bytes these are: 0 if to does not begin with a page.
func (i *Image) mapInto(to []byte) (int, error) {
	page := os.Getpagesize()
	whole := len(to) / page * page
	if i.file == nil || whole == 0 || uintptr(unsafe.Pointer(unsafe.SliceData(to)))%uintptr(page) != 0 {
		return 0, nil
	}
	_, err := unix.MmapPtr(int(i.file.Fd()), 0, unsafe.Pointer(unsafe.SliceData(to)), uintptr(whole),
		unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_FIXED)
	if err != nil {
		return 0, fmt.Errorf("map an image of %d bytes: %w", whole, err)
	}
	return whole, nil
}

// Len is the image's size in bytes.
func (i *Image) Len() int { return len(i.bytes) }

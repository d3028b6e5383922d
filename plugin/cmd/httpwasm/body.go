//go:build wasip1

package main

import "unsafe"

// maxPage bounds a page, in bytes: memory that is not there would end the
// instance, which the host uses again all the same. Pages are below 1 MiB.
const maxPage = 16 << 20

// readInto reads the body of a request or a response into page. It reports false
// if that is longer than most.
func readInto(kind uint32, most int) bool {
	page = page[:0]
	for len(page) <= most {
		if cap(page)-len(page) < 16<<10 {
			page = append(page, make([]byte, 64<<10+cap(page))...)[:len(page)]
		}
		r := readBody(kind, unsafe.Pointer(unsafe.SliceData(page[len(page):cap(page)])), uint32(cap(page)-len(page)))
		page = page[:len(page)+int(uint32(r))]
		if r>>32 != 0 {
			return len(page) <= most
		}
	}
	return false
}

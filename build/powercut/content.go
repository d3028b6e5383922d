package main

import (
	"bytes"
	"os"
)

// content is what a file holds: bytes, and zeros up to its size.
type content struct {
	bytes []byte
	size  int64
}

// apply does what a write or resize does; of a write only the sectors that keep
// says yes to, nil: all.
func (c *content) apply(o *operation, keep func() bool) {
	if o.action == resize {
		c.bytes = c.bytes[:min(int64(len(c.bytes)), o.offset)]
		c.size = o.offset
		return
	}
	end := o.offset + int64(len(o.data))
	for at := o.offset; at < end; {
		next := min((at/sector+1)*sector, end)
		if keep == nil || keep() {
			c.write(o.data[at-o.offset:next-o.offset], at)
		}
		at = next
	}
}

func (c *content) write(data []byte, at int64) {
	end := at + int64(len(data))
	if n := end - int64(len(c.bytes)); n > 0 {
		c.bytes = append(c.bytes, make([]byte, n)...)
	}
	copy(c.bytes[at:], data)
	c.size = max(c.size, end)
}

// read works as that of files does, but for the end, which is no error.
func (c *content) read(dst []byte, at int64) int {
	n := int(max(0, min(int64(len(dst)), c.size-at)))
	clear(dst[:n])
	if at < int64(len(c.bytes)) {
		copy(dst[:n], c.bytes[at:])
	}
	return n
}

func (c *content) clone() content { return content{bytes.Clone(c.bytes), c.size} }

// save makes a file of it.
func (c *content) save(path string) error {
	if err := os.WriteFile(path, c.bytes, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, c.size)
}

package preinit

import (
	"bytes"
	"encoding/binary"
	"errors"
)

const (
	head             = "\x00asm\x01\x00\x00\x00"
	sectionImport    = 2
	sectionData      = 11
	sectionDataCount = 12

	// Names as an import has them, with their length. Both functions have one type.
	readName  = "\x07fd_read"
	writeName = "\x08fd_write"
)

var errForm = errors.New("preinit: what Wizer wrote is no module of version 1 that imports fd_read and has its segments at constant addresses")

// rewritten gives what Wizer wrote with few segments, and without the import that
// only reading the message needed: it stands for a second fd_write, so that an image
// asks of a host what the reactor does.
func rewritten(wasm []byte) ([]byte, error) {
	if !bytes.HasPrefix(wasm, []byte(head)) {
		return nil, errForm
	}
	r := &reader{b: wasm[len(head):]}
	out := bytes.Clone(wasm[:len(head)])
	imports := 0
	for len(r.b) > 0 {
		id := r.byte()
		body := r.take(r.uint())
		switch id {
		case sectionImport:
			imports += bytes.Count(body, []byte(readName))
			body = bytes.Replace(body, []byte(readName), []byte(writeName), 1)
		case sectionDataCount: // there is code that may read segments
			return nil, errForm
		case sectionData:
			memory := laidOut(&reader{b: body})
			if memory == nil {
				return nil, errForm
			}
			body = segments(memory)
		}
		out = append(binary.AppendUvarint(append(out, id), uint64(len(body))), body...)
	}
	if r.cut || imports != 1 {
		return nil, errForm
	}
	return out, nil
}

package guest

import (
	"strconv"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// line is one event, as a host logs it: ABI.md, section 9. It names no visitor.
type line struct {
	event                              string
	time                               int64  // milliseconds since 1970-01-01T00:00:00Z
	interaction                        []byte // 16 bytes, or nil
	proposition                        []byte // 8 bytes
	environment, space, channel, offer []byte // names
	rank                               int    // 0: none
	mode                               abi.Identification
	fallback                           bool
}

// append writes the line. What is not set is left out.
func (l *line) append(dst []byte) []byte {
	dst = addText(addText(dst, "proffer-event/1 e="), l.event)
	dst = addNumber(dst, "&t=", l.time)
	if l.interaction != nil {
		dst = wire.AppendHex(addText(dst, "&i="), l.interaction)
	}
	dst = wire.AppendHex(addText(dst, "&p="), l.proposition)
	dst = addForm(dst, "&v=", l.environment)
	dst = addForm(dst, "&s=", l.space)
	dst = addForm(dst, "&c=", l.channel)
	dst = addForm(dst, "&o=", l.offer)
	if l.rank > 0 {
		dst = addNumber(dst, "&r=", int64(l.rank))
	}
	if l.mode != abi.Nobody {
		dst = addText(addText(dst, "&m="), l.mode.String())
	}
	if l.fallback {
		dst = addText(dst, "&f=1")
	}
	return dst
}

//go:noinline
func addNumber(dst []byte, key string, n int64) []byte {
	return strconv.AppendInt(addText(dst, key), n, 10)
}

// addForm writes a key and text as application/x-www-form-urlencoded: letters,
// digits and "*-._" as they are, a space as "+", all else as "%XX".
//
//go:noinline
func addForm(dst []byte, key string, s []byte) []byte {
	const digits = "0123456789ABCDEF"
	dst = addText(dst, key)
	for _, c := range s {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c == '*', c == '-', c == '.', c == '_':
		case c == ' ':
			c = '+'
		default:
			dst = append(dst, '%', digits[c>>4])
			c = digits[c&15]
		}
		dst = append(dst, c)
	}
	return dst
}

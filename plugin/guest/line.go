package guest

import (
	"strconv"

	"github.com/profferhq/proffer/catalog/wire"
	"github.com/profferhq/proffer/plugin/abi"
)

// line is one event as a log takes it: printable ASCII on one line, see
// plugin/ABI.md, "Event lines". It never names the visitor.
type line struct {
	event                              string
	time                               int64  // milliseconds since 1970-01-01T00:00:00Z
	interaction                        []byte // of what was decided in this call, else nil
	proposition                        []byte
	environment, space, channel, offer []byte
	rank                               int
	mode                               abi.Identification
	fallback                           bool
}

// append writes the line, without an end.
func (l *line) append(dst []byte) []byte {
	dst = appendText(dst, "proffer-event/1 e=")
	dst = appendText(dst, l.event)
	dst = appendText(dst, "&t=")
	dst = strconv.AppendInt(dst, l.time, 10)
	if l.interaction != nil {
		dst = appendText(dst, "&i=")
		dst = appendHex(dst, l.interaction)
	}
	dst = appendText(dst, "&p=")
	dst = appendHex(dst, l.proposition)
	dst = appendName(dst, "&v=", l.environment)
	dst = appendName(dst, "&s=", l.space)
	dst = appendName(dst, "&c=", l.channel)
	dst = appendName(dst, "&o=", l.offer)
	if l.rank > 0 {
		dst = appendText(dst, "&r=")
		dst = strconv.AppendInt(dst, int64(l.rank), 10)
	}
	if l.mode != abi.Nobody {
		dst = appendText(dst, "&m=")
		dst = appendText(dst, l.mode.String())
	}
	if l.fallback {
		dst = appendText(dst, "&f=1")
	}
	return dst
}

// appendText is append, which takes 200 bytes of the module wherever it stands.
//
//go:noinline
func appendText(dst []byte, text string) []byte { return append(dst, text...) }

//go:noinline
func appendHex(dst, b []byte) []byte { return wire.AppendHex(dst, b) }

// appendName writes a field with a name form-encoded: letters, digits and "*-._"
// as they are, a space as "+", all else as "%XX".
//
//go:noinline
func appendName(dst []byte, field string, name []byte) []byte {
	dst = appendText(dst, field)
	for _, c := range name {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '*', c == '-', c == '.', c == '_':
			dst = append(dst, c)
		case c == ' ':
			dst = append(dst, '+')
		default:
			dst = appendPercent(dst, c)
		}
	}
	return dst
}

//go:noinline
func appendPercent(dst []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[c>>4], digits[c&15])
}

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
	dst = append(dst, "proffer-event/1 e="...)
	dst = append(dst, l.event...)
	dst = strconv.AppendInt(append(dst, "&t="...), l.time, 10)
	if l.interaction != nil {
		dst = wire.AppendHex(append(dst, "&i="...), l.interaction)
	}
	dst = wire.AppendHex(append(dst, "&p="...), l.proposition)
	dst = appendEscaped(append(dst, "&v="...), l.environment)
	dst = appendEscaped(append(dst, "&s="...), l.space)
	dst = appendEscaped(append(dst, "&c="...), l.channel)
	dst = appendEscaped(append(dst, "&o="...), l.offer)
	if l.rank > 0 {
		dst = strconv.AppendInt(append(dst, "&r="...), int64(l.rank), 10)
	}
	if l.mode != abi.Nobody {
		dst = append(append(dst, "&m="...), l.mode.String()...)
	}
	if l.fallback {
		dst = append(dst, "&f=1"...)
	}
	return dst
}

// appendEscaped writes a name form-encoded: letters, digits and "*-._" as they
// are, a space as "+", all else as "%XX".
func appendEscaped(dst, name []byte) []byte {
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

func appendPercent(dst []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[c>>4], digits[c&15])
}

package events

import "strings"

// marker begins what Find looks for: a log that is JSON may have written the
// slash as \/.
const marker = "proffer-event"

// found is an event line within a line of a log.
type found struct {
	event Event
	err   error
	last  bool // it ends where the log's line does
}

// find gives the event lines within a line of a log, wherever they stand: in
// quotes, in JSON, in JSON within JSON. Their own bytes need no quoting but "&",
// which JSON may write as \u0026.
func find(text string, each func(found)) {
	for {
		i := strings.Index(text, marker)
		if i < 0 {
			return
		}
		text = text[i+len(marker):]
		rest, ok := strings.CutPrefix(strings.TrimLeft(text, `\`), "/1 ")
		if !ok {
			continue
		}
		form, left := cutForm(rest)
		f := found{last: brokenOff(left)}
		f.event, f.err = parseForm(form)
		each(f)
		text = left
	}
}

// cutForm cuts what can be form-encoded off a text, and gives it without the
// escapes of JSON.
func cutForm(text string) (form, rest string) {
	var b strings.Builder
	for {
		n := 0
		for n < len(text) && inForm(text[n]) {
			n++
		}
		b.WriteString(text[:n])
		text = text[n:]
		escaped := strings.TrimLeft(text, `\`)
		if len(escaped) == len(text) || len(escaped) < 5 {
			return b.String(), text
		}
		switch strings.ToLower(escaped[:5]) {
		case "u0026":
			b.WriteByte('&')
		case "u003d":
			b.WriteByte('=')
		case "u002b":
			b.WriteByte('+')
		default:
			return b.String(), text
		}
		text = escaped[5:]
	}
}

// brokenOff reports whether more of an event line may follow this rest of a log:
// if there is none, or the beginning of an escape.
func brokenOff(rest string) bool {
	escape := strings.TrimLeft(rest, `\`)
	return rest == "" || len(escape) < len(rest) && strings.Trim(escape, "uU0123456789bBdD") == ""
}

// inForm reports whether a byte can stand in a form-encoded text
// (https://url.spec.whatwg.org/#urlencoded-serializing), or is written there by
// others.
func inForm(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("*-._~%+=&", c) >= 0
}

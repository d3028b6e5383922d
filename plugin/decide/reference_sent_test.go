package decide_test

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// sentQuery is the query as expressions see it, in the words of FORMAT.md.
func (q *call) sentQuery() map[string]string {
	out := map[string]string{}
	if len(q.query) > 8192 {
		return out
	}
	for i, pair := range strings.Split(q.query, "&") {
		if i == 128 {
			break
		}
		name, value, _ := strings.Cut(pair, "=")
		first(out, formText(name), formText(value))
	}
	return usable(out)
}

func (q *call) sentHeaders() map[string]string {
	out := map[string]string{}
	for _, h := range q.headers {
		first(out, h[0], h[1])
	}
	return usable(out)
}

func first(m map[string]string, name, value string) {
	if _, there := m[name]; !there {
		m[name] = value
	}
}

// usable leaves out what is too long or no text.
func usable(m map[string]string) map[string]string {
	for name, value := range m {
		if len(value) > 4096 || !utf8.ValidString(value) {
			delete(m, name)
		}
	}
	return m
}

// formText undoes the escapes of a form; what is none stays.
func formText(s string) string {
	parts := strings.Split(strings.ReplaceAll(s, "+", " "), "%")
	out := parts[0]
	for _, part := range parts[1:] {
		if len(part) < 2 {
			out += "%" + part
			continue
		}
		if n, err := strconv.ParseUint(part[:2], 16, 8); err == nil {
			out += string([]byte{byte(n)}) + part[2:]
		} else {
			out += "%" + part
		}
	}
	return out
}

package proxy

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// charsetWithin is how far into a page its charset must be declared, in bytes
// (https://html.spec.whatwg.org/multipage/semantics.html#charset).
const charsetWithin = 1024

// encoding is what the bytes of a page are, as far as they tell.
type encoding uint8

const (
	anyASCII encoding = iota // nothing is declared, and nothing speaks against UTF-8
	inUTF8
	inOther
)

// encodingOf tells the encoding of a page: by a byte order mark, by its header
// (declared: that says UTF-8), by the XML declaration or a meta element in the
// first 1,024 bytes, else by whether these could be UTF-8 at all.
func encodingOf(head []byte, k kind, declared bool) encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return inUTF8
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\xff\xfe")):
		return inOther // UTF-16
	case declared:
		return inUTF8
	}
	head = head[:min(len(head), charsetWithin)]
	if label, ok := declaredIn(head); ok {
		// A meta element that can be read is not in UTF-16, whatever it says.
		if isUTF8(label) || k == html && containsFold(label, "utf-16") {
			return inUTF8
		}
		return inOther
	}
	if !validHead(head) {
		return inOther
	}
	if k == xhtml {
		return inUTF8 // the default of XML
	}
	return anyASCII
}

// declaredIn is the charset that the XML declaration or the first meta element
// with one declares. It looks for less than a browser does, so that it rather
// finds one too many: a page in doubt passes untouched.
func declaredIn(head []byte) (string, bool) {
	if bytes.HasPrefix(head, []byte("<?xml")) {
		end := bytes.Index(head, []byte("?>"))
		if label, ok := valueOf(head[:max(end, 0)], "encoding"); ok {
			return label, true
		}
	}
	for {
		at := bytes.IndexByte(head, '<')
		if at < 0 {
			return "", false
		}
		head = head[at:]
		switch {
		case bytes.HasPrefix(head, []byte("<!--")):
			end := bytes.Index(head[4:], []byte("-->"))
			if end < 0 {
				return "", false
			}
			head = head[4+end:]
		case len(head) > 5 && bytes.EqualFold(head[:5], []byte("<meta")):
			end := bytes.IndexByte(head, '>')
			if end < 0 {
				end = len(head)
			}
			if label, ok := valueOf(head[:end], "charset"); ok {
				return label, true
			}
			head = head[end:]
		default:
			head = head[1:]
		}
	}
}

// valueOf is what stands behind name and "=" in markup, with or without quotes.
func valueOf(markup []byte, name string) (string, bool) {
	for i := 0; i+len(name) <= len(markup); i++ {
		if !bytes.EqualFold(markup[i:i+len(name)], []byte(name)) {
			continue
		}
		rest := bytes.TrimLeft(markup[i+len(name):], " \t\r\n\f")
		if len(rest) == 0 || rest[0] != '=' {
			continue
		}
		rest = bytes.TrimLeft(rest[1:], " \t\r\n\f\"'")
		end := bytes.IndexAny(rest, " \t\r\n\f\"';>/")
		if end < 0 {
			end = len(rest)
		}
		return string(rest[:end]), true
	}
	return "", false
}

// isUTF8 reports whether a label names UTF-8
// (https://encoding.spec.whatwg.org/#names-and-labels).
func isUTF8(label string) bool {
	switch strings.ToLower(strings.TrimSpace(label)) {
	case "utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8":
		return true
	}
	return false
}

// validHead reports whether bytes that may be cut within a character are UTF-8.
func validHead(b []byte) bool {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	return utf8.Valid(b)
}

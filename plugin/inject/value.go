package inject

// value is what may name a slot: the value of an attribute or the text of a
// comment, kept across cuts.
type value struct {
	from attrSet // the attribute, or 0 for a comment
	n    int     // bytes so far, at most one more than it holds
	at   int     // offset in the body of the first byte
	text [maxValue + len("--")]byte
}

// maxValue bounds a value: a marker comment is "offer:", a name and some white
// space. What is longer names no slot.
const maxValue = maxName + 64

func (v *value) begin(from attrSet) { v.from, v.n = from, 0 }

// add appends p, which stands at offset at of the body.
func (v *value) add(p []byte, at int) {
	if v.n == 0 {
		v.at = at
	}
	if v.n > len(v.text) {
		return
	}
	if v.n+len(p) > len(v.text) {
		v.n = len(v.text) + 1
		return
	}
	v.n += copy(v.text[v.n:], p)
}

// drop removes the last n bytes, which the value has if it is not too long.
func (v *value) drop(n int) {
	if v.n <= len(v.text) {
		v.n -= n
	}
}

// trim removes white space around the value.
func (v *value) trim() {
	p := v.bytes()
	n := 0
	for n < len(p) && isSpace(p[n]) {
		n++
	}
	for v.n <= len(v.text) && v.n > n && isSpace(p[v.n-1]) {
		v.n--
	}
	if n > 0 {
		v.skip(n)
	}
}

// bytes returns the value, empty if it was too long.
func (v *value) bytes() []byte {
	if v.n > len(v.text) {
		return nil
	}
	return v.text[:v.n]
}

// skip drops the first n bytes, which the value has.
func (v *value) skip(n int) {
	v.n = copy(v.text[:], v.text[n:v.n])
	v.at += n
}

// cut removes prefix from the front of the value and reports whether it was
// there.
func (v *value) cut(prefix string) bool {
	p := v.bytes()
	if len(p) < len(prefix) || string(p[:len(prefix)]) != prefix {
		return false
	}
	v.skip(len(prefix))
	return true
}

package inject

// Whatever names a slot has two f, in any case, in the attribute data-offer-space
// or in a comment's "offer:", or it has "i_" at the front of an id. A body is
// searched for these few bytes, in the way that suits the machine; what stands
// around them is looked at here. The answer is yes too often where a script holds
// such text, which costs a scan, and never no wrongly.

// span is how much of a body is searched for one thing before the next, where
// that is done: it stays in the processor's first cache.
const span = 16 << 10

// hintedPair reports that the pair of f at b[i] may be part of a slot's name.
func hintedPair(b []byte, i int) bool {
	const before, after = len("data-o"), len("ffer-space")
	if i < 1 || len(b)-i < len("ffer:") {
		return false
	}
	if string(b[i-1:i+5]) == "offer:" {
		return afterComment(b, i-1)
	}
	if i < before || len(b)-i < after {
		return false
	}
	return fold(word(b, i-before)) == spaceHead && fold(word(b, i-before+8)) == spaceTail
}

// afterComment reports that nothing but white space stands between b[i] and the
// start of a comment before.
func afterComment(b []byte, i int) bool {
	i = skipBack(b, i)
	return i >= 4 && string(b[i-4:i]) == "<!--"
}

// hintedUnder reports that the '_' at b[i] may be the second byte of an id.
func hintedUnder(b []byte, i int) bool {
	if i < len(`id=i`) || b[i-1] != 'i' {
		return false
	}
	i--
	if c := b[i-1]; c == '"' || c == '\'' {
		i--
	}
	if i = skipBack(b, i); i == 0 || b[i-1] != '=' {
		return false
	}
	i = skipBack(b, i-1)
	return i >= 2 && b[i-1]|0x20 == 'd' && b[i-2]|0x20 == 'i'
}

// skipBack returns the offset behind the last byte before b[i] that is no white
// space.
func skipBack(b []byte, i int) int {
	for i > 0 && isSpace(b[i-1]) {
		i--
	}
	return i
}

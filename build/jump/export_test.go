package jump

// Compress is the body of the kernel.
func Compress() []byte { return compress() }

// Checked is Direct, but each function traps where a call has not left its stack
// pointer as it was.
func Checked(wasm []byte) []byte { return (&module{checked: true}).rewrite(wasm) }

// Fixed is in how many functions the stack pointer becomes constant, and in how many
// it could.
func Fixed(wasm []byte) (fixed, framed int) {
	m := new(module)
	m.rewrite(wasm)
	return m.fixed, m.framed
}

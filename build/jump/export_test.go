package jump

// Compress is the body of the kernel.
func Compress() []byte { return compress() }

// Checked is Direct, but each function traps where a call has not left its stack
// pointer as it was.
func Checked(wasm []byte) []byte { return (&module{checked: true}).rewrite(wasm) }

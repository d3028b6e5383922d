package jump

// Compress is the body of the kernel.
func Compress() []byte { return compress() }

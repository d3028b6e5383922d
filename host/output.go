package host

// maxOutput is how much of what an instance writes in its whole life is kept
// for the log: a Go stack trace has some 2 KiB.
const maxOutput = 4 << 10

// output takes what an instance writes to its standard output and error.
type output struct {
	b       []byte
	taken   int // bytes that b ever held
	dropped int // bytes beyond the limit
}

// Write implements io.Writer; it always succeeds.
func (o *output) Write(p []byte) (int, error) {
	n := min(len(p), maxOutput-o.taken)
	o.b = append(o.b, p[:n]...)
	o.taken += n
	o.dropped += len(p) - n
	return len(p), nil
}

// take empties o.
func (o *output) take() string {
	s := string(o.b)
	o.b = o.b[:0]
	return s
}

package record

// Lock is lock for tests.
var Lock = lock

// LineWithout makes a line without settings, which panics inside.
func LineWithout(request, response []byte) (line []byte, err error) {
	var s *settings
	return s.line([]byte("before"), &entry{request: request, response: response})
}

// MaxQueue is maxQueue for tests.
const MaxQueue = maxQueue

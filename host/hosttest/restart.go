package hosttest

// Restarting makes an engine of single instances: one whose call was an error is given
// up, by end, and another is started for the next request. The first is started now.
func Restarting[I interface {
	Handle(request []byte) ([]byte, error)
}](start func() (I, error), end func(I)) (*Running, error) {
	now, err := start()
	if err != nil {
		return nil, err
	}
	failed := false
	return &Running{Handle: func(request []byte) ([]byte, error) {
		if failed {
			again, err := start()
			if err != nil {
				return nil, err
			}
			now, failed = again, false
		}
		b, err := now.Handle(request)
		if failed = err != nil; failed {
			end(now)
		}
		return b, err
	}}, nil
}

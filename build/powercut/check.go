package main

import (
	"context"
	"fmt"

	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/faulttest"
)

// check opens what a power cut left, works on it, and opens it again.
func (w workload) check(dir string, promised [][]byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var p faulttest.Promises
	for i := range 2 * w.workers {
		p.Started(i)
	}
	for _, line := range promised {
		if err := p.Read(append(line[:len(line):len(line)], '\n')); err != nil {
			return err
		}
	}
	s, err := bolt.Open(bolt.Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := faulttest.Check(context.Background(), s, &p); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	return faulttest.CheckFiles(dir)
}

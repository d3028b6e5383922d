//go:build !linux

package main

import (
	"errors"
	"time"
)

func cores() (measured, rest int, ok bool) { return 0, 0, false }

func pin(...int) error { return errors.ErrUnsupported }

func cpuOf(int) (time.Duration, error) { return 0, errors.ErrUnsupported }

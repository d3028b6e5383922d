//go:build !unix

package main

import "time"

var started = time.Now()

// used is the clock's time, where the system does not tell the process's own.
func used() time.Duration { return time.Since(started) }

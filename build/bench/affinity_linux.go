package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cores are two processors that this process may run on, one for what is
// measured and one for the rest; ok is false if there is only one.
func cores() (measured, rest int, ok bool) {
	var all unix.CPUSet
	if unix.SchedGetaffinity(0, &all) != nil {
		return 0, 0, false
	}
	var found []int
	for i := range len(all) * 64 {
		if all.IsSet(i) {
			found = append(found, i)
		}
	}
	if len(found) < 2 {
		return 0, 0, false
	}
	return found[1], found[0], true
}

// pin keeps every thread of this process on the given processors, and with them
// the threads and processes that they start.
func pin(processors ...int) error {
	var set unix.CPUSet
	for _, p := range processors {
		set.Set(p)
	}
	threads, err := filepath.Glob("/proc/self/task/[0-9]*")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(filepath.Base(t))
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil && err != unix.ESRCH { // a thread may end
			return fmt.Errorf("processors %v: %w", processors, err)
		}
	}
	return nil
}

// cpuOf is what a process has used of its processors. Threads that have ended do
// not count; those of servers live on.
func cpuOf(pid int) (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*/schedstat", pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("process %d: no schedstat", pid)
	}
	var sum time.Duration
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has just ended
		}
		first, _, _ := strings.Cut(string(b), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}

package main

import "bytes"

// action is what an operation does to the disk.
type action uint8

const (
	write    action = iota // data at an offset of a file
	resize                 // a file gets another length
	flush                  // fsync or fdatasync of a file
	create                 // a new, empty file gets a name
	makeDir                // a new directory gets a name
	remove                 // a name goes
	rename                 // a name becomes another, which it replaces
	flushDir               // fsync of a directory
	promise                // not of the disk: the store has acknowledged something
)

var actions = [...]string{"write", "resize", "flush", "create", "makeDir", "remove", "rename", "flushDir", "promise"}

func (a action) String() string { return actions[a] }

// operation is one thing that the system was asked to do, in the order in which
// it was.
type operation struct {
	action action
	file   int    // of write, resize, flush, create: each file has a number for life
	name   string // of those that concern names: the path below the mount
	to     string // of rename
	offset int64  // of write; of resize the length
	data   []byte // of write and promise
	failed bool   // it answered with an error; data is what was taken in all the same
}

// trace is a run, from the empty disk on.
type trace []operation

// promises gives what was acknowledged before operation n, a line each.
func (t trace) promises(n int) [][]byte {
	var lines [][]byte
	for _, o := range t[:n] {
		if o.action == promise {
			lines = append(lines, bytes.Split(bytes.TrimSpace(o.data), []byte("\n"))...)
		}
	}
	return lines
}

// after is where operation n of those that could fail is.
func (t trace) after(n int) int {
	for i := range t {
		if t[i].action == promise {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return len(t)
}

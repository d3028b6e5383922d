// Package main is a guest whose host calls it again while it is called. What it keeps
// on the stack around that has to be there afterwards, wherever the stack is then.
package main

import "runtime"

func main() {}

// again has the host call Inner.
//
//go:wasmimport test again
func again(depth, collect uint32) uint32

// deep needs a stack for so many frames, and gives 0.
func deep(n uint32) int {
	var frame [16]int
	if n == 0 {
		return 0
	}
	frame[n%16] = int(n)
	return deep(n-1) + frame[n%16] - int(n)
}

var kept [][]byte

// Inner is what the host calls: it makes the stack larger by its depth, or smaller by
// collecting garbage.
//
//go:wasmexport inner
func Inner(depth, collect uint32) uint32 {
	for range collect {
		runtime.GC()
	}
	kept = append(kept, make([]byte, 4096))
	return uint32(deep(depth)) + 1
}

// Outer gives 1 if what it had on the stack is there when the host has come back.
//
//go:wasmexport outer
func Outer(depth, collect uint32) uint32 {
	values := [4]int{1, 2, 3, 4}
	got := ask(depth, collect, &values)
	if deep(200) != 0 || values != [4]int{2, 3, 4, 5} {
		return 0
	}
	return got
}

//go:noinline
func ask(depth, collect uint32, values *[4]int) uint32 {
	var own [4]int
	for i := range own {
		own[i] = values[i] + int(depth)
	}
	got := again(depth, collect)
	for i := range own {
		if own[i] != values[i]+int(depth) {
			return 0
		}
		values[i]++
	}
	return got
}

//go:build wasip1

// Command guest does what makes Go enter functions again in their middle: it
// switches goroutines, grows stacks, panics, recovers and defers, and prints
// what came of it.
package main

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

func main() {
	fmt.Println("goroutines", goroutines(50))
	fmt.Println("select", selecting())
	fmt.Println("stack", deep(1_000))
	fmt.Println("recover", recovered(3), recovered(0), recovered(-1))
	fmt.Println("defers", defers(5))
	fmt.Println("nested", nested())
	fmt.Println("floats", floats())
	fmt.Println("text", text())
	fmt.Println("collected", collected())
	fmt.Println("shrunk", shrunk(40), deep(2_000), shrunk(40))
	fmt.Println("shared", shared())
	time.Sleep(time.Millisecond) // parks the only goroutine: the scheduler has to come back to it
	fmt.Println("switches", switches())
}

func goroutines(n int) int {
	var wait sync.WaitGroup
	var lock sync.Mutex
	sum := 0
	for i := range n {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for k := range i {
				runtime.Gosched()
				lock.Lock()
				sum += k
				lock.Unlock()
			}
		}()
	}
	wait.Wait()
	return sum
}

func selecting() (got []int) {
	a, b, done := make(chan int), make(chan int, 2), make(chan struct{})
	go func() {
		for i := range 4 {
			a <- i
		}
		close(done)
	}()
	b <- 100
	b <- 200
	for {
		select {
		case v := <-a:
			got = append(got, v)
		case v := <-b:
			got = append(got, v)
		case <-done:
			sort.Ints(got)
			return got
		}
	}
}

func deep(n int) int {
	var frame [16]int
	if n == 0 {
		return 0
	}
	frame[n%16] = n
	return deep(n-1) + frame[n%16] - n + 1
}

func recovered(n int) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint("panic: ", r)
		}
	}()
	list := []int{1, 2, 3}
	if n < 0 {
		panic(errors.New("below zero"))
	}
	return fmt.Sprint(list[n], 10/n)
}

func defers(n int) (out []int) {
	for i := range n {
		defer func() { out = append(out, i) }()
	}
	return nil
}

func nested() (text string) {
	defer func() { text += fmt.Sprint(recover()) }()
	defer func() {
		defer func() { text += fmt.Sprint(recover(), " ") }()
		panic("second")
	}()
	panic("first")
}

func floats() string {
	var s []string
	for _, x := range []float64{0, 1.5, -2, math.Inf(1), math.NaN(), 1e300} {
		s = append(s, fmt.Sprint(math.Floor(x/3), x > 1, int32(math.Mod(x, 7)) == 2, math.Float64bits(x)>>52))
	}
	return strings.Join(s, " ")
}

func text() string {
	words := map[string]int{}
	for word := range strings.FieldsSeq("the cat and the dog and the bird") {
		words[word]++
	}
	return fmt.Sprint(words, strings.Repeat("ab", 3), strings.ToUpper("é"))
}

func collected() bool {
	type node struct{ next *node }
	var list *node
	for i := range 200_000 {
		if i%1000 == 0 {
			list = nil
		}
		list = &node{list}
	}
	runtime.GC()
	return list != nil
}

// shrunk collects garbage at the bottom of calls, after a stack was deep: it is made
// smaller while they wait.
func shrunk(n int) int {
	var frame [8]int
	list := make([]int, n)
	for i := range frame {
		frame[i] = n * i
	}
	if n == 0 {
		for range 3 {
			runtime.GC()
			runtime.Gosched()
		}
		return deep(100)
	}
	below := shrunk(n - 1)
	for i := range frame {
		below += frame[i] - n*i
	}
	return below + len(list)
}

// pair is what others write to through pointers while it lies in a frame.
type pair struct{ at, other *int }

// shared reads pointers from its frame before and after others have written there.
func shared() (out []int) {
	a, b, c := 1, 2, 3
	p := pair{&a, &b}
	list := [3]*int{&a, &b, &c}
	for i := range 4 {
		out = append(out, *p.at, *p.other)
		turn(&p)
		out = append(out, *p.at, *p.other)
		if i%2 == 0 {
			set(list[:], i%3, &c)
		}
		out = append(out, *list[i%3], *list[2])
		whole := &p
		*whole = pair{list[i%3], p.at}
		out = append(out, *p.at, *p.other)
		p.other = &c
		out = append(out, *whole.other)
		q := p
		q.at, q.other = q.other, q.at
		copy(list[1:], list[:2])
		out = append(out, *q.at, *q.other, *list[1], *list[2])
		*q.at += i
	}
	return out
}

//go:noinline
func turn(p *pair) { p.at, p.other = p.other, p.at }

//go:noinline
func set(list []*int, i int, to *int) { list[i] = to }

func switches() (n int) {
	for i := range 40 {
		switch i % 9 {
		case 0, 4:
			n += 1
		case 1:
			if n > 10 {
				continue
			}
			n += 2
		case 2, 8:
			n *= 2
		case 3:
			n -= 5
		default:
			n ^= i
		}
	}
	return n
}

package main

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
)

// sector is what a disk writes whole or not at all, in bytes.
const sector = 512

// disk is what would be found after a power cut. It follows a trace: what was
// flushed is there for certain, and of everything since then chance decides. The
// rules are those of POSIX, harder than those of most file systems: writes that
// were not flushed come in any order or not at all, each sector by itself, and a
// name lasts only when its directory was flushed.
type disk struct {
	files   map[int]*file
	names   map[string]int // of files, as they last; directories have the number 0
	renamed []operation    // changes of names that do not last yet, in order
}

// file is what a disk has of one.
type file struct {
	lasting content
	pending []operation // writes and changes of length since the last flush
}

func newDisk() *disk {
	return &disk{files: map[int]*file{}, names: map[string]int{}}
}

// take lets an operation happen.
func (d *disk) take(o *operation) {
	switch o.action {
	case write, resize:
		d.files[o.file].pending = append(d.files[o.file].pending, *o)
	case flush:
		d.files[o.file].flush(o.failed)
	case create:
		d.files[o.file] = &file{}
		d.renamed = append(d.renamed, *o)
	case makeDir, remove, rename:
		if !o.failed {
			d.renamed = append(d.renamed, *o)
		}
	case flushDir:
		d.flushNames(o)
	}
}

// flush makes what is pending last. If it fails, none of it will: the system takes
// the pages for clean from then on, as Linux does, and only what is written again
// can be flushed again.
func (f *file) flush(failed bool) {
	if !failed {
		for i := range f.pending {
			f.lasting.apply(&f.pending[i], nil)
		}
	}
	f.pending = nil
}

// flushNames makes the changes of names in a directory last. Those before them in
// other directories come along, as a journal has it.
func (d *disk) flushNames(o *operation) {
	if o.failed {
		return
	}
	last := 0
	for i, r := range d.renamed {
		if path.Dir(r.name) == o.name || r.to != "" && path.Dir(r.to) == o.name {
			last = i + 1
		}
	}
	for i := range last {
		change(d.names, &d.renamed[i])
	}
	d.renamed = d.renamed[last:]
}

// change does to names what an operation does.
func change(names map[string]int, o *operation) {
	switch o.action {
	case create:
		names[o.name] = o.file
	case makeDir:
		names[o.name] = 0
	case remove:
		delete(names, o.name)
	case rename:
		for name, file := range maps.Clone(names) {
			if rest, below := strings.CutPrefix(name, o.name+"/"); below {
				delete(names, name)
				names[o.to+"/"+rest] = file
			}
		}
		names[o.to] = names[o.name]
		delete(names, o.name)
	}
}

// image is a directory tree: files by path, nil for a directory.
type image map[string]*content

// luck says what becomes of what was not flushed.
type luck func(n int) (kept int, sectors func() bool)

// lost, lucky: nothing, everything of what was not flushed is there.
func lost(int) (int, func() bool)    { return 0, func() bool { return false } }
func lucky(n int) (int, func() bool) { return n, func() bool { return true } }

// torn lets chance decide: how many names are there, and which sectors. One write
// in three is torn; else it is there or not as a whole.
func torn(r *rand.Rand) luck {
	return func(n int) (int, func() bool) {
		kept := r.IntN(n + 1)
		switch r.IntN(6) {
		case 0, 1:
			return kept, func() bool { return r.IntN(2) == 0 }
		case 2, 3:
			return kept, func() bool { return true }
		}
		return kept, func() bool { return false }
	}
}

// cut gives what is found when the power fails now.
func (d *disk) cut(l luck) image {
	names := maps.Clone(d.names)
	kept, _ := l(len(d.renamed))
	for i := range kept {
		change(names, &d.renamed[i])
	}
	tree := image{}
	for name, number := range names {
		if number == 0 {
			tree[name] = nil
			continue
		}
		f := d.files[number]
		c := f.lasting.clone()
		for i := range f.pending {
			_, keep := l(0)
			if f.pending[i].action == resize && !keep() {
				continue
			}
			c.apply(&f.pending[i], keep)
		}
		tree[name] = &c
	}
	return tree
}

// paths are sorted, so that directories come before what is in them.
func (i image) paths() []string { return slices.Sorted(maps.Keys(i)) }

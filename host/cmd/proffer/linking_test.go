package main

import (
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/host/store"
)

// TestLifeOfAVisitor is that of two browsers and two people: what was shown goes
// with the person from the log-in on, wherever that is, and with nobody else.
func TestLifeOfAVisitor(t *testing.T) {
	dir, keys := filepath.Join(t.TempDir(), "store"), newKeys(t)
	importPeople(t, dir, personLine("anna", "carpe diem"), personLine("bert", "festina lente"))
	s, _ := keeping(t, serveCommand{Origin: lifeSite(t), Catalog: catalogFile(t, lifeCatalog), Keys: keys, Store: "file:" + dir})
	a, b := newDevice(t, s, keys, time.Now), newDevice(t, s, keys, time.Now)
	knows := func(id string) bool {
		status, _, _ := heldBy(t, s, keys, "visitor", "export", id)
		return status == 0
	}

	a.sees("/1", "one stranger none")
	first := a.id()
	if knows(first) {
		t.Error("a stranger has a row after one page")
	}
	a.sees("/2", "two stranger /1") // the row begins, with what the cookie had
	if !knows(first) || a.id() != first {
		t.Error("who came back has no row, or another id")
	}
	a.sees("/3", "three stranger /2")

	a.logIn("anna")
	offer, accept := a.page("/4")
	if offer != "four known carpe diem" {
		t.Errorf("logged in: %q", offer)
	}
	a.post(accept)
	if _, held, _ := heldBy(t, s, keys, "people", "export", "anna", "--source", "main"); !strings.Contains(held, `"visitors":["`+first+`"]`) || !strings.Contains(held, `"accepted"`) {
		t.Errorf("of anna: %s", held)
	}

	b.logIn("anna") // what A was shown counts
	b.sees("/5", "five known carpe diem")
	b.sees("/6", "")
	b.logIn("")
	b.page("/7") // implicitly, by the link: nothing is left for the person
	if _, held, _ := heldBy(t, s, keys, "visitor", "export", b.id()); !strings.Contains(held, `"key":"anna"`) {
		t.Errorf("of B: %s", held)
	}
	b.sees("/7", "")

	a.logIn("bert") // another person on the same browser
	a.sees("/8", "one known festina lente")
	if a.id() == first || !knows(first) {
		t.Error("bert has anna's visitor, or that is gone")
	}
	if _, held, _ := heldBy(t, s, keys, "people", "export", "bert", "--source", "main"); strings.Contains(held, first) || strings.Contains(held, "/2") {
		t.Errorf("bert has something of anna's: %s", held)
	}
	a.logIn("")
	a.sees("/9", "two known festina lente")
	heldOf := a.id()
	a.forgets()
	if knows(heldOf) {
		t.Error("who was forgotten is held")
	}
	a.sees("/10", "one stranger none")
	b.sees("/10", "")
}

// forgets asks to be forgotten, and holds that the cookie goes.
func (b *device) forgets() {
	b.Helper()
	b.post("/.proffer/forget")
	for _, c := range b.Jar.Cookies(b.at()) {
		if c.Name == "proffer" {
			b.Error("who was forgotten has the cookie")
		}
	}
}

// TestKeptAsLongAsSaid lets two months go by: whom nobody knows is gone, who is linked
// to a person stays.
func TestKeptAsLongAsSaid(t *testing.T) {
	dir, keys := filepath.Join(t.TempDir(), "store"), newKeys(t)
	importPeople(t, dir, personLine("anna", "carpe diem"))
	c := &calendar{sweeps: make(chan int64, 1000)}
	c.seconds.Store(july().Unix())
	stores := make(chan *service.Storage, 1)
	s, _ := keeping(t, serveCommand{
		Origin: lifeSite(t), Catalog: catalogFile(t, lifeCatalog), Keys: keys, Store: "file:" + dir,
		clock: c.now, opened: func(s *service.Storage) { stores <- s },
	})
	kept := <-stores
	anna, nobody := newDevice(t, s, keys, c.now), newDevice(t, s, keys, c.now)
	for _, d := range []*device{anna, nobody} {
		d.page("/1")
		d.page("/2")
	}
	anna.logIn("anna")
	_, accept := anna.page("/3")
	anna.post(accept) // with it everything is on the disk, where sweeps look
	anna.logIn("")
	for day := 1; day <= 61; day++ {
		c.nextDay(kept)
		for d, want := range map[*device]bool{anna: true, nobody: day <= 60} {
			id, err := service.ParseVisitor(d.id())
			if err != nil {
				t.Fatal(err)
			}
			if err := kept.Export(t.Context(), store.Subject{Visitor: id}, io.Discard); (err == nil) != want || err != nil && !errors.Is(err, store.ErrUnknown) {
				t.Errorf("on day %d: %v, want known %v", day, err, want)
			}
		}
	}
	anna.sees("/4", "one known carpe diem") // by the link; and nothing is capped any more
}

// calendar is a clock that tells when a store has looked at it to sweep.
type calendar struct {
	seconds atomic.Int64
	sweeps  chan int64 // the times
}

func (c *calendar) now() time.Time {
	if pc, _, _, ok := runtime.Caller(1); ok && strings.HasSuffix(runtime.FuncForPC(pc).Name(), "(*sweeper).sweep") {
		c.sweeps <- c.seconds.Load()
	}
	return time.Unix(c.seconds.Load(), 0).UTC()
}

// nextDay comes back when the store has swept on the next day.
func (c *calendar) nextDay(s *service.Storage) {
	today := c.seconds.Add(24 * 60 * 60)
	for range 2 { // the second sweep begins when the first has ended
		s.Retain(60*24*time.Hour, 365*24*time.Hour)
		for <-c.sweeps != today {
		}
	}
}

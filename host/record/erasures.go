package record

import (
	"sync"
	"time"
)

// erasureHolds is how long nothing about who was erased is recorded: longer than an
// origin may take for the page of a visitor who was looked up before.
const erasureHolds = 10 * time.Minute

// erasures are those who were erased a moment ago. They are safe for concurrent use.
type erasures struct {
	mu    sync.Mutex
	until map[subject]time.Time
}

// add notes who is erased now, and forgets who was long ago.
func (e *erasures) add(now time.Time, who ...subject) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clean(now)
	if e.until == nil {
		e.until = map[subject]time.Time{}
	}
	for _, s := range who {
		e.until[s] = now.Add(erasureHolds)
	}
}

// has reports whether a record's line names one of them.
func (e *erasures) has(line []byte, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.clean(now); len(e.until) == 0 {
		return false
	}
	for _, s := range named(line) {
		if _, gone := e.until[s]; gone {
			return true
		}
	}
	return false
}

func (e *erasures) clean(now time.Time) {
	for s, until := range e.until {
		if !now.Before(until) {
			delete(e.until, s)
		}
	}
}

package caddy

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/service"
)

// A directory of visitors, or of events, is locked for one that writes there. While
// Caddy takes on a configuration, what the last one runs is there, too, and two sites
// may have the same directory. So what writes is shared by all that name it, and ends
// with the last of them.
var (
	storages = shelf[*service.Storage]{label: "store", keys: "store or webhook"}
	journals = shelf[proxy.Events]{label: "dir", keys: "events"}
)

// shelf has things by their names. One is opened or closed at a time: what has just
// been let go of is closed before it is opened again.
type shelf[T any] struct {
	label  string // of metrics, whose value is the name
	keys   string // of the configuration file, by which settings differ
	mu     sync.Mutex
	things map[string]*thing[T]
}

// thing is one of them.
type thing[T any] struct {
	value    T
	settings string // that it was opened with
	users    int
	end      func()
	logs     *relay
	metrics  *collected
}

// take gives what has a name, which is opened unless it is there, and what lets go of
// it. It logs to who takes it, as long as they have it.
func (s *shelf[T]) take(name, settings string, logs slog.Handler, open func(*slog.Logger, *collected) (T, func(), error)) (value T, metrics *collected, release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.things[name]
	if t == nil {
		t = &thing[T]{settings: settings, logs: &relay{}, metrics: &collected{labels: map[string]string{s.label: name}}}
		opening := t.logs.add(logs)
		t.value, t.end, err = open(slog.New(t.logs), t.metrics)
		t.logs.remove(opening)
		if err != nil {
			return value, nil, nil, err
		}
		if s.things == nil {
			s.things = map[string]*thing[T]{}
		}
		s.things[name] = t
	}
	if t.settings != settings {
		return value, nil, nil, fmt.Errorf("%s is in use with other settings (%s of the configuration file): restart Caddy, or load a configuration without it first", name, s.keys)
	}
	t.users++
	u := t.logs.add(logs)
	return t.value, t.metrics, func() { s.giveBack(name, u) }, nil
}

// giveBack ends a thing with its last user.
func (s *shelf[T]) giveBack(name string, u *user) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.things[name]
	if t.users--; t.users == 0 {
		delete(s.things, name)
		t.end()
	}
	t.logs.remove(u)
}

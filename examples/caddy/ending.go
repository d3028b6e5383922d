package caddy

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// drainTimeout is how long requests of an ended configuration get offers. What is
// longer under way is an event stream or a websocket, and needs none.
const drainTimeout = 10 * time.Second

// lingering is how long requests may still begin after the last handler is gone: those
// that Caddy's server had read by then, and that have not come to the handler yet.
const lingering = time.Second

// What lingers does not do so longer than the process, which waits until it is closed.
var (
	ending  sync.WaitGroup
	exiting = make(chan struct{})
)

// Caddy calls this when all configurations are cleaned up, and exits after it.
func init() {
	caddy.OnExit(func(context.Context) {
		close(exiting)
		ending.Wait()
	})
}

// Destruct ends it when the last handler is gone. At a reload Caddy does not wait for
// requests that are under way, so that this must not either. Where the process ends
// they are through, and nobody waits for what is not done when this comes back.
func (r *running) Destruct() error {
	present.remove(r)
	r.unfollow() // what is saved from now on is for the next
	r.tellLifted()
	if caddy.Exiting() {
		r.close()
		return nil
	}
	ending.Go(r.linger)
	return nil
}

// linger ends it when its requests are through.
func (r *running) linger() {
	select {
	case <-time.After(lingering):
	case <-exiting:
	}
	through := make(chan struct{})
	go func() {
		r.requests.Lock()
		close(through)
	}()
	select {
	case <-through:
	case <-time.After(drainTimeout):
	case <-exiting:
	}
	r.close()
}

// tellLifted logs the pauses that end with it, for no file has them.
func (r *running) tellLifted() {
	if r.options.paused != "" {
		return
	}
	list, _ := r.Pauses.State()
	for _, one := range list {
		r.logger.Warn("a pause ends with the handler", "environment", one.Environment, one.Kind, one.Name)
	}
}

// close frees what there is.
func (r *running) close() {
	r.stop()
	if r.Instance != nil {
		r.Close()
	}
	for _, end := range slices.Backward(r.ends) {
		end()
	}
}

package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/bolt"
	"github.com/profferhq/proffer/host/store/remote"
	"github.com/profferhq/proffer/plugin/abi"
)

// visitors are those in a store as one instance serves them.
type visitors struct {
	*Storage
	requests Requests // that are recorded, and name visitors
	pages    *proxy.Middleware
}

// Erase erases all that is kept of a subject, as the visitor or a peer wishes. Of
// such wishes there may be many: what was in free pages of the file is overwritten a
// little later, for all of them at once.
func (v *visitors) Erase(ctx context.Context, who store.Subject) error {
	all := v.subjects()
	all.State = forgetful{v.Store}
	_, err := all.Erase(ctx, who)
	return err
}

// subjects are those of whom something is kept.
func (v *visitors) subjects() *Subjects {
	return &Subjects{State: v.Store, People: v.people, Requests: v.requests, Logger: v.logger}
}

// forgetful is a store that does not wait until nothing of a visitor is left in free
// pages of its file.
type forgetful struct{ *bolt.Store }

// Erase erases a subject, and does not say whether it was known.
func (f forgetful) Erase(ctx context.Context, who store.Subject) error {
	if who.Key != "" {
		return f.Store.Erase(ctx, who)
	}
	return f.Append(ctx, &store.Change{
		Changes: abi.Changes{Visitor: who.Visitor[:], Forget: true}, Since: store.Always, Durable: true,
	})
}

// drain waits for what pages have shown to be taken in.
func (v *visitors) drain() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := v.pages.Close(ctx); err != nil {
		v.logger.Error("what was shown last may be lost", "error", err)
	}
}

// tell says how the store is, for /readyz. Pages go on in any case.
func (v *visitors) tell(w io.Writer) {
	trouble := errors.Join(v.pages.StoreTrouble(), v.people.Err())
	if trouble == nil {
		fmt.Fprintf(w, "store %s works\n", v.url)
		return
	}
	fmt.Fprintf(w, "store %s does not work, pages are decided by cookies: %s\n", v.url, strings.ReplaceAll(trouble.Error(), "\n", "; "))
}

// visitors adds POST /v1/record and POST /v1/events, and what /readyz says of a store.
func (o *Operators) visitors(v *visitors, sink proxy.Events) {
	if v == nil {
		return
	}
	o.told = append(o.told, v.tell)
	peers := &remote.Server{Store: v, Authorize: o.authorize}
	if sink != nil {
		peers.Events = sink
	}
	o.private("POST /v1/record", http.HandlerFunc(peers.Record))
	o.private("POST /v1/events", http.HandlerFunc(peers.Tell))
	o.subjects(v.subjects())
}

package proxy_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/plugin/abi"
)

// changing is the reply of a module that has a status of a proposition stored.
func changing(status catalog.Status, kind string) abi.Reply {
	return abi.Reply{
		Code: 204, Cookies: texts("proffer_e=a"), Events: texts(lineOf(kind)),
		HasChanges: true, Changes: abi.Changes{Visitor: visitorID, History: abi.AppendHistory(nil, []abi.HistoryEntry{
			{ID: []byte("12345678"), Offer: []byte("beach"), Status: status, Time: 1, Environment: []byte("visitors")},
		})},
	}
}

// ordered notes in which order things happen.
type ordered struct {
	taken
	steps *[]string
}

func (o *ordered) Put(lines [][]byte) {
	*o.steps = append(*o.steps, fmt.Sprintf("put %t", aliased(lines)))
}

func (o *ordered) Commit(_ context.Context, lines [][]byte) error {
	*o.steps = append(*o.steps, fmt.Sprintf("commit %t", aliased(lines)))
	return o.err
}

func aliased(lines [][]byte) bool {
	return len(lines) > 0 && strings.HasSuffix(string(lines[0]), "&a=0123456789abcdef")
}

// What an event changes is stored, then told to the log of events, then to the
// visitor; of an acceptance and a rejection none is told if the one before fails.
func TestStoreReplies(t *testing.T) {
	for name, c := range map[string]struct {
		reply  abi.Reply
		stored error
		logged error
		events bool
		code   int
		steps  string
	}{
		"click":                {changing(catalog.Interested, "clicked"), nil, errTest, true, 204, "[append false, put true]"},
		"click, not stored":    {changing(catalog.Interested, "clicked"), errTest, errTest, true, 204, "[append false, put false]"},
		"accepted":             {changing(catalog.Accepted, "accepted"), nil, nil, true, 204, "[append true, commit true]"},
		"rejected":             {changing(catalog.Rejected, "rejected"), nil, nil, true, 204, "[append true, commit true]"},
		"accepted, not stored": {changing(catalog.Accepted, "accepted"), errTest, nil, true, 503, "[append true]"},
		"accepted, not logged": {changing(catalog.Accepted, "accepted"), nil, errTest, true, 503, "[append true, commit true]"},
		"accepted, no log":     {changing(catalog.Accepted, "accepted"), nil, nil, false, 204, "[append true]"},
		"no log, not stored":   {changing(catalog.Scheduled, "accepted"), errTest, nil, false, 503, "[append true]"},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, front front) {
				var steps []string
				s := &fakeStore{append: func(_ context.Context, change *store.Change) error {
					steps = append(steps, fmt.Sprintf("append %t", change.Durable))
					if change.Since != store.Always || string(change.Changes.Visitor) != string(visitorID) {
						t.Errorf("told %+v", change)
					}
					if c.stored == nil {
						for i := range change.Events {
							change.Events[i] = append(append([]byte(nil), change.Events[i]...), "&a=0123456789abcdef"...)
						}
					}
					return c.stored
				}}
				config := proxy.Config{Engine: replying(t, func(r *abi.Request) []byte {
					reply := c.reply
					if !r.Want.Has(abi.WantEvents) {
						reply.Events = nil
					}
					return plainReply(reply)
				}), Store: s, LookupWait: time.Hour}
				if c.events {
					config.Events = &ordered{taken{err: c.logged}, &steps}
				}
				code, header, _ := send(t, "POST", front(t, middleware(t, config), nobody(t))+"/.proffer/event", nil)
				if got := "[" + strings.Join(steps, ", ") + "]"; code != c.code || got != c.steps {
					t.Errorf("%d after %s, want %d after %s", code, got, c.code, c.steps)
				}
				if set := len(header["Set-Cookie"]) == 1; set != (c.code == 204) {
					t.Errorf("cookies are %q", header["Set-Cookie"])
				}
			})
		})
	}
}

// Who is to be forgotten is erased before the visitor is told.
func TestStoreForgets(t *testing.T) {
	for name, c := range map[string]struct {
		erase func(context.Context, store.Subject) error
		code  int
	}{
		"erased":  {func(context.Context, store.Subject) error { return nil }, 204},
		"unknown": {func(context.Context, store.Subject) error { return fmt.Errorf("wrapped: %w", store.ErrUnknown) }, 204},
		"failed":  {func(context.Context, store.Subject) error { return errTest }, 503},
		"panic":   {func(context.Context, store.Subject) error { panic(errTest) }, 503},
	} {
		t.Run(name, func(t *testing.T) {
			var erased []string
			s := &fakeStore{erase: func(ctx context.Context, subject store.Subject) error {
				erased = append(erased, string(subject.Visitor[:])+subject.Source+subject.Key)
				if _, ok := ctx.Deadline(); !ok {
					t.Error("without a deadline")
				}
				return c.erase(ctx, subject)
			}}
			engine := replying(t, func(*abi.Request) []byte {
				return plainReply(abi.Reply{Code: 204, Cookies: texts("proffer=; Max-Age=0"), HasChanges: true, Changes: abi.Changes{Visitor: visitorID, Forget: true}})
			})
			m := middleware(t, proxy.Config{Engine: engine, Store: s, LookupWait: time.Hour})
			code, header, _ := send(t, "POST", serve(t, m.Wrap(nobody(t)))+"/.proffer/forget", nil)
			if code != c.code || fmt.Sprint(erased) != "["+string(visitorID)+"]" || len(s.told()) != 0 {
				t.Errorf("%d, erased %v, told %+v", code, erased, s.told())
			}
			if set := len(header["Set-Cookie"]) == 1; set != (c.code == 204) {
				t.Errorf("cookies are %q", header["Set-Cookie"])
			}
		})
	}
}

// A store that delivers events gets all of them; another those of whom it knows.
func TestStoreOutbox(t *testing.T) {
	for name, c := range map[string]struct {
		outbox, known bool
		told          int
	}{
		"outbox, stranger": {true, false, 1},
		"outbox, known":    {true, true, 1},
		"stranger":         {false, false, 0},
		"known":            {false, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := &fakeStore{}
			engine := replying(t, func(r *abi.Request) []byte {
				if c.known && !r.HasRecord {
					return abi.AppendNeed(nil, &abi.Need{Visitor: visitorID, Folders: texts("visitors")})
				}
				return plainReply(abi.Reply{Code: 204, Events: texts(lineOf("seen"))})
			})
			log := &taken{}
			m := middleware(t, proxy.Config{Engine: engine, Store: s, LookupWait: time.Hour, Events: log, Outbox: c.outbox})
			if code, _, _ := send(t, "POST", serve(t, m.Wrap(nobody(t)))+"/.proffer/event", nil); code != http.StatusNoContent {
				t.Error(code)
			}
			told := s.told()
			if len(told) != c.told || len(log.put) != 1 || strings.HasSuffix(log.put[0], "&a=00000000000000aa") != (c.told == 1) {
				t.Errorf("told %+v, put %q", told, log.put)
			}
			if len(told) == 1 && (told[0].visitor != "") != c.known {
				t.Errorf("told of %q", told[0].visitor)
			}
		})
	}
}

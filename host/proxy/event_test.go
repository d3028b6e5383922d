package proxy_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/host/proxy"
	"github.com/profferhq/proffer/plugin/abi"
)

// taken is an event log that remembers.
type taken struct {
	mu        sync.Mutex
	put       []string
	committed []string
	err       error
}

func (l *taken) Put(lines [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range lines {
		l.put = append(l.put, string(line))
	}
}

func (l *taken) Commit(ctx context.Context, lines [][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := ctx.Deadline(); !ok {
		return errors.New("without a deadline")
	}
	for _, line := range lines {
		l.committed = append(l.committed, string(line))
	}
	return l.err
}

func lineOf(kind string) string {
	return "proffer-event/1 e=" + kind + "&t=1790000000000&p=0011223344556677&v=visitors&s=hero&c=web&o=beach"
}

// Of a reply's events an acceptance is on the disk before the visitor is told;
// if it cannot be, nothing has happened.
func TestReplyEvents(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		err   error
		want  int
		put   int
		waits int
	}{
		"click":            {[]string{lineOf("clicked")}, errTest, 204, 1, 0},
		"accepted":         {[]string{lineOf("seen"), lineOf("accepted")}, nil, 204, 0, 2},
		"rejected":         {[]string{lineOf("rejected")}, nil, 204, 0, 1},
		"accepted, failed": {[]string{lineOf("accepted")}, errTest, 503, 0, 1},
		"none":             {nil, errTest, 204, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			engine := replying(t, func(r *abi.Request) []byte {
				if r.Want != abi.WantEvents {
					t.Errorf("want is %d", r.Want)
				}
				return plainReply(abi.Reply{Code: 204, Cookies: texts("proffer_e=a"), Events: texts(c.lines...)})
			})
			everywhere(t, func(t *testing.T, front front) {
				log := &taken{err: c.err}
				url := front(t, middleware(t, proxy.Config{Engine: engine, Events: log}), nobody(t))
				status, header, _ := send(t, "POST", url+"/.proffer/event", nil)
				if status != c.want || len(log.put) != c.put || len(log.committed) != c.waits {
					t.Errorf("%d, put %q, committed %q", status, log.put, log.committed)
				}
				if set := len(header["Set-Cookie"]) == 1; set != (c.want == 204) {
					t.Errorf("cookies are %q", header["Set-Cookie"])
				}
			})
		})
	}
}

// A page's events are taken once it is decided, and nobody waits for them.
func TestPageEvents(t *testing.T) {
	wanted := 0
	engine := handling(t, func(inner host.Session, ctx context.Context, dst, request []byte) ([]byte, error) {
		q := new(abi.Request)
		if status, text := q.Decode(request); status != abi.StatusOK {
			t.Error(text)
		}
		if q.Want.Has(abi.WantEvents) {
			wanted++
		}
		b, err := inner.Handle(ctx, nil, request)
		if err != nil {
			return dst, err
		}
		r, err := abi.DecodeResponse(b)
		if err != nil {
			return dst, err
		}
		if q.Want.Has(abi.WantEvents) {
			r.Answer.Events = texts(lineOf("shown"), lineOf("decided"))
		}
		return abi.AppendAnswer(dst, &r.Answer), nil
	})
	everywhere(t, func(t *testing.T, front front) {
		wanted = 0
		log := &taken{err: errTest}
		url := front(t, middleware(t, proxy.Config{Engine: engine, Events: log}), page(slotted))
		if a := ask(t, url, "GET", "/any", navigation...); a.body != filledIn || len(log.put) != 2 || len(log.committed) != 0 {
			t.Errorf("%v, put %q, committed %q", a, log.put, log.committed)
		}
		ask(t, url, "HEAD", "/listed", navigation...)
		if wanted != 1 || len(log.put) != 2 {
			t.Errorf("wanted %d times, put %q", wanted, log.put)
		}
		ask(t, front(t, middleware(t, proxy.Config{Engine: engine}), page(slotted)), "GET", "/any", navigation...)
		if wanted != 1 {
			t.Error("events are wanted though nobody takes them")
		}
	})
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/profferhq/proffer/host"
	"github.com/profferhq/proffer/plugin/abi"
)

// page asks for what a site asks for: not all offers, but the best three,
// rendered, for a visitor with a cookie that is verified, noted in and signed
// anew. It is no peer: nobody else has such a call.
type page struct {
	ctx      context.Context
	session  host.Session
	requests [][]byte // one for each visitor
	answer   []byte
}

// best is how many offers a site shows.
const best = 3

// newPage makes the requests: each is the second of a visitor, with the cookie
// that the first one set, two minutes later.
func newPage(ctx context.Context, session host.Session, list []visitor) (*page, error) {
	p := &page{ctx: ctx, session: session}
	for i := range list {
		first, err := session.Handle(ctx, nil, p.append(nil, i, &list[i], now, nil))
		if err != nil {
			return nil, err
		}
		r, err := abi.DecodeResponse(first)
		if err != nil {
			return nil, err
		}
		if r.Status != abi.StatusOK || len(r.Answer.Cookies) != 1 {
			return nil, fmt.Errorf("page of visitor %d: %v with %d cookies: %s", i, r.Status, len(r.Answer.Cookies), r.Text)
		}
		cookie, _, _ := bytes.Cut(r.Answer.Cookies[0], []byte(";"))
		p.requests = append(p.requests, p.append(nil, i, &list[i], now+2*60*1000, cookie))
	}
	return p, nil
}

func (p *page) append(dst []byte, i int, v *visitor, at int64, cookie []byte) []byte {
	entropy := bytes.Repeat([]byte{byte(i), byte(at >> 10)}, abi.EntropySize/2)
	r := &abi.Request{
		Kind: abi.KindPage, Snapshot: p.session.Snapshot().Hash[:], Time: at, Seed: uint64(i),
		Entropy: entropy, Flags: abi.FlagSecure, Want: abi.WantHTML,
		Host: []byte("www.example.com"), Path: []byte("/"),
		Mode: abi.SlotsAsked, HasSlots: true, Attributes: v.callData(),
	}
	for n := range best {
		r.Slots = append(r.Slots, abi.Slot{Space: []byte("page"), N: n + 1})
	}
	if cookie != nil {
		r.Headers = []abi.Header{{Name: []byte("cookie"), Value: cookie}}
	}
	return abi.AppendRequest(dst, r)
}

func (p *page) decide(i int) (err error) {
	p.answer, err = p.session.Handle(p.ctx, p.answer[:0], p.requests[i])
	return err
}

// heads holds that the page shows the first three of all offers, rendered, to
// every visitor, and knows each by the cookie; and that whoever asks for the best
// three gets them.
func (p *page) heads(three, all *proffer) error {
	for i := range p.requests {
		if err := errors.Join(all.ask(i), three.ask(i), p.decide(i)); err != nil {
			return err
		}
		r, err := abi.DecodeResponse(p.answer)
		if err != nil {
			return err
		}
		if len(r.Answer.Slots) != best || len(three.response.Answer.Slots) != best || len(r.Answer.Cookies) != 1 {
			return fmt.Errorf("page of visitor %d: %v, %d slots, %d cookies: %s", i, r.Status, len(r.Answer.Slots), len(r.Answer.Cookies), r.Text)
		}
		for n, s := range r.Answer.Slots {
			want, of := all.response.Answer.Slots[n].Offer, three.response.Answer.Slots[n].Offer
			if !bytes.Equal(s.Offer, want) || !bytes.Equal(of, want) || (s.HTML == nil) != (want == nil) {
				return fmt.Errorf("page of visitor %d: slot %d shows %q as %q, the best three have %q, all %q", i, n, s.Offer, s.HTML, of, want)
			}
		}
	}
	return nil
}

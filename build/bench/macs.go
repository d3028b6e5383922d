package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"runtime"

	"github.com/tetratelabs/wazero/api"

	"github.com/profferhq/proffer/build/bench/internal/workload"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// macs is an instance of the guest that computes MACs alone.
type macs struct {
	mod   api.Module
	f     api.Function
	stack [2]uint64
}

func (b *bench) macs() (*macs, error) {
	mod, _, err := b.engine.instantiate(b.ctx, b.engine.macs, 0)
	if err != nil {
		return nil, err
	}
	return &macs{mod: mod, f: mod.ExportedFunction("macs")}, nil
}

// run computes so many MACs of each size.
func (m *macs) run(ctx context.Context, times int, sizes []int) error {
	for _, size := range sizes {
		m.stack = [2]uint64{uint64(times), uint64(size)}
		if err := m.f.CallWithStack(ctx, m.stack[:]); err != nil {
			return err
		}
	}
	return nil
}

func (m *macs) close(ctx context.Context) error { return m.mod.Close(ctx) }

// signed is of how many bytes the MACs of a request are: the cookie that is read,
// the one that is set, and the tickets of its links. Each is of a label, a zero
// byte, version, key id and body.
func signed(request []byte, handle handler) ([]int, error) {
	answer, err := handle(request)
	if err != nil {
		return nil, err
	}
	r, err := abi.DecodeResponse(answer)
	if err != nil {
		return nil, err
	}
	const label, before, tag = "__Host-proffer", 3, 16
	sizes := []int{len(label) + before + len(workload.Body(0, false))}
	for _, set := range r.Answer.Cookies {
		pair, _, _ := bytes.Cut(set, []byte(";"))
		sizes = append(sizes, len(label)+1+base64.RawURLEncoding.DecodedLen(len(pair)-len(label)-1)-tag)
	}
	for i := range r.Answer.Slots {
		if r.Answer.Slots[i].Offer == nil {
			continue
		}
		_, ticket, _ := bytes.Cut(r.Answer.Slots[i].HTML, []byte("click?t="))
		n := bytes.IndexByte(ticket, '"')
		if n < 0 {
			return nil, fmt.Errorf("slot %d has no link that counts clicks", i)
		}
		sizes = append(sizes, len("click")+1+base64.RawURLEncoding.DecodedLen(n)-tag)
	}
	return sizes, nil
}

func nativeMACs(times int, sizes []int) error {
	mac := seal.NewMAC([]byte("0123456789abcdef0123456789abcdef"))
	var message [1024]byte
	for _, size := range sizes {
		for range times {
			h := mac.Begin()
			h.Write(message[:size])
			sum := h.End()
			message[0] = sum[0]
		}
	}
	runtime.KeepAlive(&message)
	return nil
}

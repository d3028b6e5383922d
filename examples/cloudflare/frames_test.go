//go:build edges

package cloudflare_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/host/hosttest/pagecase"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/inject"
)

// frames is the module in workerd, without the Worker around it.
type frames struct {
	*workerd
	settings, snapshot []byte // of the instance that it has
	next               [2][]byte
}

func startFrames(t testing.TB) *frames {
	t.Helper()
	return &frames{workerd: start(t, setup{entry: "frames.mjs", snapshot: []byte{}})}
}

// set makes the next request go to an instance with this configuration and
// snapshot.
func (f *frames) set(settings, snapshot []byte) {
	f.next = [2][]byte{}
	if !bytes.Equal(settings, f.settings) || !bytes.Equal(snapshot, f.snapshot) {
		f.next = [2][]byte{settings, snapshot}
		f.settings, f.snapshot = settings, snapshot
	}
}

// Handle implements hosttest.Instance.
func (f *frames) Handle(request []byte) ([]byte, error) {
	body := framed(f.next[0], f.next[1], request)
	f.next = [2][]byte{}
	return f.post("/frames", body)
}

// Memory implements hosttest.Instance.
func (f *frames) Memory() (int, error) {
	b, err := f.Handle(nil)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(b))
}

func framed(all ...[]byte) []byte {
	var out []byte
	for _, b := range all {
		out = append(binary.LittleEndian.AppendUint32(out, uint32(len(b))), b...)
	}
	return out
}

func (f *frames) post(path string, body []byte) ([]byte, error) {
	r, err := http.Post("http://"+f.addr+path, "application/octet-stream", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %q; workerd writes %q", r.Status, b, f.said)
	}
	return b, err
}

// TestCorpus puts the whole corpus through the module in workerd, and every
// request and response through the Worker's msgpack, byte for byte.
func TestCorpus(t *testing.T) {
	f := startFrames(t)
	hosttest.Compare(t, func(t testing.TB, settings, snap []byte, r *abi.Request) []byte {
		v, err := snapshot.Open(snap)
		if err != nil {
			t.Fatal(err)
		}
		r.Snapshot = v.Hash()
		f.set(settings, snap)
		request := abi.AppendRequest(nil, r)
		response, err := f.Handle(request)
		if err != nil {
			t.Fatal(err)
		}
		f.again(t, request)
		return response
	})
}

// again demands that a message survives the Worker's msgpack. Numbers with a
// fraction do not: no request of the Worker has one.
func (f *frames) again(t testing.TB, message []byte) {
	t.Helper()
	if bytes.IndexByte(message, 0xcb) >= 0 {
		return
	}
	got, err := f.post("/msgpack", message)
	if err != nil || !bytes.Equal(got, message) {
		t.Errorf("a message of Go's comes back as %q, %v, want %q", got, err, message)
	}
}

// TestSoak lets an instance live for 20,000 requests.
func TestSoak(t *testing.T) {
	f := startFrames(t)
	hosttest.Soak(t, 20_000, func(settings, snapshot []byte) hosttest.Instance {
		f.set(settings, snapshot)
		return f
	}, func(int) {})
}

// TestManyPages holds that the injector's memory does not grow with the pages.
func TestManyPages(t *testing.T) {
	f := startFrames(t)
	answer := hosttest.InProcess(t, pagecase.Settings(), shop(t), &abi.Request{
		Kind: abi.KindPage, Want: abi.WantHTML, Host: []byte("shop.example"), Path: []byte("/"),
	})
	page := framed(answer, []byte(ours+strings.Repeat("<p>more", 10_000)))
	size := func(times int) string {
		if _, err := f.post(fmt.Sprintf("/own?n=%d", times), page); err != nil {
			t.Fatal(err)
		}
		b, err := f.post("/memory", nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before := size(100)
	t.Logf("%s bytes of memory", before)
	if after := size(2000); after != before || before == "0" {
		t.Errorf("%s bytes of memory after 2100 pages, %s after 100", after, before)
	}
}

// TestTime measures a decision, and an injection beside HTMLRewriter's, which has
// to leave the page as ours does where it has elements alone.
func TestTime(t *testing.T) {
	f := startFrames(t)
	snap := shop(t)
	settings := pagecase.Settings()
	request := &abi.Request{
		Kind: abi.KindPage, Want: abi.WantHTML | abi.WantEvents, Host: []byte("shop.example"), Path: []byte("/"),
		Headers: []abi.Header{{Name: []byte("accept-language"), Value: []byte("en")}},
	}
	want := hosttest.InProcess(t, settings, snap, request)
	message := abi.AppendRequest(nil, request)
	f.set(settings, snap)
	answer, err := f.Handle(message)
	if err != nil || !bytes.Equal(answer, want) {
		t.Fatalf("got %q, %v, want %q", answer, err, want)
	}
	const calls = 2000
	began := time.Now()
	if _, err := f.post(fmt.Sprintf("/again?n=%d", calls), framed(nil, nil, message)); err != nil {
		t.Fatal(err)
	}
	t.Logf("a decision: %v", time.Since(began)/calls)
	for _, size := range []int{20, 200} {
		f.compare(t, answer, size)
	}
}

// compare times both ways to put an answer into a page of so many KiB.
func (f *frames) compare(t *testing.T, answer []byte, kib int) {
	t.Helper()
	filler := strings.Repeat(`<li class="item"><a href="/p/1">A thing to buy</a> for <b>12</b></li>`+"\n", kib*1024/70)
	body := `<!doctype html><title>Shop</title><div data-offer-space="hero">own <b>hero</b></div><ul>` + filler +
		`</ul><aside id="i_side">own side</aside>` + "\n"
	const times = 100
	for _, how := range []string{"own", "rewriter"} {
		if _, err := f.post("/"+how, framed(answer, []byte(body))); err != nil { // warm up
			t.Fatal(err)
		}
		began := time.Now()
		got, err := f.post(fmt.Sprintf("/%s?n=%d", how, times), framed(answer, []byte(body)))
		if want := fill(t, answer, body); err != nil || string(got) != want {
			t.Errorf("%s: %v, %d bytes, want %d", how, err, len(got), len(want))
		}
		t.Logf("%d KiB by %s: %v", kib, how, time.Since(began)/times)
	}
}

// fill puts an answer into a page in this process.
func fill(t *testing.T, answer []byte, body string) string {
	t.Helper()
	r, err := abi.DecodeResponse(answer)
	if err != nil {
		t.Fatal(err)
	}
	var fills []inject.Fill
	for i := range r.Answer.Slots {
		if s := &r.Answer.Slots[i]; s.HTML != nil {
			fills = append(fills, inject.Fill{Slot: inject.Slot{Space: s.Space, N: s.N}, HTML: s.HTML})
		}
	}
	var in inject.Injector
	in.Reset(fills)
	return string(in.Rewrite(nil, []byte(body)))
}

// TestRewriter says what HTMLRewriter makes of pages that our injector fills or
// leaves alone with reason: see RATIONALE.md.
func TestRewriter(t *testing.T) {
	f := startFrames(t)
	answer := hosttest.InProcess(t, pagecase.Settings(), shop(t), &abi.Request{
		Kind: abi.KindPage, Want: abi.WantHTML, Host: []byte("shop.example"), Path: []byte("/"),
	})
	for name, body := range map[string]string{
		"comments":     `<!-- offer:hero -->own<!-- /offer -->`,
		"never closed": `<div data-offer-space="hero">own<footer>the rest`,
		"twice":        `<div data-offer-space="hero">own</div><div data-offer-space="hero">own</div>`,
		"a paragraph":  `<p data-offer-space="hero">own<div>the rest</div>`,
		"a template":   `<template><div data-offer-space="hero">own</div></template>`,
	} {
		want := fill(t, answer, body)
		own, err := f.post("/own", framed(answer, []byte(body)))
		if err != nil || string(own) != want {
			t.Errorf("%s: got %q, %v, want %q", name, own, err, want)
		}
		other, err := f.post("/rewriter", framed(answer, []byte(body)))
		if err != nil || string(other) == want {
			t.Errorf("%s: HTMLRewriter does as well: %q, %v", name, other, err)
		}
		t.Logf("%s: ours %q, HTMLRewriter %q", name, own, other)
	}
}

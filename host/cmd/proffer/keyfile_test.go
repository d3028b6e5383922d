package main

import (
	"encoding/base64"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/live"
	"github.com/profferhq/proffer/host/service"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

// countCatalog has a place that says how often the visitor has been there.
const countCatalog = `catalog: count
consent: assumed
environments:
  visitors:
    kind: anonymous
    target: {visits: {type: int, default: 0}}
    spaces: {hero: {channel: web, fields: {title: text}, render: {html: '<b>{{ title }}</b>'}, store: {visitor: {visits: target.visits + 1}}}}
    categories: {all: {offers: {v: {weights: 1, content: {hero: {title: 'been here {{ target.visits }}'}}}}}}
`

// TestServeTakesKeysOver: a visitor keeps id and data through a rotation while
// the server runs, and a file that is broken, or that others can read, changes
// nothing.
func TestServeTakesKeysOver(t *testing.T) {
	keys := newKeys(t)
	s := serve(t, slotPage(t), catalogFile(t, countCatalog), keys)
	me := person(t)
	id := ""
	visit := func(when, want string, key byte) {
		t.Helper()
		page, r := get(t, me, s.url+"/")
		if !strings.Contains(page, "<b>been here "+want+"</b>") || len(r.Cookies()) != 1 {
			t.Fatalf("%s: cookies %v, page %s", when, r.Cookies(), page)
		}
		raw, err := base64.RawURLEncoding.DecodeString(r.Cookies()[0].Value)
		if err != nil || raw[1] != key {
			t.Errorf("%s: the cookie is under key %d, want %d; error %v", when, raw[1], key, err)
		}
		list, _, err := live.ServableKeys(keys)
		if err != nil {
			return // broken on purpose
		}
		got := visitorID(t, list, r.Cookies()[0])
		if id == "" {
			id = got
		}
		if got != id {
			t.Errorf("%s: the visitor is %s, want %s", when, got, id)
		}
	}
	save := func(text []byte, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(keys, text, mode); err != nil {
			t.Fatal(err)
		}
	}
	visit("the first time", "0", 1)
	rotate(t, "prepare", keys)
	s.out.wait(t, `keys changed" keys=\d+ sign="cookie 1,`)
	visit("prepared", "1", 1)
	rotate(t, "promote", keys)
	s.out.wait(t, `keys changed" keys=\d+ sign="cookie 2,`)
	visit("promoted", "2", 2)
	good, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	save(good[:len(good)/2], 0o600)
	s.out.wait(t, `keys refused, the last good ones stay`)
	visit("broken", "3", 2)
	if _, metrics := post(t, s.admin+"/metrics", "", ""); !strings.Contains(metrics, "\nproffer_keys_refused 1\n") {
		t.Error("the metrics do not tell of refused keys")
	}
	secret := abi.TestSecret()
	save([]byte(`{"keys":[{"id":0,"use":"cookie","primary":true,"key":"`+base64.RawURLEncoding.EncodeToString(secret[:])+`"}]}`), 0o600)
	s.out.wait(t, `the published test key signs for anyone`)
	visit("the test key", "4", 2)
	if err := os.Chmod(keys, 0o644); err != nil {
		t.Fatal(err)
	}
	save(good, 0o644)
	s.out.wait(t, `can be read by others`)
	if err := os.Chmod(keys, 0o600); err != nil {
		t.Fatal(err)
	}
	s.out.wait(t, `keys read, nothing changed`)
	visit("whole again", "5", 2)
	if _, metrics := post(t, s.admin+"/metrics", "", ""); !strings.Contains(metrics, "\nproffer_keys_refused 0\n") {
		t.Error("the metrics tell of refused keys, which are good")
	}
	rotate(t, "retire", keys, "--id", "1", "--now")
	s.out.wait(t, `(?s)keys changed.*keys changed.*keys changed`)
	visit("retired", "6", 2)
}

// TestExplainPageHasTheKeys: the page that says why believes a token under a
// key that came while the process ran, and none under one that went.
func TestExplainPageHasTheKeys(t *testing.T) {
	k := &live.Keys{File: newKeys(t), Logger: slog.New(slog.DiscardHandler)}
	defer k.Close()
	if err := k.Open(); err != nil {
		t.Fatal(err)
	}
	file := config.Default()
	module := file.Module(k.List())
	o := engineOptions{Engine: "native"}
	e, err := o.open(t.Context(), abi.AppendConfig(nil, module))
	if err != nil {
		t.Fatal(err)
	}
	k.Configuration = live.NewConfiguration(e, module, k.Logger)
	page := service.ExplainPage(e, k.Keyring, "", &file)
	token := func() []byte {
		t.Helper()
		_, ring, err := live.ServableKeys(k.File)
		if err != nil {
			t.Fatal(err)
		}
		b, err := seal.AppendToken(nil, ring, "main", "1001", july().Add(time.Hour).Unix(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	load := func(args ...string) {
		t.Helper()
		rotate(t, append(args, "--use", "identity")...)
		if err := k.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	believed := func(b []byte) bool {
		_, status := seal.VerifyToken(make([]byte, 0, seal.TokenSize), page.Keys(), b, july().UnixMilli())
		return status == seal.Valid
	}
	old := token()
	load("prepare", k.File)
	load("promote", k.File)
	if !believed(old) || !believed(token()) {
		t.Error("a token under the new or under the former key is not believed")
	}
	load("retire", k.File, "--id", "1", "--now")
	if believed(old) || !believed(token()) {
		t.Error("a token under the dropped key is believed, or one under the new key is not")
	}
}

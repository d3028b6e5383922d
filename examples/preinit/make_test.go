//go:build edges

package preinit_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/hosttest"
	"github.com/profferhq/proffer/plugin/abi"
)

// TestByFiles makes an image of the operator's files by the program, as README.md
// says, and lets it answer.
func TestByFiles(t *testing.T) {
	dir, root := t.TempDir(), filepath.Join("..", "..")
	snapshot := shop(t)
	keys, err := config.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"keys.json": keys, "shop.snapshot": snapshot, "proffer.json": []byte(`{"prefix": "/offers/"}`), "cut.snapshot": snapshot[:100],
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hosttest.Artefact(t, "proffer-preinit.wasm")
	run := func(snapshot string) ([]byte, error) {
		cmd := exec.Command("go", "run", "./build/preinit/command", "-keys", filepath.Join(dir, "keys.json"),
			"-config", filepath.Join(dir, "proffer.json"), "-snapshot", filepath.Join(dir, snapshot), "-o", filepath.Join(dir, "shop.wasm"))
		cmd.Dir = root
		return cmd.CombinedOutput()
	}
	if text, err := run("cut.snapshot"); err == nil || !strings.Contains(string(text), "preinit: snapshot: ") {
		t.Errorf("of a snapshot that is cut: %v, %s", err, text)
	}
	if _, err := os.Stat(filepath.Join(dir, "shop.wasm")); err == nil {
		t.Fatal("there is an image of a snapshot that is cut")
	}
	if text, err := run("shop.snapshot"); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	info, err := os.Stat(filepath.Join(dir, "shop.wasm"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v: others can read the keys in the image", info, err)
	}
	wasm, err := os.ReadFile(filepath.Join(dir, "shop.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	i := compiled(t, wasm)
	b, err := i.once(stranger(t, snapshot, bytes.Repeat([]byte{1}, abi.EntropySize)))
	if err != nil {
		t.Fatal(err)
	}
	var r abi.Response
	if err := r.Decode(b); err != nil || len(r.Answer.Slots) != 1 || r.Answer.Slots[0].Offer == nil || len(r.Answer.Cookies) != 1 {
		t.Fatalf("%v: %q", err, b)
	}
	value, _, _ := strings.Cut(strings.TrimPrefix(string(r.Answer.Cookies[0]), "proffer="), ";")
	cookie, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(cookie) < 2 || cookie[1] != keyID(t, keys) {
		t.Errorf("%v: the cookie %q is not signed by the key of keys.json", err, value)
	}
	script, err := i.once(abi.AppendRequest(nil, &abi.Request{Kind: abi.KindEvent, Snapshot: hash(t, snapshot), Path: []byte("/offers/offers.js")}))
	if reply, e := abi.DecodeReply(script); err != nil || e != nil || reply.Code != 200 {
		t.Errorf("%v, %v: %q: the configuration's prefix does not hold", err, e, script)
	}
}

func keyID(t *testing.T, keys []byte) byte {
	t.Helper()
	var file struct {
		Keys []struct {
			ID  byte
			Use string
		}
	}
	if err := json.Unmarshal(keys, &file); err != nil {
		t.Fatal(err)
	}
	for _, k := range file.Keys {
		if k.Use == abi.UseCookie {
			return k.ID
		}
	}
	t.Fatal("keys.json has no cookie key")
	return 0
}

package people_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/store"
	"github.com/profferhq/proffer/host/store/people"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
	"github.com/profferhq/proffer/plugin/visitor"
)

const (
	anna = `{"key":"anna","attributes":{"country":"FR","age":41,"spent":1.5,"member":true,"segments":["a","b"]},"cookies":["000102030405060708090a0b0c0d0e0f","f00102030405060708090a0b0c0d0e0f"]}`
	bert = `{"key":"bert"}`
)

// imported imports text into a store's directory.
func imported(t testing.TB, dir, text string) people.Imported {
	t.Helper()
	got, err := importing(dir, text).Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func importing(dir, text string) people.Import {
	return people.Import{Dir: dir, Source: "main", Name: "in.jsonl", Input: strings.NewReader(text)}
}

// opened opens the people of a directory.
func opened(t testing.TB, dir string) *people.People {
	t.Helper()
	p, err := people.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func id(text string) (out [16]byte) {
	if n, err := hex.Decode(out[:], []byte(text)); n != 16 || err != nil {
		panic(text)
	}
	return out
}

func shown(t testing.TB, dir, key string) string {
	t.Helper()
	p, ok, err := people.Show(dir, "main", key)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return ""
	}
	return string(document.AppendPerson(nil, &p))
}

func TestImportedIsFound(t *testing.T) {
	dir := t.TempDir()
	i := importing(dir, anna+"\r\n\n"+bert)
	i.Keys = seal.TestKeyring()
	got, err := i.Do(context.Background())
	if want := (people.Imported{Lines: 3, People: 2, Cookies: 2, Links: 2}); err != nil || got != want {
		t.Fatalf("got %+v, %v, want %+v", got, err, want)
	}
	p := opened(t, dir)
	want, err := document.ParsePerson([]byte(anna), nil)
	if err != nil {
		t.Fatal(err)
	}
	attributes, ok, err := p.Find("main", "anna")
	if !ok || err != nil || !bytes.Equal(attributes, abi.AppendAttributes(nil, want.Attributes)) {
		t.Errorf("anna is %x, %v, %v", attributes, ok, err)
	}
	if attributes, ok, err := p.Find("main", "bert"); !ok || err != nil || abi.Attributes(attributes).Len() != 0 {
		t.Errorf("bert is %x, %v, %v", attributes, ok, err)
	}
	for _, none := range [][2]string{{"main", "carl"}, {"main", ""}, {"other", "anna"}, {"../people/main", "anna"}} {
		if _, ok, err := p.Find(none[0], none[1]); ok || err != nil {
			t.Errorf("%q: %v, %v", none, ok, err)
		}
	}
	if key, ok, err := p.OfVisitor("main", id("f00102030405060708090a0b0c0d0e0f")); key != "anna" || !ok || err != nil {
		t.Errorf("the cookie is of %q, %v, %v", key, ok, err)
	}
	if key, ok, err := p.OfVisitor("main", [16]byte{}); ok || err != nil {
		t.Errorf("no cookie is of %q, %v", key, err)
	}
	keyID, mac, _ := seal.TestKeyring().Primary(seal.UseCookie)
	hash := visitor.LinkHash(mac, []byte("main"), []byte("bert"))
	if key, ok, err := p.OfLink("main", keyID, hash); key != "bert" || !ok || err != nil {
		t.Errorf("the link is of %q, %v, %v", key, ok, err)
	}
	if _, ok, _ := p.OfLink("main", keyID+1, hash); ok {
		t.Error("the link is of somebody under another key")
	}
	if got := shown(t, dir, "anna"); got != anna { // beside the reader
		t.Errorf("shown is %s", got)
	}
	left(t, dir, "main.db", "main.lock")
}

// left holds a store's people folder to a list of names.
func left(t *testing.T, dir string, want ...string) {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(dir, "people"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Name())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the folder has %v, want %v", got, want)
	}
}

func TestErase(t *testing.T) {
	dir := t.TempDir()
	i := importing(dir, anna+"\n"+bert)
	i.Keys = seal.TestKeyring()
	if _, err := i.Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	p := opened(t, dir)
	if ok, err := p.Erase("main", "anna"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := p.Erase("main", "anna"); ok || err != nil {
		t.Error("erased again", ok, err)
	}
	if ok, err := p.Erase("other", "anna"); ok || err != nil {
		t.Error("erased elsewhere", ok, err)
	}
	keyID, mac, _ := seal.TestKeyring().Primary(seal.UseCookie)
	_, person, _ := p.Find("main", "anna")
	_, cookie, _ := p.OfVisitor("main", id("000102030405060708090a0b0c0d0e0f"))
	_, link, _ := p.OfLink("main", keyID, visitor.LinkHash(mac, []byte("main"), []byte("anna")))
	if person || cookie || link {
		t.Error("found after erasing:", person, cookie, link)
	}
	if _, ok, err := p.Find("main", "bert"); !ok || err != nil {
		t.Error("bert is gone", err)
	}
	if got := shown(t, dir, "anna"); got != "" {
		t.Errorf("shown is %s", got)
	}
	if err := p.Update("main", func(db *bbolt.DB) error {
		return db.View(func(tx *bbolt.Tx) error {
			if tx.Bucket([]byte("cookies")).Stats().KeyN != 0 || tx.Bucket([]byte("links")).Stats().KeyN != 1 {
				return errors.New("index entries are left")
			}
			return nil
		})
	}); err != nil {
		t.Error(err)
	}
}

func TestClosed(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	imported(t, dir, anna)
	p, err := people.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Close(), p.Close()); err != nil {
		t.Error(err)
	}
	if _, _, err := p.Find("main", "anna"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if _, err := p.Erase("main", "anna"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestSourceComesAndGoes(t *testing.T) {
	dir := t.TempDir()
	p := opened(t, dir)
	if _, ok, err := p.Find("main", "anna"); ok || err != nil {
		t.Error(ok, err)
	}
	imported(t, dir, anna)
	if err := people.Refresh(p); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := p.Find("main", "anna"); !ok || err != nil {
		t.Error(ok, err)
	}
	if err := os.Remove(filepath.Join(dir, "people", "main.db")); err != nil {
		t.Fatal(err)
	}
	if err := people.Refresh(p); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := p.Find("main", "anna"); ok || err != nil {
		t.Error(ok, err)
	}
}

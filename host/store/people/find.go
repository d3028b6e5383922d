package people

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
)

// Find gives the attributes of a person, as [abi.Attributes]; not ok where the
// source, or the source's file, does not have it.
func (p *People) Find(source, key string) (attributes []byte, ok bool, err error) {
	err = p.view(source, func(tx *bbolt.Tx) error {
		var e entry
		if ok, err = find(tx, []byte(key), &e); ok {
			attributes = bytes.Clone(e.attributes)
		}
		return err
	})
	return attributes, ok && err == nil, err
}

// find reads the entry of a person, which lives as long as the transaction.
func find(tx *bbolt.Tx, key []byte, e *entry) (ok bool, err error) {
	b := tx.Bucket(bucketPeople).Get(key)
	if b == nil {
		return false, nil
	}
	if err := e.decode(b, key); err != nil {
		return false, fmt.Errorf("people: %s: %w; import the source again", tx.DB().Path(), err)
	}
	return true, nil
}

// Listed are the people for whom sources list a visitor: a key by its source.
func (p *People) Listed(visitor [abi.VisitorSize]byte) (keys map[string]string, err error) {
	for source := range p.names() {
		key, ok, err := p.OfVisitor(source, visitor)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if keys == nil {
			keys = map[string]string{}
		}
		keys[source] = key
	}
	return keys, nil
}

// Cookies are the ids of visitors that a source lists for a person.
func (p *People) Cookies(source, key string) (ids [][abi.VisitorSize]byte, err error) {
	err = p.view(source, func(tx *bbolt.Tx) error {
		var e entry
		if ok, err := find(tx, []byte(key), &e); !ok {
			return err
		}
		for list := range slices.Chunk(e.cookies, abi.VisitorSize) {
			ids = append(ids, [abi.VisitorSize]byte(list))
		}
		return nil
	})
	return ids, err
}

// OfVisitor gives the key of the person for whom a source lists a visitor's cookie.
func (p *People) OfVisitor(source string, id [16]byte) (key string, ok bool, err error) {
	return p.indexed(source, bucketCookies, id[:])
}

// OfLink gives the key of the person that a link names: by the id of the key that
// the hash was made with, which must have been among the keys of the import.
func (p *People) OfLink(source string, keyID uint8, hash [16]byte) (key string, ok bool, err error) {
	return p.indexed(source, bucketLinks, append([]byte{keyID}, hash[:]...))
}

func (p *People) indexed(source string, bucket, what []byte) (key string, ok bool, err error) {
	err = p.view(source, func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket).Get(what)
		key, ok = string(b), b != nil
		return nil
	})
	return key, ok && err == nil, err
}

// Show reads one person, beside a process that has the store open.
func Show(dir, source, key string) (p document.Person, ok bool, err error) {
	if problem := author.NameProblem(source); problem != "" {
		return p, false, fmt.Errorf("people: %q cannot name a source: %s", source, problem)
	}
	path := filepath.Join(dir, folder, source+".db")
	if _, err := os.Stat(path); err != nil {
		if os.IsNotExist(err) {
			err = fs.ErrNotExist
		}
		return p, false, fmt.Errorf("people: no import of source %q in %s: %w", source, dir, err)
	}
	f := open(path, false)
	defer func() { _ = f.close() }() // it was only read from
	err = f.view(func(tx *bbolt.Tx) error {
		var e entry
		if ok, err = find(tx, []byte(key), &e); ok {
			p = e.clone().person(key)
		}
		return err
	})
	return p, ok && err == nil, err
}

func (e *entry) clone() *entry {
	return &entry{bytes.Clone(e.attributes), bytes.Clone(e.cookies), bytes.Clone(e.links)}
}

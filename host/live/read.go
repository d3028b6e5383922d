package live

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/catalog/compile"
	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/plugin/seal"
)

// Read reads a catalog, or a snapshot that was built of one, which has no model.
// With errors among what is found there is no snapshot.
func Read(name string) (b []byte, model *catalog.Catalog, found catalog.Diagnostics, err error) {
	if b, ok, err := readSnapshot(name); ok || err != nil {
		return b, nil, nil, err
	}
	model, found, err = author.Load(name)
	if err != nil {
		return nil, nil, nil, err
	}
	b, more := compile.Compile(model)
	found = append(found, more...)
	found.Sort()
	if found.HasErrors() {
		b = nil
	}
	return b, model, found, nil
}

// readSnapshot reads a file that begins like a snapshot and checks it whole.
func readSnapshot(name string) (b []byte, ok bool, err error) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, false, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = f.Close() }()
	var head [16]byte
	if n, _ := io.ReadFull(f, head[:]); n < len(head) || !bytes.Contains(head[:], []byte(snapshot.Magic)) || head[0] != 0xdc {
		return nil, false, nil
	}
	b, err = io.ReadAll(io.MultiReader(bytes.NewReader(head[:]), io.LimitReader(f, snapshot.MaxSize)))
	if err != nil {
		return nil, false, err
	}
	v, err := snapshot.Open(b)
	if err == nil {
		err = v.Verify(seal.Sum256)
	}
	if err == nil {
		err = v.VerifyIndex() // which the module, where every kilobyte counts, does not
	}
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", name, err)
	}
	return b, true, nil
}

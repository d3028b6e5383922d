package main

import (
	"fmt"
	"io"

	"github.com/profferhq/proffer/catalog"
	"github.com/profferhq/proffer/catalog/author"
	"github.com/profferhq/proffer/host/live"
)

const problemsHelp = `Problems go to standard error, with a last line that counts them: "2 errors, 1 warning".
Exit status: 0 without errors (there may be warnings), 1 with errors, 2 for a wrong command line.
With --json each entry of the list on standard output has file, line, column, end_column, severity,
code, message, hint and related, as catalog/FORMAT.md describes them. A catalog that cannot be read
at all prints no list.`

// printer prints the problems of a catalog.
type printer func(files []catalog.File, found catalog.Diagnostics) error

// problemsTo prints problems where a command wants them.
func problemsTo(s streams, asJSON bool) printer {
	if asJSON {
		return func(files []catalog.File, found catalog.Diagnostics) error {
			return author.WriteJSON(s.out, files, found)
		}
	}
	return textTo(s.err)
}

// textTo prints problems for people, and how many there are.
func textTo(w io.Writer) printer {
	return func(files []catalog.File, found catalog.Diagnostics) error {
		err := author.Write(w, files, found)
		if err == nil && len(found) > 0 {
			_, err = fmt.Fprintln(w, author.Summary(found))
		}
		return err
	}
}

// checkCatalog reads a catalog, or a snapshot that was built of one, and gives
// the snapshot's bytes. It prints problems; with errors among them the
// error is errTold.
func checkCatalog(name string, tell printer) ([]byte, error) {
	b, _, err := loadModel(name, tell)
	return b, err
}

// loadModel is checkCatalog with the model, nil for a snapshot.
func loadModel(name string, tell printer) ([]byte, *catalog.Catalog, error) {
	b, c, found, err := live.Read(name)
	if err != nil {
		return nil, nil, err
	}
	var files []catalog.File
	if c != nil {
		files = c.Files
	}
	if err := tell(files, found); err != nil {
		return nil, nil, err
	}
	if found.HasErrors() {
		return nil, nil, errTold
	}
	return b, c, nil
}

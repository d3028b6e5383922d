package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/profferhq/proffer/catalog/snapshot"
	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/host/store/people"
)

// peopleOptions say which people.
type peopleOptions struct {
	Source string `required:"" help:"People source, as the catalog names it." placeholder:"NAME"`
	Store  string `required:"" help:"The store." placeholder:"file:DIR"`
}

// storeDir is the directory of a store on disk.
func storeDir(url string) (string, error) {
	dir, ok := strings.CutPrefix(url, "file:")
	if !ok || dir == "" {
		return "", fmt.Errorf("--store %q is not file:DIR", url)
	}
	return dir, nil
}

type peopleImportCommand struct {
	File string `arg:"" help:"The people, one JSON object a line; - is standard input." placeholder:"FILE.jsonl|-"`
	peopleOptions
	Keys    string `help:"Keys file of the service, so that visitors whom another machine has linked are found." placeholder:"FILE"`
	Catalog string `help:"Check attributes against the target attributes of the environments that name the source." placeholder:"DIR|FILE"`
	Restart bool   `help:"Do not go on with an import that broke off; begin anew."`
	Quiet   bool   `help:"Do not say how far it is."`
}

// Help says what a line is, and what becomes of the people before.
func (*peopleImportCommand) Help() string {
	return `A line is a person:

  {"key":"1002","attributes":{"country":"FR","segments":["a","b"],"age":41},"cookies":["8c3f… (32 hex digits)"]}

"key" is what an identity token names the person by, at most 256 bytes. "attributes" are
at most 64: text, whole numbers, numbers, true, false, and lists of one of these; name
and value have at most 1 KiB. "cookies" are ids of visitors who are known to be the
person. Nothing else is taken. Leave an attribute out where there is no value.

The file is the whole source: whoever is not in it is not known any more. It takes the
place of the people before when it has been read to its end, in one step; "proffer serve"
goes over to it within a second. If a line is wrong, or a key or a cookie is there twice,
nothing is changed, and up to ten places are printed.

An import that is stopped goes on where it was if it is given the same file, or one that
begins alike, with the same keys and catalog; another file begins anew. So does standard
input. What it has got to is under DIR/people/SOURCE.new, and is removed at the end.

Give --keys if people are recognised by links that were made on another machine, or
before a person was here, and import again when a cookie key has been added.
`
}

// Run imports people and says how many.
func (c *peopleImportCommand) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	i, err := c.settings(s)
	if err != nil {
		return err
	}
	i.Name, i.Input = "standard input", struct{ io.Reader }{s.in} // not to be read again
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		i.Name, i.Input = c.File, f
	}
	p := newProgress(s.err)
	if !c.Quiet {
		i.Progress = p.show
	}
	got, err := i.Do(ctx)
	p.end()
	if errors.Is(err, context.Canceled) {
		return errors.New("the import was interrupted, nothing was changed; the same command goes on where it was")
	}
	if err != nil {
		return err
	}
	if got.Resumed > 0 {
		fmt.Fprintf(s.out, "gone on with an import that broke off behind line %d\n", got.Resumed)
	}
	fmt.Fprintf(s.out, "%d people of source %s, with %d cookies and %d links\n", got.People, c.Source, got.Cookies, got.Links)
	return nil
}

// settings are all but the input.
func (c *peopleImportCommand) settings(s streams) (i people.Import, err error) {
	i = people.Import{Source: c.Source, Restart: c.Restart}
	if i.Dir, err = storeDir(c.Store); err != nil {
		return i, err
	}
	if c.Keys != "" {
		list, err := config.LoadKeys(c.Keys)
		if err != nil {
			return i, err
		}
		if i.Keys, err = config.Keyring(list); err != nil {
			return i, err
		}
	}
	if c.Catalog == "" {
		return i, nil
	}
	b, err := loadCatalog(c.Catalog, s.err)
	if err != nil {
		return i, err
	}
	v, err := snapshot.Open(b)
	if err != nil {
		return i, err
	}
	i.Schema, err = people.NewSchema(&v, c.Source)
	return i, err
}

type peopleShowCommand struct {
	Key string `arg:"" help:"The person's key." placeholder:"KEY"`
	peopleOptions
}

// Help says what is printed.
func (*peopleShowCommand) Help() string {
	return "The person is printed as one line of JSON, as an import takes it. A service may have the store open."
}

// Run prints a person.
func (c *peopleShowCommand) Run(s streams) error {
	dir, err := storeDir(c.Store)
	if err != nil {
		return err
	}
	p, ok, err := people.Show(dir, c.Source, c.Key)
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("source " + c.Source + " has no person with the key " + fmt.Sprintf("%q", c.Key))
	}
	_, err = s.out.Write(append(document.AppendPerson(nil, &p), '\n'))
	return err
}

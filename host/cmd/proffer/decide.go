package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/profferhq/proffer/host/config"
	"github.com/profferhq/proffer/host/document"
	"github.com/profferhq/proffer/plugin/abi"
	"github.com/profferhq/proffer/plugin/seal"
)

type decideCommand struct {
	Catalog string `required:"" help:"Catalog directory, catalog file or snapshot." placeholder:"DIR|FILE"`
	Request string `required:"" help:"Request document, or one a line; - is standard input." placeholder:"FILE|-"`
	Keys    string `help:"Keys file. Default: the published test key." placeholder:"FILE"`
	Config  string `help:"Configuration file, for header names." placeholder:"FILE"`

	Explain bool     `help:"Add the reasons to each answer, as \"trace\"."`
	Tree    bool     `help:"Print the reasons for people to read, and not the answers."`
	Offers  []string `name:"offer" sep:"none" help:"An offer whose reason is told, wherever it is. May be repeated; with --explain or --tree." placeholder:"CODE"`
	engineOptions
}

// decideWait is how long a document may take: nobody waits for a page, and the
// machine may be busy.
const decideWait = time.Minute

// Help describes the request document.
func (*decideCommand) Help() string {
	return `A request document is one JSON object. Only "slots" is required:

  slots       what is asked: [{"space":"hero","n":2,"environment":"visitors",
              "categories":[],"themes":[],"attributes":{}}], n is the n-th best
  host, path, query, headers    the page, as a browser asks for it
  cookies     {"proffer":"…"} to come back as the visitor of an earlier answer,
              {"proffer_identity":"…"} to log in (see "proffer token identity")
  target      a person's key, as from a trusted caller
  people      {"KEY":{"attributes":{}}}: what the people sources know
  visitor     {"id":"32 hex digits","attributes":{},"history":[]}
  attributes  declared call data, and "language"
  consent     false: the visitor refused; true, or nothing: the visitor agreed;
              "ask": the catalog's source says, from the headers and cookies
              here. In each case a header "Sec-GPC": "1" is a refusal, unless
              the catalog ignores it, and a crawler's "User-Agent" is one
  no_store    true writes nothing; a header "Sec-Purpose": "prefetch" neither
  links       true: the answer has the addresses that record a click, that an
              offer was seen, accepted or rejected. events: true, its event lines
  time, seed  when, and what decides between equal weights; with both given the
              answer is always the same

With "event" in place of "slots" it is a request to one of the module's own
endpoints: {"method":"POST","path":"/.proffer/event","query":"accept=…","body":""}.

With --explain or --tree every slot says how it came to the space that answers
it, and every offer in scope which constraint removed it first: which rule with
which counts, which expression with which values. They list the 200 heaviest
offers in scope; --offer tells of others. Names in the request that the catalog
does not have are told, too. Asking does not change the answer.

Without "environment" a slot enters the one that the host's site names. A slot
whose answer has no environment is unknown: a space of that name is not there.

Example: echo '{"slots":[{"space":"hero"},{"space":"side","n":2}],
"attributes":{"language":"fr"}}' | proffer decide --catalog DIR --request -`
}

// Run answers the documents.
func (c *decideCommand) Run(s streams) error {
	if err := c.check(); err != nil {
		return err
	}
	ctx := context.Background()
	snapshot, err := loadCatalog(c.Catalog, s.err)
	if err != nil {
		return err
	}
	c.wait = decideWait
	settings, ring, err := c.settings()
	if err != nil {
		return err
	}
	e, err := openEngine(ctx, &c.engineOptions, settings, snapshot)
	if err != nil {
		return err
	}
	defer func() { _ = e.Close(ctx) }()
	in := s.in
	if c.Request != "-" {
		f, err := os.Open(c.Request)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	return decideAll(in, s.out, func(text []byte) ([]byte, error) { return c.answer(ctx, e, ring, text) })
}

// answer answers one document: with a line of JSON, or a tree.
func (c *decideCommand) answer(ctx context.Context, e engine, ring *seal.Keyring, text []byte) ([]byte, error) {
	if !c.Explain && !c.Tree {
		return decideOne(ctx, e, ring, text)
	}
	return explainOne(ctx, e, ring, text, c.Offers, c.Tree)
}

func (c *decideCommand) settings() ([]byte, *seal.Keyring, error) {
	keys, file := config.TestKeys(), config.Default()
	var err error
	if c.Keys != "" {
		if keys, err = config.LoadKeys(c.Keys); err != nil {
			return nil, nil, err
		}
	}
	if c.Config != "" {
		if file, err = config.Load(c.Config); err != nil {
			return nil, nil, err
		}
	}
	ring, err := config.Keyring(keys)
	return file.Settings(keys), ring, err
}

// decideAll answers every document of in with one line of out. One document
// may span lines; several stand one a line.
func decideAll(in io.Reader, out io.Writer, decide func(text []byte) ([]byte, error)) error {
	b, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	for i, text := range documents(b) {
		line, err := decide(text)
		if err != nil {
			return errors.Join(fmt.Errorf("document %d: %w", i+1, err), w.Flush())
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

// documents splits the input: one document, or, if that is not one, JSON Lines.
func documents(b []byte) [][]byte {
	if _, err := document.Parse(b); err == nil {
		return [][]byte{b}
	}
	var out [][]byte
	for _, line := range bytes.Split(b, []byte("\n")) {
		if len(bytes.TrimSpace(line)) > 0 {
			out = append(out, line)
		}
	}
	if len(out) > 1 && !document.IsJSON(out[0]) {
		return [][]byte{b} // one broken document over several lines
	}
	return out
}

func decideOne(ctx context.Context, e engine, ring *seal.Keyring, text []byte) ([]byte, error) {
	d, err := parseDocument(text)
	if err != nil {
		return nil, err
	}
	session, err := e.Acquire()
	if err != nil {
		return nil, err
	}
	defer session.Release()
	handle := func(r *abi.Request) ([]byte, error) {
		r.Snapshot = session.Snapshot().Hash[:]
		return session.Handle(ctx, nil, abi.AppendRequest(nil, r))
	}
	if d.Event != nil {
		_, reply, err := d.Reply(handle)
		if err != nil {
			return nil, err
		}
		return document.ReplyJSON(reply)
	}
	_, answer, err := d.Decide(ring, handle)
	if err != nil {
		return nil, err
	}
	return document.JSON(answer)
}

// parseDocument reads a document and gives it a time and a seed if it has none.
func parseDocument(text []byte) (*document.Document, error) {
	d, err := document.Parse(text)
	if err != nil {
		return nil, err
	}
	if !d.HasTime {
		d.Time = time.Now().UnixMilli()
	}
	if !d.HasSeed {
		d.Seed = rand.Uint64()
	}
	return d, nil
}
